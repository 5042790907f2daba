"""Each secret is decided about once, in a file that further runs of the preflight keep."""

from pathlib import Path

import pytest
import yaml

from migration.errors import PlanError
from migration.plan import read_plan
from migration.preflight.triage import update_triage
from tests.migration.preflight.conftest import PreflightContext, made_up_token

REAL, TEST = made_up_token("real"), made_up_token("test")
FILES = {
    "app/main.py": f"token = '{REAL}'\n",
    "app/copy.py": f"again = '{REAL}'\n",
    "app/tests/test_main.py": f"token = '{TEST}'\n",
}
PLAN = "monorepo: {name: mono}\nrepositories: [{name: new, moves: [{from: app}]}]\npreflight: {triage: secrets.yaml}\n"


def secrets_of(file: Path) -> list[dict[str, object]]:
    return list(yaml.safe_load(file.read_text())["secrets"])


def write_triage(world: PreflightContext, file: Path, *at_head: str) -> str:
    return update_triage(file, world.look().findings, {"new": frozenset(at_head)})


def test_a_secret_is_one_entry_wherever_it_stands(world: PreflightContext, tmp_path: Path) -> None:
    world.commits(FILES, {"app/main.py": "1\n"})
    summary = write_triage(world, tmp_path / "secrets.yaml", "main.py")
    assert summary == "2 secrets in 1 kind, 2 new, 1 in files that no longer exist. Decisions: 2 redact."
    real, test = secrets_of(tmp_path / "secrets.yaml")
    assert (real["places"], real["guess"], real["first"], real["files_exist"]) == (
        2,
        "real",
        "new: copy.py, line 1",
        True,
    )
    assert (test["places"], test["guess"], test["text"]) == (1, "example or test", "ghp_…")
    text = (tmp_path / "secrets.yaml").read_text()
    assert REAL not in text
    assert TEST not in text


def test_decisions_are_kept_and_new_secrets_added(world: PreflightContext, tmp_path: Path) -> None:
    file = tmp_path / "secrets.yaml"
    world.commits(FILES)
    write_triage(world, file)
    first, second = secrets_of(file)
    file.write_text(yaml.safe_dump({"secrets": [second | {"decision": "allow", "reason": "revoked"}]}))
    world.commits(FILES, {"app/new.py": f"t = '{made_up_token('new')}'\n"})
    assert write_triage(world, file).endswith("2 new, 3 in files that no longer exist. Decisions: 1 allow, 2 redact.")
    retained, *others = secrets_of(file)
    assert (retained["fingerprint"], retained["decision"], retained["reason"]) == (
        second["fingerprint"],
        "allow",
        "revoked",
    )
    assert first["fingerprint"] in {each["fingerprint"] for each in others}
    before = file.read_text()
    write_triage(world, file)
    assert file.read_text() == before


def test_the_plan_takes_the_decisions_over(world: PreflightContext, tmp_path: Path) -> None:
    world.commits(FILES)
    write_triage(world, tmp_path / "secrets.yaml")
    real, test = secrets_of(tmp_path / "secrets.yaml")
    decided = [real, test | {"decision": "allow", "reason": "made up"}]
    (tmp_path / "secrets.yaml").write_text(yaml.safe_dump({"secrets": decided}))
    (tmp_path / "migration.yaml").write_text(PLAN)
    plan = read_plan(tmp_path / "migration.yaml")
    assert [each.fingerprint for each in plan.history.redact] == [real["fingerprint"]]
    assert [(each.fingerprint, each.reason) for each in plan.preflight.allowed_secrets] == [
        (test["fingerprint"], "made up")
    ]
    world.rules = {"allowed_secrets": [{"fingerprint": test["fingerprint"], "reason": "made up"}]}
    world.history = {"redact": [{"fingerprint": real["fingerprint"]}]}
    assert world.look().refusals == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "there is no file secrets.yaml beside the plan. Write it: ./multirepo preflight --triage secrets.yaml"),
        ("secrets: [", "secrets.yaml cannot be read: "),
        ("secrets: [{fingerprint: abc}]", "secrets.yaml: secrets[0]"),
        ("other: 1", "secrets.yaml: other: "),
        ("- 1", "secrets.yaml: the file: "),
    ],
)
def test_a_file_that_cannot_be_used_is_told_at_the_line_of_the_plan(
    tmp_path: Path, text: str | None, problem: str
) -> None:
    if text is not None:
        (tmp_path / "secrets.yaml").write_text(text)
    (tmp_path / "migration.yaml").write_text(PLAN)
    with pytest.raises(PlanError) as caught:
        read_plan(tmp_path / "migration.yaml")
    assert "migration.yaml:3:21: preflight.triage: " in str(caught.value)
    assert problem in str(caught.value)


def test_an_allowed_secret_needs_a_reason(world: PreflightContext, tmp_path: Path) -> None:
    world.commits(FILES)
    write_triage(world, tmp_path / "secrets.yaml")
    allowed = [each | {"decision": "allow"} for each in secrets_of(tmp_path / "secrets.yaml")]
    (tmp_path / "secrets.yaml").write_text(yaml.safe_dump({"secrets": allowed}))
    (tmp_path / "migration.yaml").write_text(PLAN)
    with pytest.raises(PlanError, match=r"secrets\[0\] allows \w+ without a reason") as caught:
        read_plan(tmp_path / "migration.yaml")
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize("text", ["secrets: [", "[1]", "secrets: [1]", "secrets: [{decision: allow}]"])
def test_a_file_that_is_not_a_triage_is_never_overwritten(world: PreflightContext, tmp_path: Path, text: str) -> None:
    (tmp_path / "secrets.yaml").write_text(text)
    with pytest.raises(PlanError, match=r"this is not a triage file .* Nothing was written"):
        update_triage(tmp_path / "secrets.yaml", [], {})
    assert (tmp_path / "secrets.yaml").read_text() == text

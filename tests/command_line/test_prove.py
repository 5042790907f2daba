"""`./multirepo prove`, and that nothing is pushed which does not hold its proof."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.stack import locations as histories
from components.stack.locations import split_histories, workspace_of
from components.stack.settings import Settings
from migration.desired_state import DesiredState, desired_state
from migration.errors import ProofError
from migration.plan import read_plan
from sandbox.daemon import process
from tests.conftest import Checkout, Repository

PLAN = """\
monorepo: {name: small}
repositories:
  - name: engine
    moves: [{from: engine}]
  - name: site
    moves: [{from: site, to: web}]
"""


@pytest.fixture
def small(checkout: Checkout) -> Iterator[Checkout]:
    """A checkout with a plan for the small monorepo, whose sandbox is stopped at the end."""
    (checkout.path / "small.yaml").write_text(PLAN)
    yield checkout
    process.stop(checkout.path / ".multirepo" / "sandbox")


@pytest.fixture
def state(tmp_path: Path) -> DesiredState:
    (tmp_path / "plan.yaml").write_text(PLAN)
    return desired_state(read_plan(tmp_path / "plan.yaml"), {"migration": "moving"})


@pytest.fixture
def settings(tmp_path: Path, monorepo: Repository, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(histories, "WORKSPACE", tmp_path / "multirepo")
    return Settings(
        owner="maestro",
        server="http://127.0.0.1:1/w",
        monorepo=str(monorepo.path),
        plan_file=tmp_path / "plan.yaml",
        stages={"migration": "moving"},
    )


def swap_two_commits(workspace: Path) -> None:
    """Damage that keeps every size as it was."""
    file = workspace / "split.git" / "commit-map-engine"
    pairs = file.read_bytes()
    file.write_bytes(pairs[:20] + pairs[60:80] + pairs[40:60] + pairs[20:40] + pairs[80:])


def test_a_proof_is_printed_in_figures(small: Checkout, monorepo: Repository) -> None:
    own = ("./multirepo", "prove", "--monorepo", str(monorepo.path), "--plan", "small.yaml")
    head = monorepo.git("rev-parse", "main")
    printed = small.run(*own).stdout
    assert [line.split()[:5] for line in printed.splitlines() if line.startswith(("engine", "site"))] == [
        ["engine", "4", "4", "5", "2"],
        ["site", "1", "0", "5", "1"],
    ]
    assert f"Proved. 5 commits of the monorepo up to {head[:12]}" in printed
    assert "A second split gave the same ids." in printed

    proof = json.loads(small.run(*own, "--json").stdout)
    assert proof["proved"] is True
    assert proof["monorepo"] == {"head": head, "commits": 5}
    assert [repository["failures"] for repository in proof["repositories"]] == [[], []]
    assert proof["second_run"] == {"same": True, "failures": []}

    (workspace,) = (small.path / ".multirepo" / "history").iterdir()
    swap_two_commits(workspace)
    failed = small.run(*own, code=1).stdout
    assert "✗ engine: commit" in failed
    assert "Not proved" in failed


def test_a_monorepo_with_missing_files_is_a_wrong_input_of_every_command(small: Checkout, monorepo: Repository) -> None:
    lost = monorepo.git("rev-parse", "main:engine/main")
    (monorepo.path / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    for command in ("prove", "discover", "preflight"):
        own = ("./multirepo", command, "--monorepo", str(monorepo.path), "--plan", "small.yaml")
        failed = small.run(*own, code=2)
        assert "1 object is missing in its branches and tags, such as engine/main (commit " in failed.stderr


def test_files_that_two_moves_take_are_refused_by_every_command(small: Checkout, monorepo: Repository) -> None:
    overlapping = PLAN + "  - {name: rest, moves: [{from: engine/docs}]}\n"
    monorepo.commit("Docs", **{"engine/docs/guide": "1\n"})
    (small.path / "small.yaml").write_text(overlapping.replace("{from: engine}", "{from: engine, exclude: [/docs/x*]}"))
    for command in ("prove", "preflight"):
        own = ("./multirepo", command, "--monorepo", str(monorepo.path), "--plan", "small.yaml")
        assert "Two moves take engine/docs/guide." in small.run(*own, code=2).stderr


def test_a_split_that_fails_its_proof_is_not_handed_on(
    settings: Settings, state: DesiredState, monorepo: Repository
) -> None:
    def split() -> None:
        split_histories(settings, monorepo.path, "main", state, lambda *_: None)

    split()
    swap_two_commits(workspace_of(settings))
    with pytest.raises(ProofError, match="nothing is pushed"):
        split()


def test_an_unchanged_split_is_proved_once(settings: Settings, state: DesiredState, monorepo: Repository) -> None:
    def phases() -> set[str]:
        outcomes = set()
        split_histories(settings, monorepo.path, "main", state, lambda phase, *_: outcomes.add(phase))
        return {phase for phase in outcomes if phase.startswith("proving")}

    assert phases() == {"proving engine:", "proving site:"}
    assert phases() == set()
    monorepo.commit("Engine: another", engine__main="3\n")
    assert phases() == {"proving engine:", "proving site:"}

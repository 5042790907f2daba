"""All faults of a plan in one reading: none hides another, and none gives a second one that is not there."""

from pathlib import Path

import pytest

from migration.plan import PlanError, read_plan

PLAN = """\
monorepo: {name: small}
teams: [{name: core}]
repositories:
  - name: engine
    moves: [{from: engine}]
    teams: {core: push}
    code_owners: {"*": [core]}
    transforms: {add_folder: files}
"""


def faults(folder: Path, text: str) -> list[str]:
    (folder / "plan.yaml").write_text(text)
    try:
        read_plan(folder / "plan.yaml")
    except PlanError as error:
        return [f"{fault.key}: {fault.problem}" for fault in error.faults]
    return []


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "README.md").write_text("Read me.\n")
    return tmp_path


def test_the_plan_without_a_fault_is_read(files: Path) -> None:
    assert faults(files, PLAN) == []


def test_a_misspelled_key_at_the_top_hides_no_fault_below(tmp_path: Path) -> None:
    found = faults(tmp_path, f"kinde: x\n{PLAN}")
    assert found[0] == "kinde: there is no such key"
    assert found[1].startswith("repositories[0].transforms.add_folder: there are no files in ")
    assert len(found) == 2


@pytest.mark.parametrize("role", ["pushh", "writer", "x", "5"])
def test_a_wrong_role_is_one_fault(files: Path, role: str) -> None:
    found = faults(files, PLAN.replace("core: push", f"core: '{role}'"))
    assert found == [f"repositories[0].teams.core: '{role}' is not possible here"]


@pytest.mark.parametrize("kind", ["python-package", "pythons", "x"])
def test_a_wrong_kind_is_one_fault(files: Path, kind: str) -> None:
    found = faults(files, PLAN.replace("    teams:", f"    kind: {kind}\n    teams:"))
    assert [fault for fault in found if "kind" not in fault.partition(":")[0]] == []

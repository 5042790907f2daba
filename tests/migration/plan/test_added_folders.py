"""Files that a plan adds from folders beside it."""

from pathlib import Path

import pytest

from migration.plan import PlanError, read_plan

PLAN = """\
monorepo: {name: mono}
repositories:
  - name: docs
    transforms: {add_folder: added/docs, add_files: {README.md: "by name\\n"}}
"""


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    (tmp_path / "added" / "docs" / "guide").mkdir(parents=True)
    (tmp_path / "plan.yaml").write_text(PLAN)
    return tmp_path / "plan.yaml"


def test_the_files_of_the_folder_are_added_and_those_named_go_before(plan_file: Path) -> None:
    folder = plan_file.parent / "added" / "docs"
    (folder / "guide" / "über.md").write_text("guide\n")
    (folder / "README.md").write_text("from the folder\n")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "left.pyc").write_bytes(b"\xff")
    (repository,) = read_plan(plan_file).repositories
    assert repository.transforms.add_files == {"README.md": "by name\n", "guide/über.md": "guide\n"}


def test_a_folder_without_files_is_refused(plan_file: Path) -> None:
    with pytest.raises(PlanError, match=r"plan.yaml:4:.*there are no files in .*added/docs"):
        read_plan(plan_file)


def test_a_file_that_is_no_text_is_refused_with_its_name(plan_file: Path) -> None:
    (plan_file.parent / "added" / "docs" / "logo.png").write_bytes(b"\x89PNG\xff")
    with pytest.raises(PlanError, match="not UTF-8"):
        read_plan(plan_file)


def test_what_cannot_stand_beside_a_named_file_is_refused(plan_file: Path) -> None:
    (plan_file.parent / "added" / "docs" / "README.md").mkdir()
    (plan_file.parent / "added" / "docs" / "README.md" / "more.md").write_text("x\n")
    with pytest.raises(PlanError, match="is a file"):
        read_plan(plan_file)

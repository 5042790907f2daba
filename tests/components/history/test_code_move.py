"""The code move's provider: what it calls a change, and what of it lands in the state."""

from pathlib import Path

import pytest

from components.history.code_move import describe_history
from components.history.code_move_operations import reject_other_history
from components.history.code_move_provider import CodeMoveProvider
from migration.errors import CarryRefusedError
from migration.split.workspace import SplitHistory
from tests.conftest import new_repository

OLD = {
    "repository": "engine",
    "default_branch": "main",
    "head": "a" * 40,
    "tags": {"v1": "b" * 40},
    "notes": True,
    "carries": "1 commit",
}


def test_the_same_history_is_no_change() -> None:
    assert CodeMoveProvider().diff("engine", OLD, dict(OLD)).changes is False


@pytest.mark.parametrize(
    ("property_name", "value"),
    [("tags", {}), ("default_branch", "trunk"), ("notes", False)],
)
def test_a_tag_a_default_branch_or_notes_are_an_update(property_name: str, value: object) -> None:
    result = CodeMoveProvider().diff("engine", OLD, {**OLD, property_name: value})
    assert result.changes is True
    assert result.replaces == []


def test_another_repository_is_a_replacement() -> None:
    assert CodeMoveProvider().diff("engine", OLD, {**OLD, "repository": "motor"}).replaces == ["repository"]


def test_other_figures_for_the_same_history_are_no_change() -> None:
    assert CodeMoveProvider().diff("engine", OLD, {**OLD, "carries": "1 commit, 0 merges"}).changes is False


def test_a_history_that_does_not_continue_the_pushed_one_is_rejected_before_the_push(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "split")
    pushed = repository.commit("One", a="1")
    newer = repository.commit("Two", a="2")
    reject_other_history({"head": pushed}, {"head": newer, "repository": "engine"}, repository.path / ".git")
    repository.git("checkout", "--quiet", "--orphan", "edited")
    edited = repository.commit("One, without a file", b="1")
    for before in (newer, "a" * 40):
        with pytest.raises(CarryRefusedError, match="undo the edit of `from`, `to`, `earlier`, `exclude`"):
            reject_other_history({"head": before}, {"head": edited, "repository": "engine"}, repository.path / ".git")


def test_deleting_a_code_move_touches_nothing() -> None:
    # No settings and no server here: anything that it tried would fail.
    CodeMoveProvider().delete("engine", OLD)


def test_the_figures_of_a_history_are_one_sentence() -> None:
    history = SplitHistory(
        head="a" * 40, tags={"v1": "b" * 40}, commits=1204, merges=0, authors=3, files=412, dropped_signatures=0
    )
    assert describe_history(history) == "1,204 commits, 0 merges, 1 tag, 412 files"

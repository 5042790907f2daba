"""What a preview says of the plan's transforms."""

from migration.git.tree_changes import Changes, changed_files, in_words, transformed_tree
from tests.conftest import Repository


def test_changed_added_and_removed_files_are_counted(monorepo: Repository) -> None:
    git_dir = monorepo.path / ".git"
    contents = {"engine/main": b"9\n", "engine/new": b"n\n", "engine/other": b"o\n", "README": None}
    tree = transformed_tree(git_dir, "HEAD", [lambda _: Changes(contents=contents)])
    assert tree
    assert in_words(changed_files(git_dir, "HEAD", tree)) == "transforms change 1 file, add 2, remove 1"


def test_no_files_are_many_and_what_is_not_there_is_not_told() -> None:
    assert in_words({}) == "transforms change 0 files"

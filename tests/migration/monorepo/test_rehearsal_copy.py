"""The copy of a monorepo that a rehearsal writes to: what it gets, and that the monorepo gets nothing."""

from pathlib import Path

import pytest

from migration.errors import CarryRefusedError, SplitError
from migration.monorepo.rehearsal_copy import bring_up_to_date, make_copy
from tests.conftest import Repository


@pytest.fixture
def copy(monorepo: Repository, tmp_path: Path) -> Repository:
    make_copy(str(monorepo.path), tmp_path / "copies" / "copy.git")
    bring_up_to_date(tmp_path / "copies" / "copy.git")
    return Repository(tmp_path / "copies" / "copy.git")


def refs(repository: Repository) -> list[str]:
    return repository.git("for-each-ref", "refs/heads", "refs/tags").splitlines()


def rehearsed(copy: Repository, tmp_path: Path, **files: str) -> None:
    """What a rehearsal does: it commits to the copy, and tags it."""
    copy.git("clone", "--quiet", "--branch=main", str(copy.path), str(tmp_path / "rehearsal"))
    writer = Repository(tmp_path / "rehearsal", commits=300)
    writer.commit("Freeze", **files)
    writer.git("tag", "frozen/engine")
    writer.git("push", "--quiet", "origin", "main", "frozen/engine")


def test_a_copy_has_branches_and_tags_and_borrows_the_objects(monorepo: Repository, copy: Repository) -> None:
    assert refs(copy) == refs(monorepo) != []
    assert copy.git("count-objects") == "0 objects, 0 kilobytes"


@pytest.mark.parametrize("by_address", [False, True])
def test_what_changes_in_the_monorepo_comes_and_goes(monorepo: Repository, tmp_path: Path, by_address: bool) -> None:
    make_copy(monorepo.path.as_uri() if by_address else str(monorepo.path), tmp_path / "copy.git")
    copy = Repository(tmp_path / "copy.git")
    monorepo.git("branch", "side")
    monorepo.git("tag", "here")
    bring_up_to_date(copy.path)
    assert refs(copy) == refs(monorepo)
    monorepo.git("branch", "--delete", "--force", "side")
    monorepo.commit("More", more="1\n")
    monorepo.git("tag", "--force", "here")
    bring_up_to_date(copy.path)
    assert refs(copy) == refs(monorepo)


def test_what_a_rehearsal_wrote_stays_in_the_copy_with_new_commits_on_top(
    monorepo: Repository, copy: Repository, tmp_path: Path
) -> None:
    rehearsed(copy, tmp_path, notice="moved\n")
    before = refs(monorepo)
    bring_up_to_date(copy.path)
    assert refs(monorepo) == before
    newer = monorepo.commit("Late", engine__late="late\n")
    bring_up_to_date(copy.path)
    assert copy.git("show", "main:notice") == "moved"
    assert copy.git("show", "main:engine/late") == "late"
    assert copy.git("merge-base", "main", newer) == newer
    assert copy.git("tag", "--list", "frozen/*") == "frozen/engine"
    merged = refs(copy)
    bring_up_to_date(copy.path)
    assert refs(copy) == merged


def test_a_rewritten_monorepo_is_followed_until_a_rehearsal_has_written(
    monorepo: Repository, copy: Repository, tmp_path: Path
) -> None:
    monorepo.git("commit", "--quiet", "--amend", "--message", "In other words")
    bring_up_to_date(copy.path)
    assert refs(copy) == refs(monorepo)
    rehearsed(copy, tmp_path, notice="moved\n")
    monorepo.git("commit", "--quiet", "--amend", "--message", "Again in others")
    with pytest.raises(CarryRefusedError, match=r"main of your monorepo .* its history.*\./multirepo sandbox reset"):
        bring_up_to_date(copy.path)


def test_lines_that_both_changed_are_told_with_what_to_do(
    monorepo: Repository, copy: Repository, tmp_path: Path
) -> None:
    rehearsed(copy, tmp_path, README="moved\n")
    monorepo.commit("Reword", README="other words\n")
    with pytest.raises(CarryRefusedError, match=r"differ in README\. .*\./multirepo sandbox reset"):
        bring_up_to_date(copy.path)


def test_a_folder_that_cannot_be_split_is_no_monorepo(tmp_path: Path) -> None:
    with pytest.raises(SplitError, match="There is no folder"):
        make_copy(str(tmp_path / "nowhere"), tmp_path / "copy.git")
    assert not (tmp_path / "copy.git").exists()

"""Which repositories can be split, and what is said about the others."""

import os
from pathlib import Path

import pytest

from migration.desired_state.code_selection import CodeSelection, FolderMove
from migration.errors import SplitError
from migration.split.splitting import SplitHistory, split_monorepo
from tests.migration.conftest import MonorepoBuilder, Splitter, git

SELECTIONS = {"new": CodeSelection(moves=(FolderMove(source="a"),))}


@pytest.fixture
def history(builder: MonorepoBuilder) -> str:
    first = builder.commit({"a/f": "1"})
    builder.point("main", builder.commit({"a/f": "2"}, first))
    return git(builder.path, "rev-parse", "main")


def split(path: Path, workspace: Path, revision: str = "HEAD") -> SplitHistory:
    return split_monorepo(path, revision, SELECTIONS, workspace).histories["new"]


@pytest.mark.usefixtures("history")
def test_bare_repositories_work_trees_and_linked_work_trees_give_the_same(
    builder: MonorepoBuilder, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", "monorepo.git", "clone")
    git(tmp_path / "clone", "worktree", "add", "--quiet", "--detach", "../linked", "HEAD~1")
    expected = split(builder.path, tmp_path / "w1")
    assert split(tmp_path / "clone", tmp_path / "w2") == expected
    assert split(tmp_path / "clone" / ".git", tmp_path / "w3") == expected
    assert split(tmp_path / "linked", tmp_path / "w4", "main") == expected
    assert split(tmp_path / "linked", tmp_path / "w5").commits == 1


@pytest.mark.usefixtures("history")
def test_a_monorepo_that_borrows_objects_itself_can_be_split(builder: MonorepoBuilder, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--shared", "monorepo.git", "clone")
    assert split(tmp_path / "clone", tmp_path / "w2") == split(builder.path, tmp_path / "w1")


@pytest.mark.parametrize("name", ['"quoted"', "#comment", "new\nline", " space ", "-x", "é", "back\\slash"])
def test_any_path_will_do(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    builder = MonorepoBuilder(tmp_path / name)
    builder.point("main", builder.commit({"a/f": "1"}))
    monkeypatch.chdir(tmp_path)
    assert split(Path(name), tmp_path / "workspace").commits == 1
    assert Splitter(builder, tmp_path / "workspace").git("fsck", "--connectivity-only", "--no-dangling") == ""


@pytest.mark.usefixtures("history")
def test_the_monorepo_is_not_written(builder: MonorepoBuilder, splitter: Splitter) -> None:
    def state() -> list[tuple[str, int]]:
        return sorted((str(path), path.stat().st_mtime_ns) for path in builder.path.rglob("*"))

    before = state()
    splitter.split(SELECTIONS)
    assert state() == before


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SplitError, match=r"no folder .*/nothing.*Clone"):
        split(tmp_path / "nothing", tmp_path / "workspace")


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SplitError, match=r"not a git repository"):
        split(tmp_path, tmp_path / "workspace")


def test_an_empty_repository_is_refused(builder: MonorepoBuilder, splitter: Splitter) -> None:
    with pytest.raises(SplitError, match="no branch with a commit"):
        splitter.split(SELECTIONS)


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("revision", ["mian", "--all", "-x", "main:a", "", "a..b", "nul\0"])
def test_an_unknown_revision_is_refused_with_the_branches_named(splitter: Splitter, revision: str) -> None:
    with pytest.raises(SplitError, match=r"no commit .* `default_branch` .* youngest are main"):
        splitter.split(SELECTIONS, revision)


@pytest.mark.usefixtures("history")
def test_a_shallow_clone_is_refused(builder: MonorepoBuilder, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", builder.path.as_uri(), "clone")
    with pytest.raises(SplitError, match=r"shallow clone.*--unshallow"):
        split(tmp_path / "clone", tmp_path / "workspace")


def test_a_missing_object_is_told(builder: MonorepoBuilder, splitter: Splitter) -> None:
    builder.point("main", builder.commit({"lib/a/f": "1"}))
    tree = git(builder.path, "rev-parse", "main:lib")
    (builder.path / "objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(SplitError, match=f"lacks the object {tree}.*git fsck"):
        splitter.split_one(FolderMove(source="lib/a"))


def test_a_missing_commit_is_told(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1"})
    builder.point("main", builder.commit({"a/f": "2"}, first))
    (builder.path / "objects" / first[:2] / first[2:]).unlink()
    with pytest.raises(SplitError, match="git fsck"):
        splitter.split_one(FolderMove(source="a"))


@pytest.mark.usefixtures("history")
def test_without_git_the_remedy_is_named(splitter: Splitter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(SplitError, match="Install git"):
        splitter.split(SELECTIONS)

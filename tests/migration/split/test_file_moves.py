"""A move of a single file: its history under all its names, as `git log --follow` gives it."""

from pathlib import Path

import pytest

from migration.desired_state.code_selection import CodeSelection, FolderMove, PreviousPath
from migration.errors import SplitError
from migration.git.tree_entries import entries
from migration.proof import prove_split
from migration.split.overlap import demand_no_overlap
from migration.split.splitting import split_monorepo
from migration.split.whereabouts import Whereabouts
from tests.conftest import Repository, new_repository
from tests.migration.conftest import MonorepoBuilder, Splitter


@pytest.fixture
def history(tmp_path: Path) -> Repository:
    """A file in two folders under two names, with other files around it."""
    repository = new_repository(tmp_path / "mono")
    repository.commit("Begin", a__money="1\n2\n3\n4\n", b__tax="1\n", README="r\n")
    repository.commit("Elsewhere", b__tax="2\n")
    repository.commit("Money", a__money="1\n2\n3\n4\n5\n")
    repository.git("mv", "a/money", "b/cash")
    repository.commit("Move")
    (repository.path / "b/cash").chmod(0o755)
    repository.commit("Mode")
    repository.commit("Cash", b__cash="1\n2\n3\n4\n6\n", README="s\n")
    return repository


def log(directory: Path, *arguments: str) -> list[str]:
    """Authors, dates and subjects, without the commits that give a file another name and change nothing in it."""
    output = Repository(directory).git("log", "--format=%x00%an %ad %s", "--name-status", *arguments)
    commits = (commit.splitlines() for commit in output.split("\0")[1:])
    return [commit[0] for commit in commits if not commit[-1].startswith("R100")]


@pytest.mark.parametrize("target", ["", "lib/money.txt"])
def test_a_file_arrives_with_the_history_that_git_follows(history: Repository, tmp_path: Path, target: str) -> None:
    selection = CodeSelection(moves=(FolderMove(source="b/cash", earlier=("a/money",), target=target),))
    split = split_monorepo(history.path, "main", {"new": selection}, tmp_path / "w")
    head = str(split.histories["new"].head)
    assert log(split.git_dir, head) == log(history.path, "--follow", "main", "--", "b/cash")
    arrived = entries(split.git_dir, head)
    assert arrived == {target or "cash": entries(history.path, "main")["b/cash"]}
    assert arrived[target or "cash"].startswith("100755 ")
    proof = prove_split(split, history.path, {"new": selection})
    assert proof.failures == ()
    assert proof.repositories[0].files == 1


def test_a_file_that_came_into_a_moved_folder_keeps_its_authors(history: Repository, tmp_path: Path) -> None:
    folder = FolderMove(source="b", exclude=("/cash",))
    selection = CodeSelection(moves=(folder, FolderMove(source="b/cash", target="cash", earlier=("a/money",))))
    split = split_monorepo(history.path, "main", {"new": selection}, tmp_path / "w")
    blame = Repository(split.git_dir).git("blame", "--porcelain", str(split.histories["new"].head), "--", "cash")
    expected = history.git("blame", "--porcelain", "main", "--", "b/cash")
    assert [line for line in blame.splitlines() if line.startswith("summary")] == [
        line for line in expected.splitlines() if line.startswith("summary")
    ]
    assert prove_split(split, history.path, {"new": selection}).failures == ()


def test_a_file_that_is_gone_goes_on_in_the_next_split(history: Repository, tmp_path: Path) -> None:
    selection = CodeSelection(moves=(FolderMove(source="b/cash"), FolderMove(source="b/tax", target="tax")))
    before = split_monorepo(history.path, "main", {"new": selection}, tmp_path / "w")
    history.git("rm", "--quiet", "b/cash")
    history.commit("Remove")
    after = split_monorepo(history.path, "main", {"new": selection}, tmp_path / "w")
    fresh = split_monorepo(history.path, "main", {"new": selection}, tmp_path / "fresh")
    assert after.histories == fresh.histories
    assert Repository(after.git_dir).git("rev-parse", f"{after.histories['new'].head}^") == before.histories["new"].head
    assert prove_split(fresh, history.path, {"new": selection}).failures == ()
    assert fresh.files == ("b/cash", "b/tax")


def test_where_names_the_place_of_a_file(history: Repository, tmp_path: Path) -> None:
    selections = {"new": CodeSelection(moves=(FolderMove(source="b/cash", earlier=("a/money",), target="lib/money"),))}
    split = split_monorepo(history.path, "main", selections, tmp_path / "w")
    for path in ("b/cash", "a/money"):
        (place,) = Whereabouts(split, selections, {}).find(path).places
        assert place.what == f"lib/money, last changed by commit {split.histories['new'].head}"
    assert Whereabouts(split, selections, {}).find("b/tax").reason == "no repository takes it."


def test_a_link_moves_and_a_submodule_of_the_name_does_not(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"d/l": ("160000", "1" * 40), "f": "1"})
    builder.point("main", builder.commit({"d/l": ("120000", "target"), "f": "1"}, first))
    split = splitter.split_one(FolderMove(source="d/l"))
    assert split.histories["new"].commits == 1
    assert splitter.git("ls-tree", str(split.histories["new"].head)).startswith("120000 blob ")


def test_files_may_land_beside_a_folder_at_the_root_and_two_folders_may_not(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    builder.point("main", builder.commit({"LICENSE": "1", "NOTICE": "1", "a/f": "1", "b/g": "1"}))
    folder, *files = (FolderMove(source=source) for source in ("a", "LICENSE", "NOTICE"))
    assert splitter.files(splitter.split_one(folder, *files).histories["new"].head) == {
        "LICENSE": "1",
        "NOTICE": "1",
        "f": "1",
    }
    selection = CodeSelection(moves=(folder, FolderMove(source="b"), *files))
    split = splitter.split({"new": selection})
    with pytest.raises(SplitError, match=r"The folders a and b move to the root\. Give each but one a folder with"):
        demand_no_overlap(split, {"new": selection})


@pytest.mark.parametrize(
    ("move", "error"),
    [
        (FolderMove(source="f", exclude=("x",)), "new: f is a file: remove `exclude` and `include` of its move"),
        (
            FolderMove(source="f", earlier=(PreviousPath(path="", joined_by="a" * 40),)),
            "new: f is a file: name files in its `earlier`, not the root",
        ),
        (FolderMove(source="f", earlier=("d",)), "has a folder or file 'd'"),
        (FolderMove(source="g"), "has a folder or file 'g'. Correct its name in the plan; the nearest ones at"),
    ],
)
def test_what_no_file_can_have_is_refused(
    builder: MonorepoBuilder, splitter: Splitter, move: FolderMove, error: str
) -> None:
    builder.point("main", builder.commit({"f": "1", "d/x": "1"}))
    with pytest.raises(SplitError) as refused:
        splitter.split_one(move)
    assert error in str(refused.value)

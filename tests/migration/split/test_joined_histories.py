"""Projects that were joined into a folder: their commits arrive as they were where claimed, and nowhere else."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration.desired_state.code_selection import CodeSelection, FolderMove, PreviousPath, TagMapping
from migration.errors import SplitError
from migration.preflight.unused_paths import unused_paths
from migration.proof import prove_split
from migration.split.splitting import Split, split_monorepo
from migration.split.whereabouts import Whereabouts
from tests.migration.conftest import MonorepoBuilder, Splitter, git
from tests.migration.split.test_random_histories import RANDOM

TAGS = (TagMapping(source="*", target="*"),)


class Joined:
    """A monorepo with work trees, and a project beside it that is joined into the folder `lib`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path, self.project = folder, folder / "mono", folder / "project"
        self.clock = 1_600_000_000
        for path in (self.path, self.project):
            git(folder, "init", "--quiet", "-b", "main", str(path))
        self.commit(self.path, "Start", {"src/app": "1", "docs/a": "1"})
        self.commit(self.project, "Library begins", {"src/core": "1", "setup": "1"})
        self.commit(self.project, "Library grows", {"src/core": "2"})
        git(self.project, "tag", "lib-1.0")
        git(self.project, "commit", "--quiet", "--allow-empty", "-m", "Nothing changes")
        git(self.project, "checkout", "--quiet", "-b", "side", "HEAD~1")
        self.commit(self.project, "On the side", {"src/side": "1"})
        git(self.project, "checkout", "--quiet", "main")
        git(self.project, "merge", "--quiet", "--no-edit", "side")

    def commit(self, path: Path, subject: str, files: dict[str, str]) -> str:
        for name, text in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(f"{text}\n")
        git(path, "add", "--all")
        self.clock += 60
        date = f"--date={self.clock} +0000"
        git(path, "commit", "--quiet", date, "-m", subject)
        return git(path, "rev-parse", "HEAD")

    def join(self, way: str) -> str:
        """Join the project into `lib`; the merge's id."""
        git(self.path, "fetch", "--quiet", str(self.project), "main:project")
        if way == "subtree":
            git(self.path, "subtree", "add", "-q", "--prefix=lib", "project")
        elif way == "squash":
            git(self.path, "subtree", "add", "-q", "--squash", "--prefix=lib", "project")
        else:
            git(
                self.path,
                "merge",
                "--quiet",
                "--strategy=ours",
                "--no-commit",
                "--allow-unrelated-histories",
                "project",
            )
            git(self.path, "read-tree", "--prefix=lib/", "-u", "project")
            git(self.path, "commit", "--quiet", "-m", "Join the library")
        git(self.path, "branch", "--quiet", "-D", "project")
        return git(self.path, "rev-parse", "HEAD")

    def pull(self, way: str) -> None:
        """Join what is new in the project."""
        if way == "merge":
            git(self.path, "fetch", "--quiet", str(self.project), "main")
            git(
                self.path, "merge", "--quiet", "--no-edit", "-Xsubtree=lib", "--allow-unrelated-histories", "FETCH_HEAD"
            )
        else:
            squash = ("--squash",) if way == "squash" else ()
            git(
                self.path,
                "subtree",
                "pull",
                "-q",
                *squash,
                "--prefix=lib",
                str(self.project),
                "main",
                "-m",
                "Pull",
            )

    def split(self, workspace: str = "w", **moves: Sequence[FolderMove]) -> Split:
        selections = {name: CodeSelection(moves=tuple(of), tags=TAGS) for name, of in moves.items()}
        split = split_monorepo(self.path, "main", selections, self.folder / workspace)
        assert prove_split(split, self.path, selections).failures == ()
        return split

    def commits(self, split: Split, name: str) -> list[str]:
        head = split.histories[name].head
        return git(split.git_dir, "rev-list", "--topo-order", head).split() if head else []


@pytest.fixture
def joined(tmp_path: Path) -> Joined:
    return Joined(tmp_path)


def claim(merge: str, path: str = "") -> FolderMove:
    return FolderMove(source="lib", earlier=(PreviousPath(path=path, joined_by=merge),))


APP = (FolderMove(source="src", target="src"), FolderMove(source="docs", target="docs"))


@pytest.mark.parametrize("way", ["subtree", "merge"])
def test_a_joined_project_arrives_with_its_own_ids(joined: Joined, way: str) -> None:
    merge = joined.join(way)
    split = joined.split(lib=[claim(merge)], app=APP)
    project = git(joined.project, "rev-list", "--topo-order", "main").split()
    assert joined.commits(split, "lib") == project
    assert split.histories["lib"].tags == {"lib-1.0": git(joined.project, "rev-parse", "lib-1.0")}
    if way == "subtree":
        assert git(joined.path, "subtree", "split", "-q", "--prefix=lib") == project[0]
    assert [git(split.git_dir, "log", "-1", "--format=%s", commit) for commit in joined.commits(split, "app")] == [
        "Start"
    ]


@pytest.mark.parametrize("way", ["subtree", "squash", "merge"])
def test_later_pulls_belong_to_the_same_project(joined: Joined, way: str) -> None:
    merge = joined.join(way)
    joined.commit(joined.path, "The monorepo changes the library", {"lib/own": "1", "src/app": "2"})
    joined.commit(joined.project, "Library goes on", {"src/core": "3"})
    joined.pull(way)
    last = joined.commit(joined.path, "End", {"lib/own": "2"})
    split = joined.split(lib=[claim(merge)], app=APP)
    arrived = joined.commits(split, "lib")
    project = set(git(joined.project, "rev-list", "main").split())
    foreign = {parent for parent in git(joined.path, "rev-list", "main").split() if parent not in project}
    if way == "squash":
        squashed = git(joined.path, "log", "--format=%H", "--grep=^Squashed 'lib/'", "main").split()
        assert set(squashed) <= set(arrived)
        assert len(squashed) == 2
    else:
        assert project <= set(arrived)
    assert last in foreign
    assert git(split.git_dir, "rev-parse", f"{arrived[0]}^{{tree}}") == git(joined.path, "rev-parse", "main:lib")
    subjects = [git(split.git_dir, "log", "-1", "--format=%s", commit) for commit in joined.commits(split, "app")]
    assert subjects == ["The monorepo changes the library", "Start"]


def test_a_joined_project_that_nobody_claims_reaches_nobody(joined: Joined) -> None:
    joined.join("subtree")
    split = joined.split(app=APP, lib=[FolderMove(source="lib")])
    project = set(git(joined.project, "rev-list", "main").split())
    assert not project & set(joined.commits(split, "app"))
    assert split.histories["app"].commits == 1
    assert split.histories["lib"].commits == 1


def test_the_way_to_claim_a_joined_project_is_named(joined: Joined) -> None:
    merge = joined.join("subtree")
    split = joined.split(app=APP, lib=[FolderMove(source="lib")])
    selections = {"app": CodeSelection(moves=APP), "lib": CodeSelection(moves=(FolderMove(source="lib"),))}
    answer = Whereabouts(split, selections, {}).find(git(joined.project, "rev-parse", "main"))
    assert f"{{path: ., joined_by: '{merge}'}}" in answer.reason
    claimed = {"lib": CodeSelection(moves=(claim(merge),), tags=TAGS)}
    split = joined.split(lib=claimed["lib"].moves)
    answer = Whereabouts(split, claimed, {}).find(git(joined.project, "rev-parse", "main"))
    assert [landing.repository for landing in answer.places] == ["lib"]


def test_a_folder_of_a_joined_project_can_be_claimed_alone(joined: Joined) -> None:
    merge = joined.join("subtree")
    split = joined.split(
        core=[FolderMove(source="lib/src", earlier=(PreviousPath(path="src", joined_by=merge),))], app=APP
    )
    expected = git(joined.project, "subtree", "split", "-q", "--prefix=src")
    assert set(joined.commits(split, "core")) == set(git(joined.project, "rev-list", expected).split())


def test_a_second_join_after_the_first_split_gives_the_same_as_a_new_split(joined: Joined) -> None:
    joined.commit(joined.path, "Go on", {"src/app": "2"})
    joined.split(app=APP)
    joined.join("subtree")
    joined.commit(joined.path, "Go on again", {"src/app": "3"})
    assert joined.split(app=APP).histories == joined.split("fresh", app=APP).histories


def test_tags_of_a_project_that_is_joined_later_are_no_tags_of_others(joined: Joined) -> None:
    git(joined.path, "fetch", "--quiet", str(joined.project), "refs/tags/*:refs/tags/*")
    joined.split(app=APP)
    joined.join("subtree")
    split = joined.split(app=APP)
    assert split.histories == joined.split("fresh", app=APP).histories
    assert split.histories["app"].tags == {}


def test_the_proof_finds_a_commit_of_a_joined_history_in_a_repository_that_does_not_claim_it(joined: Joined) -> None:
    merge = joined.join("subtree")
    claims = {
        "app": CodeSelection(
            moves=(APP[0], FolderMove(source="lib", target="lib", earlier=(PreviousPath(path="", joined_by=merge),)))
        )
    }
    split = split_monorepo(joined.path, "main", claims, joined.folder / "w")
    without = {"app": CodeSelection(moves=(APP[0], FolderMove(source="lib", target="lib")))}
    failures = prove_split(split, joined.path, without).failures
    assert any("is of a joined history that no `earlier` of this repository names" in failure for failure in failures)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (PreviousPath(path="", joined_by="0" * 40), "no commit of the history begins so"),
        (PreviousPath(path="docs", until="0" * 7), "no commit of the history begins so"),
    ],
)
def test_a_commit_that_is_not_there_is_reported(joined: Joined, entry: PreviousPath, problem: str) -> None:
    with pytest.raises(SplitError, match=problem):
        joined.split(app=[FolderMove(source="src", earlier=(entry,))])


def test_a_commit_that_joins_nothing_is_reported(joined: Joined) -> None:
    with pytest.raises(SplitError, match="not a merge"):
        joined.split(
            app=[
                FolderMove(
                    source="src", earlier=(PreviousPath(path="", joined_by=git(joined.path, "rev-parse", "HEAD")),)
                )
            ]
        )


class TestSwappedNames:
    """Names that stood for something else until a commit."""

    def test_two_folders_that_swapped_names(self, builder: MonorepoBuilder, tmp_path: Path) -> None:
        first = builder.commit({"a/f": "old a", "b/f": "old b"}, message="begin")
        second = builder.commit({"a/f": "old a 2", "b/f": "old b"}, first, message="change a")
        swap = builder.commit({"b/f": "old a 2", "a/f": "old b"}, second, message="swap")
        builder.point("main", builder.commit({"b/f": "old a 3", "a/f": "old b"}, swap, message="change b"))
        selections = {
            today: CodeSelection(
                moves=(FolderMove(source=today, earlier=(PreviousPath(path=before, until=swap),)),), tags=()
            )
            for today, before in (("a", "b"), ("b", "a"))
        }
        split = split_monorepo(builder.path, "main", selections, tmp_path / "w")
        assert prove_split(split, builder.path, selections).failures == ()
        log = ("log", "--format=%s", "--topo-order")
        assert git(split.git_dir, *log, str(split.histories["b"].head)).split("\n") == ["change b", "change a", "begin"]
        assert git(split.git_dir, *log, str(split.histories["a"].head)).split("\n") == ["begin"]

    def test_a_name_that_is_filled_again(self, builder: MonorepoBuilder, tmp_path: Path) -> None:
        first = builder.commit({"web/f": "other", "new/f": "1"}, message="begin")
        second = builder.commit({"web/f": "other", "new/f": "2"}, first, message="change new")
        takeover = builder.commit({"web/f": "2"}, second, message="take over the name")
        builder.point("main", builder.commit({"web/f": "3"}, takeover, message="go on"))
        selections = {
            "web": CodeSelection(
                moves=(FolderMove(source="web", earlier=(PreviousPath(path="new", until=takeover),)),), tags=()
            )
        }
        split = split_monorepo(builder.path, "main", selections, tmp_path / "w")
        assert prove_split(split, builder.path, selections).failures == ()
        subjects = git(split.git_dir, "log", "--format=%s", str(split.histories["web"].head)).split("\n")
        before = git(builder.path, "log", "--format=%s", f"{takeover}^", "--", "new").split("\n")
        assert subjects == ["go on", *before]


@RANDOM
@given(
    st.lists(st.tuples(st.sampled_from("mpj"), st.sampled_from(("a/f", "g", "sub/h")), st.integers(0, 3)), max_size=14)
)
def test_any_number_of_joins_and_pulls_keeps_the_projects_ids_and_nobody_elses(
    steps: list[tuple[str, str, int]],
) -> None:
    """m: the monorepo changes; p: the project changes; j: it is joined, or pulled, into `lib`."""
    with tempfile.TemporaryDirectory() as folder:
        builder = MonorepoBuilder(Path(folder) / "monorepo.git")
        mono_files, project_files = {"a/f": "start"}, {"a/f": "0"}
        mono, project = builder.commit(mono_files), builder.commit(project_files)
        builder.point("main", mono)
        merges, joined_tip, split = [], "", None
        for kind, path, text in steps:
            if kind == "m":
                mono_files = {**mono_files, path: f"own {text}"}
                mono = builder.commit(mono_files, mono)
            elif kind == "p":
                project_files = {**project_files, path: str(text)}
                project = builder.commit(project_files, project)
            else:
                mono_files = {**mono_files, **{f"lib/{name}": content for name, content in project_files.items()}}
                mono, joined_tip = builder.commit(mono_files, mono, project), project
                merges.append(mono)
            builder.point("main", mono)
            selections = {"a": CodeSelection(moves=(FolderMove(source="a"),), tags=())}
            if merges:
                selections["lib"] = CodeSelection(moves=(claim(merges[0]),), tags=())
            split = split_monorepo(builder.path, "main", selections, Path(folder) / f"w{len(merges) > 0}")
        if split is None or not merges:
            return
        assert split_monorepo(builder.path, "main", selections, Path(folder) / "new").histories == split.histories
        assert prove_split(split, builder.path, selections).failures == ()
        foreign = set(git(builder.path, "rev-list", joined_tip).split())
        arrived = {
            name: set(git(split.git_dir, "rev-list", str(split.histories[name].head)).split()) for name in selections
        }
        assert foreign <= arrived["lib"]
        assert not foreign & arrived["a"]


def test_signatures_of_a_joined_project_stay_valid(builder: MonorepoBuilder, tmp_path: Path) -> None:
    signed = b"gpgsig -----BEGIN PGP SIGNATURE-----\n iQ\n -----END PGP SIGNATURE-----\n"
    begin = builder.commit({"app/f": "1"}, headers=signed)
    project = builder.commit({"f": "2"}, builder.commit({"f": "1"}, headers=signed), headers=signed)
    end = "-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----\n"
    tag = builder.annotated_tag("v1", project, f"A release.\n{end}")
    builder.point("refs/tags/v1", tag)
    merge = builder.commit({"app/f": "1", "lib/f": "2"}, begin, project)
    builder.point("main", merge)
    selections = {
        "lib": CodeSelection(moves=(claim(merge),), tags=TAGS),
        "app": CodeSelection(moves=(FolderMove(source="app"),), tags=TAGS),
    }
    split = split_monorepo(builder.path, "main", selections, tmp_path / "w")
    assert prove_split(split, builder.path, selections).failures == ()
    assert (split.histories["lib"].head, split.histories["lib"].tags) == (project, {"v1": tag})
    assert [history.dropped_signatures for history in split.histories.values()] == [0, 1]
    assert split.histories["app"].tags == {}


def test_a_project_that_filter_repo_put_into_its_folder_first_has_its_history_there(tmp_path: Path) -> None:
    """`git filter-repo --to-subdirectory-filter`, and josh's prefix, write the folder into each commit."""
    joined = Joined(tmp_path)
    git(tmp_path, "clone", "--quiet", "--bare", "project", "moved.git")
    command = [sys.executable, "-m", "git_filter_repo", "--force", "--quiet", "--to-subdirectory-filter", "lib"]
    subprocess.run(command, cwd=tmp_path / "moved.git", check=True, stdout=subprocess.DEVNULL)
    git(joined.path, "fetch", "--quiet", "--no-tags", str(tmp_path / "moved.git"), "main")
    git(joined.path, "merge", "--quiet", "--no-edit", "--allow-unrelated-histories", "FETCH_HEAD")
    joined.commit(joined.path, "Go on", {"lib/src/core": "3"})
    selections = {name: CodeSelection(moves=(FolderMove(source=name),), tags=()) for name in ("lib", "src")}
    split = split_monorepo(joined.path, "main", selections, tmp_path / "w")
    simplified = git(joined.path, "rev-list", "--full-history", "--simplify-merges", "main", "--", "lib").split()
    assert split.histories["lib"].commits == len(simplified)
    assert split.histories["lib"].head == git(joined.path, "subtree", "-q", "split", "--prefix=lib", "main")
    assert split.histories["src"].commits == 1
    assert prove_split(split, joined.path, selections).failures == ()


def test_an_earlier_path_that_changes_nothing_is_told(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1", "b/f": "1", "c/f": "1"})
    builder.point("main", builder.commit({"a/f": "2", "b/f": "1"}, first))
    move = FolderMove(source="a", earlier=("b", PreviousPath(path="c", until=git(builder.path, "rev-parse", "main"))))
    split = splitter.split_one(move)
    assert split.unused == (("new", "a", "b"),)
    assert splitter.split_one(move).unused == split.unused
    last = builder.commit({"b/f": "3"}, git(builder.path, "rev-parse", "main"))
    builder.point("main", last)
    assert splitter.split_one(move).unused == ()
    (warning,) = unused_paths(split.unused)
    assert str(warning).startswith("the path b in `earlier` of a changes nothing")

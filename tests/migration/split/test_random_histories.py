"""Random histories, held against git itself and against a model of plain dictionaries."""

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from migration.desired_state.code_selection import FolderMove, TagMapping
from migration.errors import SplitError
from tests.migration.conftest import MonorepoBuilder, Splitter, git

FOLDERS = ("a", "b", "lib/x", "lib/y")
FILES = ("f", "g.pyc", "sub/h")
AUTHORS = ("María <maria@example.org>".encode(), b"X  <", b"J\xf6rg <j@example.org>", b"<>", b"  <a b> ")
HEADERS = (b"", b"encoding ISO-8859-1\n", b"gpgsig -----BEGIN\n  line\n -----END\n", b"HG:extra x%20y\n", b"odd\n")
MESSAGES = (b"plain\n", b"no newline", b"\n\n gpgsig in the text\n\ngpgsig x\n", b"\xe9t\xe9\n", b"a\r\nb\n", b"\n")


@dataclass(frozen=True)
class Step:
    """One commit. parents: positions of earlier ones. inherits: per folder, which parent's files it has.

    edits: file -> content, or None to delete it. message: "<3:9>" in it becomes nine digits of the id of commit 3.
    """

    parents: tuple[int, ...]
    inherits: tuple[int, ...]
    edits: dict[str, str | None]
    author: bytes = AUTHORS[0]
    headers: bytes = b""
    message: bytes = MESSAGES[0]


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    paths = [f"{folder}/{file}" for folder in FOLDERS for file in FILES] + ["top"]
    steps: list[Step] = []
    for number in range(draw(st.integers(1, 12))):
        near = st.sampled_from(range(number)[::-1]) if number else st.nothing()
        parents = (
            draw(st.lists(near, max_size=3, min_size=draw(st.sampled_from((1, 1, 1, 0))), unique=True))
            if number
            else []
        )
        steps.append(
            Step(
                tuple(parents),
                tuple(draw(st.integers(0, max(len(parents) - 1, 0))) for _ in FOLDERS),
                draw(st.dictionaries(st.sampled_from(paths), st.sampled_from(("1", "2", None)), max_size=3)),
                draw(st.sampled_from(AUTHORS)),
                draw(st.sampled_from(HEADERS)),
                draw(st.sampled_from(MESSAGES)),
            )
        )
    return steps


@dataclass
class Built:
    """A history on disk: per step the commit id, and the files it has."""

    splitter: Splitter
    ids: list[str]
    files: list[dict[str, str]]

    def ever_had(self, folder: str) -> bool:
        return any(f"{path}/".startswith(f"{folder}/") for files in self.files for path in files)


def build(steps: list[Step], folder: Path) -> Built:
    builder = MonorepoBuilder(folder / "monorepo.git")
    built = Built(Splitter(builder, folder / "workspace"), [], [])
    for number, step in enumerate(steps):
        files: dict[str, str] = {}
        for position, owner in enumerate(FOLDERS):
            if step.parents:
                inherited = built.files[step.parents[step.inherits[position]]]
                files |= {path: text for path, text in inherited.items() if path.startswith(f"{owner}/")}
        for path, text in step.edits.items():
            if text is None:
                files.pop(path, None)
            else:
                files[path] = text
        built.files.append(files)
        parents = [built.ids[parent] for parent in step.parents]
        built.ids.append(
            builder.commit(
                files, *parents, author=step.author, headers=step.headers, message=with_ids(step.message, built.ids)
            )
        )
        builder.point(f"refs/tags/at{number}", built.ids[-1])
    builder.point("main", built.ids[-1])
    return built


def with_ids(message: bytes, ids: list[str]) -> bytes:
    return re.sub(rb"<(\d+):(\d+)>", lambda match: ids[int(match[1])][: int(match[2])].encode(), message)


RANDOM = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CRISS_CROSS = [
    Step((), (0,) * 4, {"a/f": "1"}),
    Step((0,), (0,) * 4, {"a/f": "2"}),
    Step((0,), (0,) * 4, {"a/sub/h": "1"}),
    Step((1, 2), (1, 0, 0, 0), {}),
    Step((2, 1), (1, 0, 0, 0), {}),
    Step((3, 4), (0,) * 4, {}),
]
DELETED_AND_BACK = [
    Step((), (0,) * 4, {"a/f": "1", "b/f": "1"}),
    Step((0,), (0,) * 4, {"a/f": None}),
    Step((1,), (0,) * 4, {"b/f": "2"}),
    Step((2,), (0,) * 4, {"a/f": "1"}),
]


BEFORE_AND_AFTER_A_RENAME = [
    Step((), (0,) * 4, {"b/f": "1", "b/sub/h": "1"}),
    Step((0,), (0,) * 4, {"b/f": None, "b/sub/h": None, "a/f": "1", "a/sub/h": "1"}),
    Step((1,), (0,) * 4, {"a/f": "2"}),
]


@RANDOM
@example(CRISS_CROSS)
@example(DELETED_AND_BACK)
@given(histories())
def test_one_folder_keeps_the_commits_that_git_shows_for_it(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        built = build(steps, Path(folder))
        monorepo = built.splitter.builder.path
        simplified = git(monorepo, "rev-list", "--full-history", "--simplify-merges", "main", "--", "a").split()
        try:
            head = built.splitter.split_one(FolderMove(source="a")).histories["new"].head
        except SplitError:
            assert simplified == []
            return
        mapped = built.splitter.commit_map()
        assert set(mapped) == set(simplified)
        behind_new = ancestors(built.splitter.workspace / "split.git", head)
        behind_old = ancestors(monorepo, "main")
        assert set(behind_new) == set(mapped.values())
        for old, new in mapped.items():
            assert behind_new[new] == {mapped[ancestor] for ancestor in behind_old[old] if ancestor in mapped}


@RANDOM
@given(histories())
def test_every_byte_of_a_commit_but_its_links_and_signatures_arrives(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        built = build(steps, Path(folder))
        try:
            history = built.splitter.split_one(FolderMove(source="a")).histories["new"]
        except SplitError:
            return
        mapped = built.splitter.commit_map()
        signed = 0
        for old, content in zip(mapped, built.splitter.contents(list(mapped.values())), strict=True):
            step = steps[built.ids.index(old)]
            before = without_links(built.splitter.builder.content(old))
            if step.headers.startswith(b"gpgsig"):
                before, signed = before.replace(step.headers, b"", 1), signed + 1
            assert without_links(content) == before
        assert history.dropped_signatures == signed
        assert history.commits == len(mapped)


FILE_MOVES = st.builds(
    FolderMove,
    source=st.sampled_from(("a/f", "lib/x/sub/h", "top")),
    earlier=st.lists(st.sampled_from(("b/f", "a/g.pyc", "top")), max_size=2).map(tuple),
    target=st.sampled_from(("", "p", "p/q/f")),
)
MOVES = FILE_MOVES | st.builds(
    FolderMove,
    source=st.sampled_from((*FOLDERS, "lib")),
    earlier=st.lists(st.sampled_from((*FOLDERS, "lib")), max_size=2).map(tuple),
    target=st.sampled_from(("", "p", "p/q", "f", "sub")),
    exclude=st.sampled_from(((), ("*.pyc",), ("/sub/",), ("f", "!f", "h"))),
)


@RANDOM
@example(BEFORE_AND_AFTER_A_RENAME, [FolderMove(source="a", earlier=("b",), exclude=("/sub/",))])
@example(CRISS_CROSS, [FolderMove(source="a", target="p"), FolderMove(source="a", target="p/f")])
@given(histories(), st.lists(MOVES, min_size=1, max_size=3))
def test_each_commit_stands_for_exactly_the_files_that_the_moves_give_it(
    steps: list[Step], moves: list[FolderMove]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        built = build(steps, Path(folder))
        try:
            split = built.splitter.split_one(*moves, tags=(TagMapping(source="at*", target="was*"),))
        except SplitError as error:
            names = {name for move in moves for name in move.names}
            if any(f"{name!r}" in str(error) and not built.ever_had(name) for name in names):
                return
            if "one of the files would be lost" in str(error) and any(
                moved(files, moves) is None for files in built.files
            ):
                return
            raise
        tags = split.histories["new"].tags
        commits = [tags.get(f"was{number}") for number in range(len(steps))]
        trees = iter(built.splitter.contents([commit for commit in commits if commit]))
        for files, commit in zip(built.files, commits, strict=True):
            expected = moved(files, moves)
            assert expected is not None
            if commit:
                assert next(trees).startswith(f"tree {built.splitter.builder.tree(expected)}\n".encode())
            else:
                assert expected == {}
        assert split.histories["new"].head == commits[-1]
        assert split.histories["new"].files == len(moved(built.files[-1], moves) or ()) * bool(commits[-1])


@settings(RANDOM, max_examples=6)
@given(histories())
def test_a_linear_history_gets_the_ids_of_git_subtree_split(steps: list[Step]) -> None:
    """Where git subtree keeps all: it loses what was before a deletion, and other headers than git's own."""
    linear = [
        replace(step, parents=(number - 1,) if number else (), inherits=(0,) * 4, author=AUTHORS[0], headers=b"",
                edits={**{path: text for path, text in step.edits.items() if text}, "a/keep": "1"})
        for number, step in enumerate(steps[:5])
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        built = build([replace(step, message=b"subject\n\nbody\n") for step in linear], Path(folder))
        git(Path(folder), "clone", "--quiet", "monorepo.git", "work")
        expected = git(Path(folder, "work"), "subtree", "split", "-q", "--prefix=a", "HEAD")
        assert built.splitter.split_one(FolderMove(source="a")).histories["new"].head == expected


@settings(RANDOM, max_examples=8)
@given(histories())
@example(DELETED_AND_BACK)
def test_a_linear_history_gets_the_ids_of_git_filter_repo(steps: list[Step]) -> None:
    """Deletions included. It fixes names that are none, and drops headers that it does not know."""
    linear = [
        replace(step, parents=(number - 1,) if number else (), inherits=(0,) * 4, author=AUTHORS[0], headers=b"",
                edits={**step.edits, **({} if number else {"a/f": "1"})}, message=b"subject\n\nbody\n")
        for number, step in enumerate(steps)
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        built = build(linear, Path(folder))
        git(Path(folder), "clone", "--quiet", "--bare", "--no-tags", "monorepo.git", "filtered.git")
        options = (
            "--force",
            "--quiet",
            "--preserve-commit-hashes",
            "--preserve-commit-encoding",
            "--prune-empty=always",
        )
        command = [sys.executable, "-m", "git_filter_repo", *options, "--subdirectory-filter", "a"]
        subprocess.run(command, cwd=Path(folder, "filtered.git"), check=True, stdout=subprocess.DEVNULL)
        expected = git(Path(folder, "filtered.git"), "rev-parse", "main")
        assert built.splitter.split_one(FolderMove(source="a")).histories["new"].head == expected


def ancestors(directory: Path, revision: str | None) -> dict[str, set[str]]:
    """For each commit that the revision reaches, all before it."""
    behind: dict[str, set[str]] = {}
    for line in git(directory, "rev-list", "--topo-order", "--reverse", "--parents", str(revision)).split("\n"):
        commit, *parents = line.split()
        behind[commit] = set(parents).union(*(behind[parent] for parent in parents))
    return behind


def without_links(content: bytes) -> bytes:
    return re.sub(rb"\A(?:(?:tree|parent) [0-9a-f]+\n)*", b"", content)


def moved(files: dict[str, str], moves: list[FolderMove]) -> dict[str, str] | None:
    """What the new repository holds, by the plainest program that says it; None when it cannot hold everything."""
    result: dict[str, str] = {}
    for move in moves:
        is_file = move.source == "top" or move.source.rpartition("/")[2] in ("f", "h")
        if is_file:
            name = next((name for name in move.names if name in files), None)
            move = replace(move, target=move.target or move.source.rpartition("/")[2])
            if name and not land(result, move.target, files[name]):
                return None
            continue
        names = [name for name in move.names if any(path.startswith(name + "/") for path in files)]
        for path, text in files.items():
            if names and path.startswith(names[0] + "/"):
                inside = path.removeprefix(names[0] + "/")
                landed = f"{move.target}/{inside}".lstrip("/")
                if not excluded(inside, move.exclude) and not land(result, landed, text):
                    return None
    return result


def land(result: dict[str, str], landed: str, text: str) -> bool:
    """Add a file; False where another one, or a folder, is in its place."""
    if any(other.startswith(f"{landed}/") or landed.startswith(f"{other}/") for other in result):
        return False
    return result.setdefault(landed, text) == text


def excluded(path: str, patterns: tuple[str, ...]) -> bool:
    """The patterns of MOVES, each as gitignore means it."""
    *folders, name = path.split("/")
    rules = {
        (): False,
        ("*.pyc",): name.endswith(".pyc"),
        ("/sub/",): folders[:1] == ["sub"],
        ("f", "!f", "h"): name == "h",
    }
    return rules[patterns]

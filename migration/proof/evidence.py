"""What git itself says of the monorepo and of the new histories, for the proof of a split.

Nothing here is shared with the split but the running of git. Ids are git's own hexadecimal text, as bytes.
"""

import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migration.git.command import GitError, run_git

NO_FOLDER = b""
# `git diff-tree` keeps every tree that it read until it ends.
_PAIRS_PER_PROCESS = 10_000
_OBJECTS_AT_ONCE = 10_000


@dataclass(frozen=True)
class Versions:
    """One folder through the whole history: its distinct trees, and for each commit the position among them."""

    trees: list[bytes]
    numbers: "array[int]"


@dataclass(frozen=True)
class Graph:
    """The commits in one line, parents before children; `parents` and `roots.numbers` go by position in it."""

    positions: dict[bytes, int]
    parents: list[tuple[int, ...]]
    roots: Versions

    def reached_by(self, tips: Iterable[bytes]) -> bytearray:
        """1 for each commit that one of the tips is or has behind it, else 0."""
        reached = bytearray(len(self.parents))
        for tip in tips:
            reached[self.positions[tip]] = 1
        for position in range(len(reached) - 1, -1, -1):
            if reached[position]:
                for parent in self.parents[position]:
                    reached[parent] = 1
        return reached


def empty_tree(git_dir: Path) -> bytes:
    """The id of the tree without entries, which depends on the repository's hash."""
    return run_git("hash-object", "-t", "tree", "--stdin", directory=git_dir).strip()


def read_graph(git_dir: Path, tips: Iterable[bytes]) -> Graph:
    """Every commit that the tips reach."""
    positions: dict[bytes, int] = {}
    parents: list[tuple[int, ...]] = []
    roots: dict[bytes, int] = {}
    numbers = array("i")
    arguments = ("rev-list", "--topo-order", "--reverse", "--no-commit-header", "--format=%H %T %P", "--stdin")
    request = b"".join(b"%b\n" % tip for tip in tips)
    for line in run_git(*arguments, directory=git_dir, standard_input=request).splitlines():
        commit, tree, *its_parents = line.split()
        positions[commit] = len(parents)
        parents.append(tuple(positions[parent] for parent in its_parents))
        numbers.append(roots.setdefault(tree, len(roots)))
    return Graph(positions, parents, Versions(list(roots), numbers))


def differences(git_dir: Path, trees: Sequence[bytes], *arguments: str) -> Iterator[dict[bytes, bytes]]:
    """For each tree what differs from the one before it, for the first from nothing: path -> b"mode id", b"" for gone.

    trees: ids, or NO_FOLDER. arguments: for `git diff-tree`, such as "-r", or "--" and paths.
    Raises GitError when a tree cannot be read.
    """
    nothing = empty_tree(git_dir)
    command = ("--literal-pathspecs", "diff-tree", "--stdin", "-z", *arguments)
    for start in range(0, len(trees), _PAIRS_PER_PROCESS):
        after = [tree or nothing for tree in trees[start : start + _PAIRS_PER_PROCESS]]
        before = [(trees[start - 1] or nothing) if start else nothing, *after[:-1]]
        request = b"".join(b"%b %b\n" % pair for pair in zip(before, after, strict=True))
        # One line for each pair, then its entries: ":mode mode id id letter" NUL path NUL.
        *entries, rest = run_git(*command, directory=git_dir, standard_input=request).split(b"\0")
        answers: list[dict[bytes, bytes]] = []
        for facts, path in zip(entries[::2], entries[1::2], strict=True):
            *pairs, entry = facts.split(b"\n")
            answers.extend({} for _ in pairs)
            _, mode, _, object_id, letter = entry.split(b" ")
            answers[-1][path] = b"" if letter == b"D" else b"%b %b" % (mode, object_id)
        answers.extend({} for _ in range(rest.count(b"\n")))
        if len(answers) != len(after):
            raise GitError(command, "a tree is missing or damaged")
        yield from answers


def file_versions(git_dir: Path, roots: Versions, paths: Iterable[str]) -> dict[str, Versions]:
    """As `folder_versions`, for files: b"mode id" in place of a tree."""
    names: dict[str, list[str]] = {}
    for path in sorted(set(paths)):
        folder, _, name = path.rpartition("/")
        names.setdefault(folder, []).append(name)
    folders = folder_versions(git_dir, roots, names)
    found = {}
    for folder, inside in names.items():
        for name, versions in zip(inside, _versions_below(git_dir, folders[folder], inside, _file), strict=True):
            found[f"{folder}/{name}" if folder else name] = versions
    return found


def _folder(entry: bytes) -> bytes:
    mode, _, tree = entry.partition(b" ")
    return tree if mode == b"040000" else NO_FOLDER


def _file(entry: bytes) -> bytes:
    return entry if entry[:3] in (b"100", b"120") else NO_FOLDER


def folder_versions(git_dir: Path, roots: Versions, paths: Iterable[str]) -> dict[str, Versions]:
    """The trees of folders, found level by level through what differs between one version and the next."""
    found = {"": roots}
    names_of = {path: tuple(path.split("/")) if path else () for path in paths}
    for depth in range(max(map(len, names_of.values()), default=0)):
        children: dict[str, list[str]] = {}
        for *parents, name in sorted({names[: depth + 1] for names in names_of.values() if len(names) > depth}):
            children.setdefault("/".join(parents), []).append(name)
        for parent, names in children.items():
            for name, versions in zip(names, _versions_below(git_dir, found[parent], names), strict=True):
                found[f"{parent}/{name}" if parent else name] = versions
    return {path: found[path] for path in names_of}


def _versions_below(
    git_dir: Path, parent: Versions, names: Sequence[str], choose: Callable[[bytes], bytes] = _folder
) -> Iterator[Versions]:
    encoded = [name.encode("utf-8", "surrogateescape") for name in names]
    known: Mapping[bytes, dict[bytes, int]] = {name: {NO_FOLDER: 0} for name in encoded}
    of_parent = {name: array("i") for name in encoded}
    current = dict.fromkeys(encoded, 0)
    for number, changed in enumerate(differences(git_dir, parent.trees, "--", *names)):
        for name, entry in changed.items():
            of_parent[name].extend(array("i", [current[name]]) * (number - len(of_parent[name])))
            current[name] = known[name].setdefault(choose(entry), len(known[name]))
    for name in encoded:
        of_parent[name].extend(array("i", [current[name]]) * (len(parent.trees) - len(of_parent[name])))
        yield Versions(list(known[name]), array("i", map(of_parent[name].__getitem__, parent.numbers)))


def read_objects(git_dir: Path, object_ids: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """(kind, content) of each object in the order asked for; kind is b"missing" where there is none."""
    requested = list(object_ids)
    command = ("cat-file", "--batch=%(objecttype) %(objectsize)", "--buffer")
    for start in range(0, len(requested), _OBJECTS_AT_ONCE):
        request = b"".join(b"%b\n" % object_id for object_id in requested[start : start + _OBJECTS_AT_ONCE])
        answer = run_git(*command, directory=git_dir, standard_input=request)
        offset = 0
        while offset < len(answer):
            begin = answer.index(b"\n", offset) + 1
            kind, size = answer[offset:begin].split()
            if size == b"missing":
                yield size, b""
                offset = begin
            else:
                offset = begin + int(size) + 1
                yield kind, answer[begin : offset - 1]


def reachable(git_dir: Path, tips: Iterable[bytes]) -> set[bytes]:
    """Every commit that the tips reach."""
    request = b"".join(b"%b\n" % tip for tip in tips)
    return set(run_git("rev-list", "--stdin", directory=git_dir, standard_input=request).split()) if request else set()


def missing_objects(git_dir: Path, tips: Iterable[str]) -> set[bytes]:
    """The ids of the folders and files behind the tips that do not exist. Raises GitError when a commit does not."""
    request = "".join(f"{tip}\n" for tip in tips).encode()
    command = ("rev-list", "--objects", "--no-object-names", "--missing=print", "--stdin")
    lines = run_git(*command, directory=git_dir, standard_input=request).split() if request else []
    return {line[1:] for line in lines if line.startswith(b"?")}


def listing(git_dir: Path, commit: bytes, folder: str = "") -> dict[bytes, bytes]:
    """Every file below a folder of a commit: path -> b"mode id"; nothing where there is no such folder."""
    try:
        output = run_git("ls-tree", "-r", "-z", "--full-tree", f"{commit.decode()}:{folder}", directory=git_dir)
    except GitError:
        return {}
    lines = (line.partition(b"\t") for line in output.split(b"\0")[:-1])
    return {path: b"%b %b" % (facts[:6], facts.rpartition(b" ")[2]) for facts, _, path in lines}


def file_at(git_dir: Path, commit: bytes, path: str) -> dict[bytes, bytes]:
    """The file at a path of a commit as b"mode id", under the name b""; nothing where there is none."""
    command = ("ls-tree", "-z", "--full-tree", commit.decode(), f":(literal){path}")
    facts = run_git(*command, directory=git_dir).partition(b"\t")[0]
    return {b"": b"%b %b" % (facts[:6], facts.rpartition(b" ")[2])} if b" blob " in facts else {}


def files_among(git_dir: Path, tips: Sequence[bytes], paths: Iterable[str]) -> set[str]:
    """The paths that are files at the first tip, or, where they are gone, around the commit that changed them last."""
    found = set()
    request = b"".join(b"%b\n" % tip for tip in tips)
    for path in paths:
        commits = [tips[0].decode()]
        if not (kinds := _kinds(git_dir, commits, path)):
            command = ("rev-list", "-1", "--full-history", "--stdin", "--", f":(literal){path}")
            for changed in run_git(*command, directory=git_dir, standard_input=request).decode().split():
                around = run_git("rev-list", "-1", "--parents", changed, directory=git_dir).decode().split()
                kinds = _kinds(git_dir, around, path)
        found.update([path] if kinds[:1] == [b"blob"] else [])
    return found


def _kinds(git_dir: Path, commits: Iterable[str], path: str) -> list[bytes]:
    """What is at the path, such as b"blob", of those commits that have it."""
    listings = (run_git("ls-tree", commit, f":(literal){path}", directory=git_dir).split() for commit in commits)
    return [listing[1] for listing in listings if listing]


def ignored(patterns: Sequence[str], paths: Iterable[bytes]) -> set[bytes]:
    """The files that gitignore-style patterns match, as git itself reads them in a repository without files.

    Raises GitError for a path that a work tree cannot have, such as "../f".
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_git("init", "--quiet", "--template=", ".", directory=folder)
        (folder / ".git" / "info").mkdir()
        (folder / ".git" / "info" / "exclude").write_text("".join(f"{pattern}\n" for pattern in patterns))
        command = ("-c", "core.ignoreCase=false", "check-ignore", "--no-index", "--stdin", "-z")
        # "./", because what begins with ":" would be read as a pattern.
        request = b"".join(b"./%b\0" % path for path in paths)
        try:
            answer = run_git(*command, directory=folder, standard_input=request)
        except GitError as error:
            if error.message:
                raise
            return set()  # exit code 1 without a word: none matched
        return {path.removeprefix(b"./") for path in answer.split(b"\0")[:-1]}

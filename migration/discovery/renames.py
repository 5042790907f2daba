"""The renames in a monorepo's history, as git detects them, and the sizes of its folders. Decides nothing."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from migration.git.command import GitError, git_output, run_git

SIMILARITY = "50%"
"""How much of a file must have stayed. git's own default, which `git blame` uses as well."""

_LIMIT = "1000"
"""Above so many files without a namesake git looks at unchanged ones alone; its default. Without it a commit that
replaces thousands of files takes minutes."""

# Empty files are all alike: what they seem to come from says nothing.
_DETECTION = (f"--find-renames={SIMILARITY}", f"-l{_LIMIT}", "--no-rename-empty", "--diff-filter=R", "--raw", "-z")
_HEADER = b"\x01"


@dataclass(frozen=True, slots=True)
class Rename:
    """One file. old and new: paths from the root of the monorepo. similarity: per cent."""

    old: str
    new: str
    similarity: int


@dataclass(frozen=True)
class RenamingCommit:
    """A commit that renames files, seen from one of its parents. date: the author's, as YYYY-MM-DD."""

    commit: str
    parent: str
    date: str
    subject: str
    renames: tuple[Rename, ...]


def read_renames(git_dir: Path, head: str, progress: Callable[[str, int, int], None]) -> list[RenamingCommit]:
    """The commits with renames that `head` reaches, children before parents; merges are left out.

    A merge is compared with each parent only where that is asked for (`renames_of_merge`): doing it for all of them
    takes sixty times as long as all the other commits together.
    """
    arguments = ("log", "--topo-order", "--no-merges", "--format=%x01%H%x00%P%x00%as%x00%s", *_DETECTION, "--stdin")
    found: list[RenamingCommit] = []
    with git_output(*arguments, git_dir=git_dir, standard_input=f"{head}\n".encode()) as output:
        words = _words(iter(lambda: output.read(1 << 20), b""))
        header: list[str] = []
        renames: list[Rename] = []
        for word in words:
            if word.startswith(_HEADER):
                if header:
                    found.append(_commit(header, renames))
                header, renames = [word[1:].decode(), *(_text(next(words)) for _ in range(3))], []
                progress("reading renames", len(found), 0)
            else:
                renames.append(_rename(word, words))
    if header:
        found.append(_commit(header, renames))
    return found


def renames_of_merge(git_dir: Path, merge: str) -> list[RenamingCommit]:
    """A merge's renames, once for each of its parents."""
    log = run_git("log", "--no-walk", "--format=%P%x00%as%x00%s", merge, directory=git_dir)
    parents, date, subject = _text(log).rstrip("\n").split("\0")
    seen_from = []
    for parent in parents.split():
        words = iter(run_git("diff-tree", "-r", *_DETECTION, parent, merge, directory=git_dir).split(b"\0")[:-1])
        renames = [_rename(word, words) for word in words]
        seen_from.append(_commit([merge, parent, date, subject], renames))
    return seen_from


def merges_among(git_dir: Path, commits: Iterable[str]) -> set[str]:
    """Those of the commits that have more than one parent."""
    request = "".join(f"{commit}\n" for commit in commits).encode()
    arguments = ("rev-list", "--no-walk", "--min-parents=2", "--stdin")
    return set(run_git(*arguments, directory=git_dir, standard_input=request).decode().split())


def file_counts(git_dir: Path, commit: str) -> "Counter[str]":
    """How many files each folder of a commit holds, with those of the folders below it; "" is the root."""
    direct = Counter(path.rpartition("/")[0] for path in files_at(git_dir, commit, ""))
    counts = Counter(direct)
    for folder, count in direct.items():
        for parent_folder in folders_above(folder):
            counts[parent_folder] += count
    return counts


def files_at(git_dir: Path, commit: str, folder: str) -> list[str]:
    """The paths of the files in a folder of a commit, from the folder; none when there is no such folder."""
    try:
        listing = run_git("ls-tree", "-r", "-z", "--name-only", f"{commit}:{folder}", directory=git_dir)
    except GitError:
        return []
    return _text(listing).split("\0")[:-1]


def blobs_at(git_dir: Path, commit: str, folder: str) -> dict[str, str]:
    """Path from the folder -> id of each file in a folder of a commit; none when there is no such folder."""
    try:
        listing = run_git("ls-tree", "-r", "-z", f"{commit}:{folder}", directory=git_dir)
    except GitError:
        return {}
    entries = (entry.partition("\t") for entry in _text(listing).split("\0")[:-1])
    return {path: facts.rpartition(" ")[2] for facts, _, path in entries}


def folders_above(path: str) -> Iterator[str]:
    """The folders that a path lies in, the innermost first and the root ("") last."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def _words(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The NUL-terminated words of a stream."""
    rest = b""
    for chunk in chunks:
        *words, rest = (rest + chunk).split(b"\0")
        yield from words


def _rename(raw: bytes, words: Iterator[bytes]) -> Rename:
    """The status word of --raw ("…R087"), and the two paths that follow it."""
    return Rename(_text(next(words)), _text(next(words)), int(raw.rpartition(b"R")[2]))


def _commit(header: list[str], renames: list[Rename]) -> RenamingCommit:
    commit, parents, date, subject = header
    return RenamingCommit(commit, parents.partition(" ")[0], date, subject, tuple(renames))


def _text(word: bytes) -> str:
    return os.fsdecode(word)

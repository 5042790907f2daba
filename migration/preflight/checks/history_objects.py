"""The objects of a new history, each once, at the oldest commit that has it."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from migration.errors import SplitError
from migration.git.command import GitError, ObjectStore, git_output, run_git
from migration.git.object_format import FORMATS


class HistoryObject(NamedTuple):
    """A blob or a tree. path: the first that the history has it at; size: in bytes; commit: hexadecimal."""

    object_id: str
    path: str
    size: int
    commit: str


class TreeEntry(NamedTuple):
    """One entry of a tree. mode: as in the object, without a leading zero."""

    mode: bytes
    name: bytes
    tree: HistoryObject

    @property
    def path(self) -> str:
        """From the root of the repository."""
        name = os.fsdecode(self.name)
        return f"{self.tree.path}/{name}" if self.tree.path else name


@dataclass
class HistoryObjects:
    """commits_and_tags: ids, oldest first. disk_size: what all of the objects take in packs, in bytes, as in a push."""

    blobs: list[HistoryObject] = field(default_factory=list)
    trees: list[HistoryObject] = field(default_factory=list)
    commits_and_tags: list[str] = field(default_factory=list)
    disk_size: int = 0


def read_history(git_dir: Path, tips: Sequence[str], known: Sequence[str]) -> HistoryObjects:
    """Everything that `tips` reach and `known` do not. Raises SplitError when an object is missing."""
    request = "".join([*(f"{tip}\n" for tip in tips), *(f"^{tip}\n" for tip in known)]).encode()
    # From the oldest commit on, so that each object is listed under the commit that brought it.
    listed = run_git(
        "rev-list", "--objects", "--in-commit-order", "--reverse", "--stdin", directory=git_dir, standard_input=request
    )
    objects = HistoryObjects()
    commit = ""
    facts = "%(objecttype) %(objectname) %(objectsize) %(objectsize:disk) %(rest)"
    asked = ("cat-file", "--buffer", f"--batch-check={facts}")
    with git_output(*asked, git_dir=git_dir, standard_input=listed) as output:
        for line in output:
            kind, object_id, *sizes = line.rstrip(b"\n").split(b" ", 4)
            if not sizes or object_id == b"missing":
                raise SplitError(
                    f"The monorepo lacks the object {kind.decode()}. Run `git fsck --connectivity-only` there and "
                    "repair it, for example by a fresh clone."
                )
            size, disk_size, path = sizes
            objects.disk_size += int(disk_size)
            if kind in (b"commit", b"tag"):
                objects.commits_and_tags.append(object_id.decode())
            if kind == b"commit":
                commit = object_id.decode()
            elif kind != b"tag":
                of_its_kind = objects.blobs if kind == b"blob" else objects.trees
                of_its_kind.append(HistoryObject(object_id.decode(), os.fsdecode(path), int(size), commit))
    return objects


def still_reached(git_dir: Path, older: Sequence[str], newer: Sequence[str]) -> bool:
    """Whether everything that `older` reach is part of what `newer` reach."""
    request = "".join([*(f"{tip}\n" for tip in older), *(f"^{tip}\n" for tip in newer)]).encode()
    try:
        return not run_git("rev-list", "--max-count=1", "--stdin", directory=git_dir, standard_input=request)
    except GitError:  # gone, with the split before
        return False


def store_of(git_dir: Path, commit: str) -> ObjectStore:
    """The objects, in the format that the id of a commit shows."""
    formats = {2 * each.size: each for each in FORMATS.values()}
    return ObjectStore(git_dir, formats[len(commit)])


def entries_of(store: ObjectStore, trees: Sequence[HistoryObject]) -> Iterator[TreeEntry]:
    """The entries of the trees, each distinct pair of mode and name at least once, gitlinks always."""
    entry = re.compile(rb"([0-7]+) ([^\0]*)\0[\s\S]{%d}" % store.object_format.size)
    visited: set[tuple[bytes, bytes]] = set()
    contents = store.read([bytes.fromhex(tree.object_id) for tree in trees])
    for tree, (_, content) in zip(trees, contents, strict=True):
        for mode, name in entry.findall(content):
            if (mode, name) not in visited or mode == GITLINK:
                visited.add((mode, name))
                yield TreeEntry(mode, name, tree)


GITLINK, SYMLINK = b"160000", b"120000"


def files_at(git_dir: Path, commit: str, *paths: str) -> Mapping[str, tuple[bytes, str]]:
    """Every file of a commit, or of the paths given: path to mode and object id."""
    output = run_git("ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths, directory=git_dir)
    lines = (line.partition(b"\t") for line in output.split(b"\0")[:-1])
    return {os.fsdecode(path): (facts[:6], facts.rpartition(b" ")[2].decode()) for facts, _, path in lines}

"""Changing the files of a tree: what a transform is given and gives, and the new tree that comes of it."""

import os
import posixpath
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from migration.git.command import GitError, git_environment, object_named, run_git
from migration.git.tree_entries import with_entries

Files = Mapping[str, bytes]
"""The regular files of a tree: path (undecodable bytes as surrogates) to content, read when it is asked for."""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What a transform changes. contents: path to new content, or to None for a file that goes.

    moves: path to new path of files that get another name, so that they stay executable; both are among `contents`.
    """

    contents: Mapping[str, bytes | None]
    moves: Mapping[str, str] = field(default_factory=dict)


Transform = Callable[[Files], Changes]
"""The same files give the same changes."""


def transformed_tree(git_dir: Path, head: str, transforms: Iterable[Transform]) -> str | None:
    """The tree of `head` after each transform in turn, written into `git_dir`; None when none of them changes it."""
    original = tree = object_named(git_dir, f"{head}^{{tree}}")
    for transform in transforms:
        with TreeFiles(git_dir, tree) as files:
            changes = transform(files)
        if changes.contents:
            tree = _with_changes(git_dir, files, changes)
    return None if tree == original else tree


def changed_files(git_dir: Path, before: str, after: str) -> Mapping[str, int]:
    """How many files differ between two trees or commits, by git's letter: A added, D removed, M and T changed."""
    listing = run_git("diff-tree", "-r", "-z", "--no-renames", "--name-status", before, after, directory=git_dir)
    return Counter(letter.decode() for letter in listing.split(b"\0")[:-1:2])


def in_words(counts: Mapping[str, int]) -> str:
    """For the person who reviews a preview: "transforms change 3 files, add 2, remove 1"."""
    changed = counts.get("M", 0) + counts.get("T", 0)
    counted = [f"change {changed:,} file{'' if changed == 1 else 's'}"]
    counted += [f"{verb} {counts[letter]:,}" for letter, verb in (("A", "add"), ("D", "remove")) if counts.get(letter)]
    return f"transforms {', '.join(counted)}"


class TreeFiles(Files):
    """The files of a tree, while it is open. Symbolic links and submodules are left out: no transform is about them."""

    def __init__(self, git_dir: Path, tree: str) -> None:
        self._git_dir, self.tree = git_dir, tree
        self.modes: dict[str, bytes] = {}
        self.links: dict[str, str] = {}
        self._ids: dict[str, bytes] = {}
        for entry in run_git("ls-tree", "-r", "-z", tree, directory=git_dir).split(b"\0")[:-1]:
            details, name = entry.split(b"\t", 1)
            mode, _, object_id = details.split(b" ")
            if mode.startswith(b"100"):
                self.modes[os.fsdecode(name)], self._ids[os.fsdecode(name)] = mode, object_id
            elif mode == b"120000":
                self.links[os.fsdecode(name)] = object_id.decode()
        self._reader: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "TreeFiles":
        return self

    def __exit__(self, *_: object) -> None:
        if self._reader:
            self._reader.communicate()

    def __getitem__(self, path: str) -> bytes:
        object_id = self._ids[path]
        if self._reader is None:
            self._reader = subprocess.Popen(
                ["git", "cat-file", "--batch=%(objectsize)"],
                cwd=self._git_dir,
                env=git_environment(user_config=False),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        assert self._reader.stdin
        assert self._reader.stdout
        self._reader.stdin.write(object_id + b"\n")
        self._reader.stdin.flush()
        size = self._reader.stdout.readline()
        if not size.strip().isdigit():
            raise GitError(["cat-file", object_id.decode()], "the object is missing")
        return self._reader.stdout.read(int(size) + 1)[:-1]

    def __iter__(self) -> Iterator[str]:
        return iter(self.modes)

    def __len__(self) -> int:
        return len(self.modes)


def _with_changes(git_dir: Path, files: TreeFiles, changes: Changes) -> str:
    modes = files.modes | {new: files.modes[old] for old, new in changes.moves.items()}
    places: dict[str, str | None] = {}
    for path, content in changes.contents.items():
        places[path] = None
        if content is not None:
            written = run_git("hash-object", "-w", "--stdin", directory=git_dir, standard_input=content)
            places[path] = f"{modes.get(path, b'100644').decode()} {written.decode().strip()}"
    if changes.moves and files.links:
        places |= _moved_links(git_dir, files.links, changes.moves)
    return with_entries(git_dir, files.tree, places)


def _moved_links(git_dir: Path, links: Mapping[str, str], moves: Mapping[str, str]) -> dict[str, str | None]:
    """Symbolic links in a folder whose files moved, and those to a file or folder that moved."""
    folders = {posixpath.dirname(old): posixpath.dirname(new) for old, new in moves.items()}
    folders = {old: new for old, new in folders.items() if old != new}
    places: dict[str, str | None] = {}
    for path, object_id in links.items():
        folder, name = posixpath.split(path)
        target = os.fsdecode(run_git("cat-file", "blob", object_id, directory=git_dir))
        leads_to = posixpath.normpath(posixpath.join(folder, target))
        moved_to = moves.get(leads_to, folders.get(leads_to, leads_to))
        new_folder = folders.get(folder, folder)
        if (new_folder, moved_to) != (folder, leads_to) and not target.startswith("/"):
            content = os.fsencode(posixpath.relpath(moved_to, new_folder or "."))
            written = run_git("hash-object", "-w", "--stdin", directory=git_dir, standard_input=content)
            places |= {path: None, posixpath.join(new_folder, name): f"120000 {written.decode().strip()}"}
    return places

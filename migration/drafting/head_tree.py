"""The files of the monorepo's newest commit, as the draft of a plan reads them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from migration.errors import SplitError
from migration.git.command import GitError, run_git

GENERATED = frozenset(
    {
        *("node_modules", "__pycache__", ".venv", "venv", ".tox", ".eggs", ".gradle", ".terraform", ".next"),
        *(
            ".pytest_cache",
            ".mypy_cache",
            ".ruff_cache",
            ".nyc_output",
            ".turbo",
            ".parcel-cache",
        ),
    }
)
"""Folders that tools make. Nobody edits what is in them."""


class HeadFile(NamedTuple):
    """A file. size: in bytes; object_id: hexadecimal."""

    size: int
    object_id: str


class Amount(NamedTuple):
    """How many files, and their bytes."""

    files: int
    size: int

    def __str__(self) -> str:
        """In words, in KiB or MiB."""
        size = f"{self.size / 2**20:,.1f} MiB" if self.size >= 2**20 else f"{self.size / 2**10:,.1f} KiB"
        return f"{self.files:,} file{'' if self.files == 1 else 's'}, {size}"


@dataclass(frozen=True)
class HeadTree:
    """The newest commit of a branch. files: by path, without gitlinks; gitlinks: path to commit."""

    monorepo: Path
    branch: str
    commit: str
    files: Mapping[str, HeadFile]
    gitlinks: Mapping[str, str]

    def text(self, path: str) -> str:
        """The content of a file; bytes that are not UTF-8 are replaced."""
        content = run_git("cat-file", "blob", self.files[path].object_id, directory=self.monorepo, user_config=True)
        return content.decode(errors="replace")

    def amount(self, folder: str) -> Amount:
        """Of a folder."""
        sizes = [file.size for path, file in self.files.items() if path.startswith(f"{folder}/")]
        return Amount(len(sizes), sum(sizes))

    def generated(self, folder: str) -> dict[str, Amount]:
        """Names of generated folders inside a folder, with what is in them."""
        found: dict[str, Amount] = {}
        for path, file in self.files.items():
            if path.startswith(f"{folder}/"):
                for name in GENERATED.intersection(PurePosixPath(path).parts[:-1]):
                    known = found.get(name, Amount(0, 0))
                    found[name] = Amount(known.files + 1, known.size + file.size)
        return dict(sorted(found.items()))


def read_head(monorepo: Path, branch: str = "") -> HeadTree:
    """A branch of a local repository, the one that HEAD names by default. Raises SplitError when it has no commit."""
    try:
        branch = branch or _answer(monorepo, "symbolic-ref", "--short", "HEAD")
        commit = _answer(monorepo, "rev-parse", "--verify", f"refs/heads/{branch}^{{commit}}")
    except GitError as error:
        raise SplitError(
            f"{monorepo}: HEAD names no branch with a commit. Switch to the default branch, or commit something first."
        ) from error
    listed = run_git("ls-tree", "-r", "-l", "-z", "--full-tree", commit, directory=monorepo, user_config=True)
    files, gitlinks = {}, {}
    for line in listed.split(b"\0")[:-1]:
        facts, _, name = line.partition(b"\t")
        mode, kind, object_id, size = facts.decode().split()
        path = os.fsdecode(name)
        if kind == "commit":
            gitlinks[path] = object_id
        elif mode != "120000":
            files[path] = HeadFile(int(size), object_id)
    return HeadTree(monorepo, branch, commit, files, gitlinks)


def _answer(monorepo: Path, *arguments: str) -> str:
    return os.fsdecode(run_git(*arguments, directory=monorepo, user_config=True)).strip()

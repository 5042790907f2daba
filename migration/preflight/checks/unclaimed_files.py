"""Files of the monorepo's head that no repository includes: after the migration only the archive has them."""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from migration.git.command import ObjectStore
from migration.plan import Move
from migration.preflight.checks.history_objects import GITLINK, files_at, store_of

SNIFFED = 8000
"""Number of bytes in which git looks for a NUL: a file that has one is binary."""


@dataclass(frozen=True, kw_only=True)
class UnclaimedFile:
    """One folder of the monorepo. folder: "" is the root.

    whole: nothing below it is included in a move; else only files directly in it are meant.
    lines: of the text files; binary files and submodules count as files alone.
    """

    folder: str
    whole: bool
    files: int
    lines: int


def leftovers(git_dir: Path, monorepo_head: str, moves: Sequence[Move]) -> Iterator[UnclaimedFile]:
    """The folders in order, each the highest of which no move includes a file."""
    store = store_of(git_dir, monorepo_head)
    files = files_at(git_dir, monorepo_head)
    taken = _taken(store, files, moves)
    partly = {"", *(folder for path in taken for folder in _folders(path))}
    lines = _lines(store, {path: blob for path, (mode, blob) in files.items() if path not in taken and mode != GITLINK})
    counts: dict[tuple[str, bool], list[int]] = {}
    for path in files:
        if path not in taken:
            untouched = next((folder for folder in _folders(path) if folder not in partly), None)
            place = (path.rpartition("/")[0], False) if untouched is None else (untouched, True)
            counts.setdefault(place, []).append(lines.get(path, 0))
    for (folder, whole), each in sorted(counts.items()):
        yield UnclaimedFile(folder=folder, whole=whole, files=len(each), lines=sum(each))


def _folders(path: str) -> Iterator[str]:
    """The folders above a file, the highest first, without the root."""
    return accumulate(path.split("/")[:-1], lambda parent, name: f"{parent}/{name}")


def _taken(store: ObjectStore, paths: Collection[str], moves: Sequence[Move]) -> set[str]:
    taken: set[str] = set()
    for move in moves:
        prefix = "" if move.is_rest else f"{move.source}/"
        relative_paths = {os.fsencode(path[len(prefix) :]) for path in paths if path.startswith(prefix)}
        excluded = store.ignored(move.exclude, relative_paths) if move.exclude and relative_paths else set()
        taken |= {prefix + os.fsdecode(path) for path in relative_paths - excluded}
    taken |= {move.source for move in moves} & set(paths)
    return taken


def _lines(store: ObjectStore, blobs: dict[str, str]) -> dict[str, int]:
    contents = store.read([bytes.fromhex(blob) for blob in blobs.values()])
    return {
        path: 0 if b"\0" in content[:SNIFFED] else content.count(b"\n") + (content[-1:] not in (b"\n", b""))
        for path, (_, content) in zip(blobs, contents, strict=True)
    }

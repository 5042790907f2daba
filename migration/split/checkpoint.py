"""What a split leaves for the next one to go on from: as numbers and raw ids. Losing it costs time and nothing else."""

import hashlib
import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migration.split.graph.kept_commits import CommitGraph, KeptCommits
from migration.split.graph.source_history import SourceHistory
from migration.split.objects.writing import NewRepository, Written


@dataclass(frozen=True)
class SplitCheckpoint:
    """A finished split. tips: raw ids of the commits whose histories were read. repositories: by name.

    joined_folders: as `joins.find_joins` notes them. commits: how many positions the history had.
    """

    tips: list[bytes]
    history: SourceHistory
    repositories: Mapping[str, "RepositoryCheckpoint"]
    joined_folders: dict[str, str]
    commits: int


@dataclass(frozen=True)
class RepositoryCheckpoint:
    """kept_commits: its `trees` stay empty, for the next split numbers trees again. trees: their raw ids instead."""

    kept_commits: KeptCommits
    trees: list[bytes]
    written: Written


def sections(
    tips: Sequence[bytes],
    history: SourceHistory,
    repositories: Sequence[NewRepository],
    id_size: int,
    joined_folders: Mapping[str, str],
) -> Iterator[bytes]:
    """A split as bytes, one part after the other, for `recalled`. The last 32 are a SHA-256 of all before."""
    checksum = hashlib.sha256()
    for part in _parts(tips, history, repositories, id_size, joined_folders):
        for piece in (len(part).to_bytes(8, "big"), part):
            checksum.update(piece)
            yield piece
    yield checksum.digest()


def _parts(
    tips: Sequence[bytes],
    history: SourceHistory,
    repositories: Sequence[NewRepository],
    id_size: int,
    joined_folders: Mapping[str, str],
) -> Iterator[bytes]:
    graph = history.graph
    octopuses = [[position, *parents] for position, parents in graph.octopuses.items()]
    yield json.dumps([[repository.name for repository in repositories], octopuses, dict(joined_folders)]).encode()
    yield b"".join(tips)
    yield b"".join(history.positions)
    yield graph.first.tobytes()
    yield graph.second.tobytes()
    for repository in repositories:
        kept_commits, written = repository.kept_commits, repository.written
        yield array("i", kept_commits.commits).tobytes()
        yield array("i", map(len, kept_commits.parents)).tobytes()
        yield array("i", [parent for parents in kept_commits.parents for parent in parents]).tobytes()
        yield kept_commits.mapped.tobytes()
        yield b"".join([repository.trees[number] for number in kept_commits.trees])
        yield b"".join([new_id or bytes(id_size) for new_id in written.new_ids])
        yield b"".join(written.merges)
        authors = sorted(author.decode("latin-1") for author in written.authors)
        yield json.dumps([authors, written.dropped_signatures]).encode()


def recalled(content: bytes, id_size: int) -> SplitCheckpoint | None:
    """The split in these bytes; None when they are not whole."""
    if hashlib.sha256(memoryview(content)[:-32]).digest() != content[-32:]:
        return None
    parts = _cut(content)
    names, octopuses, joined_folders = json.loads(next(parts))
    tips, source_ids = _ids(next(parts), id_size), _ids(next(parts), id_size)
    first, second = _numbers(next(parts)), _numbers(next(parts))
    graph = CommitGraph(first, second, {position: tuple(parents) for position, *parents in octopuses})
    history = SourceHistory(graph, {commit: position for position, commit in enumerate(source_ids, 2)})
    repositories = {name: _repository(parts, id_size) for name in names}
    return SplitCheckpoint(tips, history, repositories, joined_folders, len(first))


def _repository(parts: Iterator[bytes], id_size: int) -> RepositoryCheckpoint:
    commits, counts = list(_numbers(next(parts))), _numbers(next(parts))
    flat, mapped = _numbers(next(parts)), _numbers(next(parts))
    parents, start = [], 0
    for count in counts:
        parents.append(tuple(flat[start : start + count]))
        start += count
    trees = _ids(next(parts), id_size)
    nobody = bytes(id_size)
    new_ids = [b"" if new_id == nobody else new_id for new_id in _ids(next(parts), id_size)]
    merges = set(_ids(next(parts), id_size))
    authors, dropped = json.loads(next(parts))
    written = Written(new_ids, merges, {author.encode("latin-1") for author in authors}, dropped)
    return RepositoryCheckpoint(KeptCommits(commits, parents, mapped, []), trees, written)


def _cut(content: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(content) - 32:
        end = start + 8 + int.from_bytes(content[start : start + 8], "big")
        yield content[start + 8 : end]
        start = end


def _ids(joined: bytes, id_size: int) -> list[bytes]:
    return [joined[start : start + id_size] for start in range(0, len(joined), id_size)]


def _numbers(raw: bytes) -> "array[int]":
    numbers = array("i")
    numbers.frombytes(raw)
    return numbers

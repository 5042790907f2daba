"""The files that no other move takes, path by path: what the move of the rest brings."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from migration.desired_state.code_selection import FolderMove
from migration.proof.evidence import differences, ignored

Changes = dict[bytes, bytes]
"""Path -> b"mode id" of the file at the path now, or b"" where there is none any more."""


class UntakenFiles:
    """Which files are of the rest. paths: every file that is asked for later."""

    def __init__(self, others: Sequence[FolderMove], paths: Collection[bytes]) -> None:
        self._others = others
        self._left_behind: list[set[bytes]] = []
        for move in others:
            inside = {path[len(name) + 1 :] for name in map(_encoded, move.names) for path in _inside(name, paths)}
            self._left_behind.append(ignored(move.exclude, inside) if move.exclude else set())

    def has(self, path: bytes, taken: Sequence[str | None]) -> bool:
        """Whether no move takes the file. taken: the path of each move in the commit; None where it has none."""
        for move, name, left_behind in zip(self._others, taken, self._left_behind, strict=True):
            start = _encoded(name or "")
            is_inside = not move.is_file and path.startswith(start + b"/") and path[len(start) + 1 :] not in left_behind
            if name and (is_inside or (move.is_file and path == start)):
                return False
        return True


def rest_changes(
    git_dir: Path, others: Sequence[FolderMove], versions: Sequence[bytes], taken: Sequence[Sequence[str | None]]
) -> Iterator[Changes]:
    """How the rest of the monorepo changes in each version. versions: root trees. taken: as in `UntakenFiles`."""
    changes_of_all = list(differences(git_dir, versions, "-r"))
    remainder = UntakenFiles(others, {path for changes in changes_of_all for path in changes})
    files, previous = Changes(), Changes()
    for changes, names, before in zip(changes_of_all, taken, [None, *taken], strict=False):
        files.update(changes)
        touched = changes if names == before else files
        now = {path: files[path] if remainder.has(path, names) else b"" for path in touched}
        changed = {path: entry for path, entry in now.items() if previous.get(path, b"") != entry}
        previous.update(changed)
        yield changed


def _inside(name: bytes, paths: Iterable[bytes]) -> list[bytes]:
    return [path for path in paths if path.startswith(name + b"/")]


def _encoded(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")

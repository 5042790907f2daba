"""Which tree each moved folder had in each commit, for all folders of all repositories in one pass."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from migration.git.command import ObjectStore
from migration.split.trees.subfolders import SubfolderReader

ABSENT = b""
Names = tuple[bytes, ...]
"""A path, name by name."""

Lookup = Callable[[], Sequence[bytes | None]]


@dataclass(frozen=True)
class FolderTrees:
    """One folder through the whole history.

    trees: its distinct trees as raw ids; trees[0] is ABSENT.
    parent: for each position in the CommitGraph the number of the tree that the folder was looked for in.
    rows: for each of those numbers a row, with the position in `trees` of each folder that was looked for there.
    column: this folder's place in the rows, which all have `width` places.
    """

    trees: list[bytes]
    parent: "array[int]"
    rows: "array[int]"
    column: int = 0
    width: int = 1

    def numbers(self) -> "array[int]":
        """For each position in the CommitGraph the position in `trees`: made each time, hundreds would fill memory."""
        of_tree = self.rows[self.column :: self.width]
        return array("i", [of_tree[number] for number in self.parent])

    def inside(self, found: Iterable[bytes | None]) -> "FolderTrees":
        """A folder inside this one. found: its tree in each of `trees` but the first, None where it is not there."""
        positions: dict[bytes | None, int] = {None: 0}
        rows = array("i", [0, *[positions.setdefault(tree, len(positions)) for tree in found]])
        return FolderTrees([tree or ABSENT for tree in positions], self.numbers(), rows)


class FolderFinder:
    """Walks down from the root trees to the folders, and reads each distinct tree once.

    Where the way to all the folders is one, git walks it, beside us, and reports only where it ends; where it forks
    we read the tree. A context: leaving it ends what git still does.
    """

    def __init__(self, paths: Iterable[str], store: ObjectStore) -> None:
        """paths: folders, "/" between names; "" is the root."""
        self._wanted = {path: _names(path) for path in paths}
        self._store = store
        self._running = ExitStack()
        self._from_roots: list[Lookup] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.__exit__(kind, error, trace)

    def see(self, roots: Sequence[bytes]) -> None:
        """Begin with some more root trees while the others are not known yet."""
        way = self._way_from(())
        if way:
            self._from_roots.append(self._start(roots, way))

    def find(self, roots: FolderTrees) -> dict[str, FolderTrees]:
        """The folders. roots: all that were seen, in that order."""
        found: dict[Names, FolderTrees] = {(): roots}
        started: list[tuple[Names, Names, list[Lookup]]] = []
        if self._from_roots:
            started.append(((), self._way_from(()), self._from_roots))
        pending: list[Names] = [] if started else [()]
        while pending or started:
            if not pending:
                parent, way, lookups = started.pop(0)
                found[parent + way] = found[parent].inside(self._confirm(found[parent].trees[1:], way, lookups))
                pending.append(parent + way)
                continue
            parent = pending.pop()
            way = self._way_from(parent)
            if way:
                started.append((parent, way, [self._start(found[parent].trees[1:], way)]))
            elif forks := self._forks(parent):
                found |= self._children(found[parent], parent, forks)
                # Those with one way on come last, so first: git walks them while we read the others.
                pending += sorted(((*parent, name) for name in forks), key=lambda child: bool(self._way_from(child)))
        return {path: found[names] for path, names in self._wanted.items()}

    def _forks(self, parent: Names) -> list[bytes]:
        """The next names below a folder, on the way to the wanted ones."""
        depth = len(parent)
        return sorted({names[depth] for names in self._wanted.values() if names[:depth] == parent and names != parent})

    def _way_from(self, parent: Names) -> Names:
        """The names that follow until the way forks or a wanted folder is reached, if git can be asked for them."""
        reached = parent
        while (reached == parent or reached not in self._wanted.values()) and len(forks := self._forks(reached)) == 1:
            reached += (forks[0],)
        way = reached[len(parent) :]
        return () if way[:1] in ((b".",), (b"..",)) or b"\n" in b"/".join(way) else way

    def _start(self, trees: Sequence[bytes], way: Names) -> Lookup:
        return self._running.enter_context(self._store.look_up(trees, b"/".join(way)))

    def _confirm(self, trees: Sequence[bytes], way: Names, lookups: Sequence[Lookup]) -> list[bytes | None]:
        """What git found; where it found nothing, what we find: git says the same of a tree that it cannot read."""
        found = [tree for lookup in lookups for tree in lookup()]
        missing = [position for position, tree in enumerate(found) if tree is None]
        absent = each_once([trees[position] for position in missing])
        for depth, name in enumerate(way):
            absent = self._children(absent, way[:depth], [name])[way[: depth + 1]]
        for position, number in zip(missing, absent.numbers()[1:], strict=True):
            found[position] = absent.trees[number] or None
        return found

    def _children(self, folder: FolderTrees, path: Names, names: Sequence[bytes]) -> dict[Names, FolderTrees]:
        """Read a folder's trees for the folders `names` in it."""
        reader = SubfolderReader(names, self._store.object_format)
        positions: list[dict[bytes | None, int]] = [{None: 0} for _ in names]
        row = array("i", bytes(4 * len(names)))
        rows = array("i", row)
        for tree, (_, content) in zip(folder.trees[1:], self._store.read(folder.trees[1:]), strict=True):
            for number, child in reader.changes(tree, content):
                known = positions[number]
                row[number] = known.setdefault(child, len(known))
            rows.extend(row)
        parent = folder.numbers()
        return {
            (*path, name): FolderTrees([tree or ABSENT for tree in known], parent, rows, number, len(names))
            for number, (name, known) in enumerate(zip(names, positions, strict=True))
        }


def each_once(trees: Iterable[bytes]) -> FolderTrees:
    """A folder that has each of these trees in turn."""
    known = [ABSENT, *trees]
    numbers = array("i", range(len(known)))
    return FolderTrees(known, numbers, numbers)


def _names(path: str) -> Names:
    return tuple(path.encode("utf-8", "surrogateescape").split(b"/")) if path else ()

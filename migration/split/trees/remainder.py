"""What no other move takes: the monorepo's trees without the moved folders and files."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from migration.desired_state.code_selection import FolderMove
from migration.git.command import ObjectStore
from migration.split.trees.folder_trees import ABSENT, FolderTrees
from migration.split.trees.tree_workshop import Entries, Exclusion, TreeWorkshop, is_folder

_AT_ONCE = 5_000
"""Root trees whose folders are in memory at the same time."""


@dataclass
class _Node:
    """A path on the way to moved ones. moves: the positions of those that take the path itself."""

    moves: list[int] = field(default_factory=list)
    children: dict[bytes, "_Node"] = field(default_factory=dict)


def find_remainder(
    moves: Sequence[FolderMove],
    root: FolderTrees,
    root_numbers: "array[int]",
    columns: Sequence["array[int]"],
    store: ObjectStore,
    workshop: TreeWorkshop,
) -> FolderTrees:
    """The root of the monorepo in each commit, without what the moves take there.

    root_numbers: for each commit the number of the root's tree; 0 where the root does not count. columns: the same for
    each path of each move.
    """
    remainder = _Remainder(moves, workshop)
    rows: dict[tuple[int, tuple[int, ...]], int] = {(0, ()): 0}
    numbers = array("i")
    for number, *present in zip(root_numbers, *columns, strict=True):
        row = (number, remainder.names_in(present)) if number else (0, ())
        numbers.append(rows.setdefault(row, len(rows)))
    keys, trees, of_row = list(rows), {ABSENT: 0}, array("i", [0])
    for start in range(1, len(keys), _AT_ONCE):
        found: dict[int, bytes] = {}
        chunk = range(start, min(start + _AT_ONCE, len(keys)))
        while pending := [position for position in chunk if position not in found]:
            for position in pending:
                number, names = keys[position]
                tree = remainder.without_moves(root.trees[number], names)
                if tree is not None:
                    found[position] = tree
            remainder.complete(store)
        of_row.extend([trees.setdefault(found[position], len(trees)) for position in chunk])
        workshop.read.clear()
    return FolderTrees(list(trees), numbers, of_row)


class _Remainder:
    def __init__(self, moves: Sequence[FolderMove], workshop: TreeWorkshop) -> None:
        self._moves = moves
        self._workshop = workshop
        self._left = [Exclusion(workshop, inverted=True) for _ in moves]
        self._ways: dict[tuple[int, ...], _Node] = {}
        self._known: dict[tuple[bytes, int], bytes] = {}

    def names_in(self, present: Sequence[int]) -> tuple[int, ...]:
        """For each move the position of the name that it has in a commit; -1 for none. present: 0 for a missing one."""
        names, start = [], 0
        for move in self._moves:
            end = start + len(move.entries)
            names.append(next((place - start for place in range(start, end) if present[place]), -1))
            start = end
        return tuple(names)

    def without_moves(self, tree: bytes, names: tuple[int, ...]) -> bytes | None:
        """The root tree without what the moves take; None when trees have still to be read."""
        if names not in self._ways:
            self._ways[names] = self._way(names)
        return self._without(tree, self._ways[names])

    def complete(self, store: ObjectStore) -> None:
        """Read the trees and ask about the files that were found missing."""
        missing = sorted(self._workshop.missing)
        self._workshop.missing.clear()
        self._workshop.read.update(zip(missing, (content for _, content in store.read(missing)), strict=True))
        for move, left in zip(self._moves, self._left, strict=True):
            if left.undecided:
                left.decide(store.ignored(move.exclude, left.undecided))

    def _way(self, names: tuple[int, ...]) -> _Node:
        top = _Node()
        for number, (move, name) in enumerate(zip(self._moves, names, strict=True)):
            if name >= 0:
                node = top
                for part in move.entries[name].path.encode("utf-8", "surrogateescape").split(b"/"):
                    node = node.children.setdefault(part, _Node())
                node.moves.append(number)
        return top

    def _without(self, tree: bytes, node: _Node) -> bytes | None:
        known = self._known.get((tree, id(node)))
        if known:
            return known
        entries = self._workshop.entries(tree)
        if entries is None:
            return None
        complete, remaining = True, Entries(entries)
        for name, child in node.children.items():
            if name in entries:
                mode, object_id = entries[name]
                chosen = self._rest_of(mode, object_id, child)
                if chosen is None:
                    complete = False
                elif self._workshop.made.get(chosen) == b"":
                    del remaining[name]
                else:
                    remaining[name] = (mode, chosen)
        if not complete:
            return None
        self._known[tree, id(node)] = tree if remaining == entries else self._workshop.make(remaining)
        return self._known[tree, id(node)]

    def _rest_of(self, mode: bytes, object_id: bytes, node: _Node) -> bytes | None:
        """What stays of an entry at the path of a move, or on the way to one; the empty tree for nothing."""
        if not is_folder(mode):
            is_taken = any(self._moves[number].is_file for number in node.moves)
            return self._workshop.empty_tree if is_taken else object_id
        tree: bytes | None = object_id
        for number in node.moves:
            if tree is not None and not self._moves[number].is_file:
                tree = self._left[number].apply(tree) if self._moves[number].exclude else self._workshop.empty_tree
        return None if tree is None else self._without(tree, node)

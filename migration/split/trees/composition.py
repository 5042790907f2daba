"""The tree of one new repository at each commit of the monorepo, from the trees of its moved folders."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from migration.desired_state.code_selection import CodeSelection, FolderMove
from migration.git.command import ObjectStore
from migration.split.trees.folder_trees import ABSENT, FolderTrees
from migration.split.trees.remainder import find_remainder
from migration.split.trees.tree_workshop import Exclusion, TreeWorkshop

_FIRST = 2  # the row of the first commit


@dataclass(frozen=True)
class RepositoryTrees:
    """The new repository through the whole history of the monorepo.

    trees: its distinct trees as raw ids; trees[0] is the empty tree.
    numbers: for each position in the CommitGraph the position in `trees`.
    workshop: knows the contents of those among them that were made.
    unused: (source of a move, path) of the earlier paths that are the folder in no commit.
    """

    trees: list[bytes]
    numbers: "array[int]"
    workshop: TreeWorkshop
    unused: tuple[tuple[str, str], ...] = ()


class Collision(NamedTuple):
    """Two moves that bring different files to one path. move: the later one, by position in the selection.

    path: in the new repository. row: of the first commit with it, by position in `RepositoryTrees.numbers`.
    """

    path: bytes
    move: int
    row: int


class PathCollisionError(Exception):
    """Moves land on one path, so that files would be lost."""

    def __init__(self, collisions: Sequence[Collision], rows: int) -> None:
        super().__init__("moves land on one path")
        self.collisions, self.rows = collisions, rows


def move_sources(move: FolderMove) -> tuple[str, ...]:
    """The folder's paths, newest first: in each commit the first that exists and counts there is the folder."""
    return tuple(entry.path for entry in move.entries)


def compose_repository(
    selection: CodeSelection,
    folders: Mapping[str, FolderTrees],
    store: ObjectStore,
    masks: Sequence[Sequence[int]] | None = None,
    other_masks: Sequence[Sequence[int]] | None = None,
) -> RepositoryTrees:
    """Lay the moved folders over each other in the order of the plan, once for each distinct combination.

    One whole folder at the root is the repository's tree already. Reads trees only where a move excludes files or two
    moves land in one folder. Raises PathCollisionError when a file would be lost.

    masks: for each path of each move 1 where it counts, by position of the commit; None when all count everywhere.
    other_masks: the same for the moves that the move of the rest leaves to others.
    """
    sources = [folders[name] for move in selection.moves for name in move_sources(move)]
    workshop = TreeWorkshop(store.object_format)
    move = selection.moves[0]
    columns = _columns(sources, masks)
    start = 0
    for rest in selection.moves:
        if rest.others:
            theirs = [folders[name] for other in rest.others for name in move_sources(other)]
            taken = _columns(theirs, other_masks)
            sources[start] = find_remainder(rest.others, sources[start], columns[start], taken, store, workshop)
            columns[start] = sources[start].numbers()
        start += len(move_sources(rest))
    is_whole = len(sources) == 1 and not move.target and not move.exclude
    if is_whole and workshop.empty_tree not in sources[0].trees:
        return RepositoryTrees([workshop.empty_tree, *sources[0].trees[1:]], columns[0], workshop)
    combinations, combined = _combinations(columns)
    composer = _Composer(selection, store, workshop)
    composed: dict[int, bytes] = {}
    pending: Iterable[int] = range(len(combinations))
    while pending:
        undecided = []
        for number in pending:
            trees = [source.trees[part] for source, part in zip(sources, combinations[number], strict=True)]
            tree = composer.compose(trees, number)
            if tree is None:
                undecided.append(number)
            else:
                composed[number] = tree
        pending = undecided
        composer.complete()
    if composer.collisions:
        found = [Collision(path, move, combined.index(number)) for (path, move), number in composer.collisions.items()]
        raise PathCollisionError(sorted(found, key=lambda collision: collision.row), len(combined))
    positions = {workshop.empty_tree: 0}
    number_of = [positions.setdefault(composed[number], len(positions)) for number in range(len(combinations))]
    if len(positions) < len(combinations):  # several combinations make one tree
        combined = array("i", [number_of[number] for number in combined])
    return RepositoryTrees(list(positions), combined, workshop, tuple(composer.unused()))


def _columns(sources: Sequence[FolderTrees], masks: Sequence[Sequence[int]] | None) -> list["array[int]"]:
    """For each path its tree's number in each commit; 0 where it does not count."""
    if masks is None:
        return [source.numbers() for source in sources]
    columns = []
    for source, mask in zip(sources, masks, strict=True):
        numbers = source.numbers()
        new = islice(mask, len(mask) - len(numbers) + _FIRST, None)
        counted = [number if counts else 0 for number, counts in zip(numbers[_FIRST:], new, strict=True)]
        columns.append(array("i", [0, 0, *counted]))
    return columns


def _combinations(columns: Sequence["array[int]"]) -> tuple[Sequence[tuple[int, ...]], "array[int]"]:
    """The distinct rows, the first row first, and for each row its position among them."""
    if len(columns) == 1:  # the numbers of one folder are that already
        return [(number,) for number in range(max(columns[0]) + 1)], columns[0]
    positions: dict[tuple[int, ...], int] = {}
    rows = zip(*columns, strict=True)
    combined = array("i", [positions.setdefault(row, len(positions)) for row in rows])
    return list(positions), combined


class _Composer:
    def __init__(self, selection: CodeSelection, store: ObjectStore, workshop: TreeWorkshop) -> None:
        self._store = store
        self._workshop = workshop
        self._moves = [(move, Exclusion(workshop) if move.exclude else None) for move in selection.moves]
        self._used: set[tuple[int, int]] = set()  # position of a move, and of its path
        self.collisions: dict[tuple[bytes, int], int] = {}  # path and later move -> the first combination with it

    def compose(self, sources: Sequence[bytes], combination: int) -> bytes | None:
        """The repository's tree; None when trees have still to be read. sources: per move, per name, as planned."""
        names = iter(sources)
        result: bytes | None = self._workshop.empty_tree
        for number, (move, exclusion) in enumerate(self._moves):
            paths = enumerate(zip(move_sources(move), names, strict=False))
            found = [(place, tree) for place, (_, tree) in paths if tree != ABSENT]
            self._used.update((number, place) for place, _ in found[:1])
            present = [tree for _, tree in found]
            tree: bytes | None = present[0] if present else self._workshop.empty_tree
            target = move.target
            if move.is_file:
                target, _, name = move.target.rpartition("/")
                tree = self._workshop.file_tree(name, present[0]) if present else tree
            if tree is not None and exclusion:
                tree = exclusion.apply(tree)
            if tree is None or result is None:
                result = None  # go on all the same: later moves note what they lack, and one read serves all
            else:
                under, over = result, self._workshop.place(tree, target)
                result = self._workshop.overlay(under, over)
                for path in self._workshop.lost(under, over):
                    self.collisions.setdefault((path, number), combination)
        return result

    def unused(self) -> Iterator[tuple[str, str]]:
        """(source of a move, path) of the earlier paths that were the folder in no combination."""
        for number, (move, _) in enumerate(self._moves):
            for place, path in enumerate(move_sources(move)[1:], 1):
                if (number, place) not in self._used:
                    yield move.source, path

    def complete(self) -> None:
        """Read the trees and ask about the files that were found missing."""
        missing = sorted(self._workshop.missing)
        self._workshop.missing.clear()
        self._workshop.read.update(zip(missing, (content for _, content in self._store.read(missing)), strict=True))
        for move, exclusion in self._moves:
            if exclusion and exclusion.undecided:
                exclusion.decide(self._store.ignored(move.exclude, exclusion.undecided))

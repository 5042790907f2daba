"""Which commits a moved folder's history keeps, and who their parents are. Numbers in, numbers out."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

UNBORN = -1


@dataclass(frozen=True)
class Kept:
    """The commits that stay, as positions in the monorepo's history.

    commits: source positions of the kept commits, parents before children.
    parents: for each kept commit its parents, as positions in `commits`.
    mapped: for each source commit the position in `commits` that stands for it: itself, or its nearest kept
        ancestor; UNBORN where the folder has no history yet.
    """

    commits: list[int]
    parents: list[tuple[int, ...]]
    mapped: "array[int]"


def choose_commits(parents: Sequence[tuple[int, ...]], trees: Sequence[int]) -> Kept:
    """Keep the commits that change the folder, and the merges that join two lines of its history.

    parents: for each source commit the positions of its parents, all smaller than its own.
    trees: for each source commit a number for the folder's tree; equal numbers are equal trees, 0 is no or an
        empty folder.

    For one folder these are the commits of `git rev-list --full-history --simplify-merges REV -- FOLDER`. A kept
    merge keeps each of its mapped parents once, as `git subtree split` does, even one that is an ancestor of
    another. Unlike there a commit that deletes the folder stays, with an empty tree, so that the history
    before it is not lost when the folder comes back.
    """
    lineage = _Lineage()
    commits: list[int] = []
    mapped = array("i")
    for commit, its_parents in enumerate(parents):
        tree = trees[commit]
        lines = [mapped[parent] for parent in its_parents if mapped[parent] != UNBORN]
        if len(lines) > 1:
            lines = list(dict.fromkeys(lines))
        newest = max(lines, default=UNBORN)
        same = tree == (trees[commits[newest]] if lines else 0)
        # Positions grow from parents to children: only the newest line can have all the others behind it.
        if same and (len(lines) < 2 or all(lineage.is_ancestor(line, newest) for line in lines if line != newest)):
            mapped.append(newest)
            continue
        mapped.append(len(commits))
        commits.append(commit)
        lineage.append(tuple(lines))
    return Kept(commits, lineage.parents, mapped)


class _Lineage:
    """The kept commits' graph, asked for ancestry while it grows."""

    def __init__(self) -> None:
        self.parents: list[tuple[int, ...]] = []
        self._generations: list[int] = []  # one more than the highest of the parents'

    def append(self, parents: tuple[int, ...]) -> None:
        self.parents.append(parents)
        self._generations.append(1 + max((self._generations[parent] for parent in parents), default=0))

    def is_ancestor(self, ancestor: int, descendant: int) -> bool:
        """Walks only commits younger than the ancestor, and among them only higher generations."""
        lowest = self._generations[ancestor]
        seen = {descendant}
        pending = [descendant]
        while pending:
            for parent in self.parents[pending.pop()]:
                if parent == ancestor:
                    return True
                if parent > ancestor and self._generations[parent] > lowest and parent not in seen:
                    seen.add(parent)
                    pending.append(parent)
        return False


def only_reachable(kept: Kept, tips: Iterable[int]) -> Kept:
    """Leave out the kept commits that none of the tips reaches. tips: positions in the source, UNBORN for none."""
    reached = bytearray(len(kept.commits))
    for tip in tips:
        if tip != UNBORN and kept.mapped[tip] != UNBORN:
            reached[kept.mapped[tip]] = 1
    for position in range(len(reached) - 1, -1, -1):
        if reached[position]:
            for parent in kept.parents[position]:
                reached[parent] = 1
    if all(reached):
        return kept
    moved_to = array("i", [UNBORN]) * len(reached)
    survivors = [position for position, is_reached in enumerate(reached) if is_reached]
    for new, old in enumerate(survivors):
        moved_to[old] = new
    return Kept(
        commits=[kept.commits[old] for old in survivors],
        parents=[tuple(moved_to[parent] for parent in kept.parents[old]) for old in survivors],
        mapped=array("i", (UNBORN if line == UNBORN else moved_to[line] for line in kept.mapped)),
    )

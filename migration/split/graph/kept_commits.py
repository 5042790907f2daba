"""Which commits a moved folder's history keeps, and who their parents are. Numbers in, numbers out."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

NOTHING = 0
"""The position that stands for no commit, in the monorepo's history and in a kept one."""

_MANY = 1  # the second parent of an octopus merge; all its parents are in `octopuses`
_NO_LINE = -1  # what _MANY is mapped to
_FIRST = 2  # the position of the first commit


@dataclass(frozen=True)
class CommitGraph:
    """The monorepo's commits in a line, parents before children. Most have one or two parents: two plain columns.

    A root's parents are NOTHING; a commit with one parent has it in both columns.
    """

    first: "array[int]" = field(default_factory=lambda: array("i", [NOTHING, NOTHING]))
    second: "array[int]" = field(default_factory=lambda: array("i", [NOTHING, NOTHING]))
    octopuses: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def append(self, *parents: int) -> int:
        """Add a commit with these parents; its position."""
        position = len(self.first)
        self.first.append(parents[0] if parents else NOTHING)
        self.second.append(_MANY if len(parents) > 2 else parents[-1] if parents else NOTHING)
        if len(parents) > 2:
            self.octopuses[position] = parents
        return position

    def __len__(self) -> int:
        return len(self.first) - _FIRST

    def parents_of(self, position: int) -> tuple[int, ...]:
        """The parents of a commit; NOTHING for a root, and twice the same where there is one."""
        return self.octopuses.get(position) or (self.first[position], self.second[position])

    def lines(self, octopus: int, mapped: Sequence[int]) -> tuple[int, ...]:
        """What the parents of an octopus merge are mapped to, each once."""
        return tuple(dict.fromkeys(mapped[parent] for parent in self.octopuses[octopus]))


@dataclass(frozen=True)
class KeptCommits:
    """The commits that stay. Position NOTHING comes first in each list, for no commit.

    commits: positions of the kept commits in the monorepo's history, parents before children.
    parents: for each kept commit its parents, as positions in `commits`.
    mapped: for each source position the position in `commits` that stands for it: itself, or its nearest kept
        ancestor; NOTHING where the folder has no history yet.
    trees: for each kept commit the number of the folder's tree.
    """

    commits: list[int] = field(default_factory=lambda: [NOTHING])
    parents: list[tuple[int, ...]] = field(default_factory=lambda: [()])
    mapped: "array[int]" = field(default_factory=lambda: array("i", [NOTHING, _NO_LINE]))
    trees: list[int] = field(default_factory=lambda: [0])


def choose_commits(
    graph: CommitGraph,
    trees: Sequence[int],
    kept_commits: KeptCommits | None = None,
    whole: bytearray | None = None,
) -> KeptCommits:
    """Keep the commits that change the folder, and the merges that join two lines of its history.

    trees: a number for the folder's tree in NOTHING, in _MANY, and in each commit of the graph that `kept_commits` does
        not know yet; equal numbers are equal trees, 0 means no folder or an empty one.
    kept_commits: of the graph's first commits; it is added to.
    whole: 1 for each commit, by position, that stays whatever it changes; None for no such commit.

    For one folder these are the commits of `git rev-list --full-history --simplify-merges REV -- FOLDER`. A kept
    merge keeps each of its mapped parents once, as `git subtree split` does, even one that is an ancestor of
    another. Unlike there a commit that deletes the folder stays, with an empty tree, so that the history
    before it is not lost when the folder comes back.
    """
    kept_commits = kept_commits or KeptCommits()
    lineage = _Lineage(kept_commits.parents)
    commits, line_trees, mapped = kept_commits.commits, kept_commits.trees, kept_commits.mapped
    start = len(mapped)
    columns = (islice(graph.first, start, None), islice(graph.second, start, None), islice(trees, _FIRST, None))
    for commit, (first, second, tree) in enumerate(zip(*columns, strict=True), start):
        line, other = mapped[first], mapped[second]
        if line == other:
            lines: tuple[int, ...] = (line,)
            same = tree == line_trees[line]
        else:
            lines = (line, other) if other != _NO_LINE else graph.lines(commit, mapped)
            # Positions grow from parents to children: only the newest line can have all the others behind it.
            line = max(lines)
            same = tree == line_trees[line] and lineage.has_behind(line, lines)
        if same and (whole is None or not whole[commit]):
            mapped.append(line)
        else:
            mapped.append(len(commits))
            commits.append(commit)
            line_trees.append(tree)
            lineage.append(lines if min(lines) != NOTHING else tuple(line for line in lines if line != NOTHING))
    return kept_commits


class _Lineage:
    """The kept commits' graph, asked for ancestry while it grows."""

    def __init__(self, parents: list[tuple[int, ...]]) -> None:
        self.parents = parents
        self._generations = [0]
        for known in parents[1:]:
            self._generations.append(self._generation(known))

    def append(self, parents: tuple[int, ...]) -> None:
        self.parents.append(parents)
        self._generations.append(self._generation(parents))

    def _generation(self, parents: tuple[int, ...]) -> int:
        return 1 + max([self._generations[parent] for parent in parents], default=0)

    def has_behind(self, newest: int, lines: Iterable[int]) -> bool:
        """Whether all the other lines are ancestors of the newest."""
        return all(line in (NOTHING, newest) or self._is_ancestor(line, newest) for line in lines)

    def _is_ancestor(self, ancestor: int, descendant: int) -> bool:
        """Walks only commits younger than the ancestor, and among them only higher generations."""
        parents, generations = self.parents, self._generations
        lowest = generations[ancestor]
        visited = {descendant}
        pending = [descendant]
        while pending:
            for parent in parents[pending.pop()]:
                if parent == ancestor:
                    return True
                if parent > ancestor and generations[parent] > lowest and parent not in visited:
                    visited.add(parent)
                    pending.append(parent)
        return False


def reached_from(kept_commits: KeptCommits, tips: Iterable[int]) -> bytearray:
    """For each position in `kept_commits.commits` 1 where one of the tips, as source positions, reaches it; else 0."""
    reached = bytearray(len(kept_commits.commits))
    for tip in tips:
        reached[kept_commits.mapped[tip]] = 1
    for position in range(len(reached) - 1, NOTHING, -1):
        if reached[position]:
            for parent in kept_commits.parents[position]:
                reached[parent] = 1
    reached[NOTHING] = 0
    return reached

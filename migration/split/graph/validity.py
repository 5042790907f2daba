"""In which commits a name of a folder counts: joined histories have paths of their own. Numbers in, numbers out."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from migration.desired_state.code_selection import FolderMove
from migration.split.graph.kept_commits import NOTHING, CommitGraph

_FIRST = 2  # the position of the first commit


def unrelated_parents(graph: CommitGraph) -> Iterator[tuple[int, int]]:
    """(merge, parent) for each parent that shares no root with the merge's other parents."""
    if sum(first == NOTHING for first in islice(graph.first, _FIRST, None)) < 2:
        return
    # By position, a bit for each root behind it; _MANY has none, so that an octopus merge is looked at.
    roots, known = [0, 0], 0
    for position, (first, second) in enumerate(
        zip(islice(graph.first, _FIRST, None), islice(graph.second, _FIRST, None), strict=True), _FIRST
    ):
        if first == NOTHING:
            roots.append(1 << known)
            known += 1
        elif roots[first] == roots[second]:  # one parent, or two with the same roots: nearly all commits
            roots.append(roots[first])
        else:
            parents = graph.parents_of(position)
            behind = 0
            for number, parent in enumerate(parents):
                others = [roots[other] for place, other in enumerate(parents) if place != number]
                if not any(roots[parent] & other for other in others):
                    yield position, parent
                behind |= roots[parent]
            roots.append(behind)


def history_behind(graph: CommitGraph, tips: Iterable[int]) -> bytearray:
    """1 for each of the tips and all behind them, else 0; by position."""
    behind = bytearray(len(graph) + _FIRST)
    for tip in tips:
        behind[tip] = 1
    for position in range(len(behind) - 1, NOTHING, -1):
        if behind[position]:
            for parent in graph.parents_of(position):
                behind[parent] = 1
    behind[NOTHING] = 0
    return behind


def brought_in(graph: CommitGraph, merge: int, parents: Sequence[int], foreign: bytearray | None = None) -> bytearray:
    """The commits that a merge brought in by these parents, and those that go on from them alone.

    foreign: commits of joined histories, which count even when the merge's other parents have them, too.
    """
    others = [parent for parent in graph.parents_of(merge) if parent not in parents]
    had, joined = history_behind(graph, others), history_behind(graph, parents)
    members = bytearray(
        int(new and (not old or (foreign is not None and foreign[position])))
        for position, (new, old) in enumerate(zip(joined, had, strict=True))
    )
    return continued(graph, members)


def continued(graph: CommitGraph, members: bytearray) -> bytearray:
    """With the commits all of whose parents are members: what a later `git subtree pull` brings."""
    columns = zip(islice(graph.first, _FIRST, None), islice(graph.second, _FIRST, None), strict=True)
    for position, (first, second) in enumerate(columns, _FIRST):
        if members[first] and (members[second] or all(members[parent] for parent in graph.parents_of(position))):
            members[position] = 1
    return members


class Validity:
    """Where each name of the moves counts.

    foreign: the commits of joined histories, by position; a name counts in them only by `joined_by`.
    joined: by the commit that a plan names in `joined_by`, what it brought in. after: by the commit that it names in
        `until`, the commit itself and all after it.
    """

    def __init__(self, foreign: bytearray, joined: dict[str, bytearray], after: dict[str, bytearray]) -> None:
        self._foreign, self._joined, self._after = foreign, joined, after

    def masks(self, moves: Iterable[FolderMove]) -> list[bytearray]:
        """For each path of each move 1 where it is the folder's, by position of the commit."""
        return [mask for move in moves for mask in self._masks(move)]

    def _masks(self, move: FolderMove) -> list[bytearray]:
        """For each of the move's entries 1 where its path is the folder's, by position of the commit."""
        masks: list[bytearray] = []
        older = bytearray(len(self._foreign))  # where a name that was listed behind has a commit until which it counts
        for entry in reversed(move.entries):
            if entry.joined_by:
                masks.append(self._joined[entry.joined_by])
                continue
            mask = bytearray(not (foreign or is_older) for foreign, is_older in zip(self._foreign, older, strict=True))
            if entry.until:
                after = self._after[entry.until]
                mask = bytearray(counts and not past for counts, past in zip(mask, after, strict=True))
                older = bytearray(was or counts for was, counts in zip(older, mask, strict=True))
            masks.append(mask)
        return masks[::-1]

    def whole(self, moves: Iterable[FolderMove]) -> bytearray | None:
        """1 for the commits that a repository takes just as they are, whatever they change; None for none."""
        members = None
        for move in moves:
            for entry in move.entries:
                if entry.joined_by and not entry.path and not move.target and not move.exclude:
                    joined = self._joined[entry.joined_by]
                    members = joined if members is None else bytearray(map(max, members, joined))
        return members


def commits_after(graph: CommitGraph, commit: int) -> bytearray:
    """1 for the commit and all that have it behind them, else 0; by position."""
    after = bytearray(len(graph) + _FIRST)
    after[commit] = 1
    for position in range(commit + 1, len(after)):
        after[position] = any(after[parent] for parent in graph.parents_of(position))
    return after

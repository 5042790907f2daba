"""The monorepo's history as numbers: the graph of its commits and their root trees."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from migration.split.graph.kept_commits import CommitGraph
from migration.split.trees.folder_trees import ABSENT, FolderTrees


@dataclass(frozen=True)
class SourceHistory:
    """The commits of the monorepo in a line.

    positions: of each commit in the graph, by raw id, in their order.
    """

    graph: CommitGraph = field(default_factory=CommitGraph)
    positions: dict[bytes, int] = field(default_factory=dict)


def lay_out(records: Sequence[bytes], roots: dict[bytes, int], id_size: int, history: SourceHistory) -> FolderTrees:
    """Put the commits that `history` does not know yet behind those it knows, parents before children.

    The result is their root trees, by position behind the known ones.

    records: the raw ids of a commit, its tree and its parents, joined; the youngest first, which by wrong clocks can
        put a parent before its child. roots: each root tree's position among them, from 1 on.
    """
    graph, positions, numbers = history.graph, history.positions, array("i", [0, 0])
    by_commit: dict[bytes, bytes] = {}
    for oldest in reversed(records):
        waiting = [oldest]
        while waiting:
            record = waiting[-1]
            parents = [record[start : start + id_size] for start in range(2 * id_size, len(record), id_size)]
            unknown = [parent for parent in parents if parent not in positions]
            if unknown:
                by_commit = by_commit or {other[:id_size]: other for other in records}
                waiting += [by_commit[parent] for parent in unknown]
                continue
            waiting.pop()
            commit, tree = record[:id_size], record[id_size : 2 * id_size]
            if commit not in positions:
                positions[commit] = graph.append(*[positions[parent] for parent in parents])
                numbers.append(roots[tree])
    return FolderTrees([ABSENT, *roots], numbers, array("i", range(len(roots) + 1)))

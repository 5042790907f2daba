"""In which commits a path of a move counts, found out with git: joined histories, and paths that were reused.

Positions are those of the graph. Nothing here is shared with the split.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path

from migration.desired_state.code_selection import CodeSelection, FolderMove
from migration.git.command import run_git
from migration.proof.evidence import Graph


@dataclass(frozen=True)
class PathValidity:
    """foreign: commits of joined histories. joined, after: by the commit that the plan names, those it concerns."""

    foreign: Set[int] = frozenset()
    joined: Mapping[str, Set[int]] = field(default_factory=dict)
    after: Mapping[str, Set[int]] = field(default_factory=dict)

    def counts(self, move: FolderMove, position: int) -> list[bool]:
        """For each path of the move, newest first, whether it is the folder's in this commit."""
        result, is_older = [], False
        for entry in reversed(move.entries):
            if entry.joined_by:
                result.append(position in self.joined[entry.joined_by])
                continue
            counts = not is_older and position not in self.foreign
            if entry.until:
                counts = counts and position not in self.after[entry.until]
                is_older = is_older or counts
            result.append(counts)
        return result[::-1]

    def whole(self, moves: Iterable[FolderMove]) -> set[int]:
        """The commits of joined histories that a repository gets just as they are."""
        found: set[int] = set()
        for move in moves:
            for entry in move.entries:
                if entry.joined_by and not (entry.path or move.target or move.exclude):
                    found |= self.joined[entry.joined_by]
        return found

    def claimed(self, moves: Iterable[FolderMove]) -> set[int]:
        """The commits of joined histories that a repository names."""
        entries = (entry for move in moves for entry in move.entries if entry.joined_by)
        return set().union(*(self.joined[entry.joined_by] for entry in entries))


def read_validity(git_dir: Path, graph: Graph, selections: Iterable[CodeSelection]) -> PathValidity | None:
    """None when every path counts in every commit. Raises GitError for a commit that the monorepo does not have."""
    entries = [entry for selection in selections for move in selection.all_moves for entry in move.entries]
    reader = _Reader(git_dir, graph)
    joins = reader.joins()
    claims = {entry.joined_by for entry in entries if entry.joined_by}
    limits = {entry.until for entry in entries if entry.until}
    if not joins and not claims and not limits:
        return None
    parents_of = {name: reader.joined_parents(name, joins) for name in claims}
    foreign: set[int] = set()
    for merge, parents in (*joins.items(), *(parents_of[name] for name in claims)):
        foreign |= reader.continued(reader.new_behind(merge, parents))
    joined = {}
    for name, (merge, parents) in parents_of.items():
        behind = reader.behind(parents)
        joined[name] = reader.continued(reader.new_behind(merge, parents) | (behind & foreign))
    return PathValidity(foreign, joined, {name: reader.after(name) for name in limits})


class _Reader:
    def __init__(self, git_dir: Path, graph: Graph) -> None:
        self._git_dir, self._graph = git_dir, graph
        self._ids = list(graph.positions)

    def _git(self, *arguments: str, request: Iterable[bytes] = ()) -> list[bytes]:
        lines = b"".join(b"%b\n" % line for line in request)
        return run_git(*arguments, directory=self._git_dir, standard_input=lines).split()

    def _positions(self, commits: Iterable[bytes]) -> set[int]:
        return {self._graph.positions[commit] for commit in commits if commit in self._graph.positions}

    def joins(self) -> dict[int, list[int]]:
        """Merges, each with the parents that share no root with the others and whose files are one of its folders."""
        roots = [position for position, parents in enumerate(self._graph.parents) if not parents]
        if len(roots) < 2:
            return {}
        reach = [self.after(self._ids[root].decode()) for root in roots]
        joins: dict[int, list[int]] = {}
        for merge, parents in enumerate(self._graph.parents):
            if len(parents) > 1:
                behind = {
                    parent: {number for number, all_of in enumerate(reach) if parent in all_of} for parent in parents
                }
                for parent in parents:
                    others = set().union(*(behind[other] for other in parents if other != parent))
                    if not behind[parent] & others and self._is_folder(merge, parent):
                        joins.setdefault(merge, []).append(parent)
        return joins

    def _is_folder(self, merge: int, parent: int) -> bool:
        tree = self._graph.roots.trees[self._graph.roots.numbers[parent]]
        return tree in self._git("ls-tree", "-r", "-d", "--full-tree", self._ids[merge].decode())

    def joined_parents(self, name: str, joins: Mapping[int, list[int]]) -> tuple[int, list[int]]:
        """The merge that the plan names, and the parents by which it joined another history."""
        (commit,) = self._git("rev-parse", "--verify", f"{name}^{{commit}}")
        merge = self._graph.positions[commit]
        return merge, joins.get(merge) or list(self._graph.parents[merge][1:])

    def new_behind(self, merge: int, parents: Iterable[int]) -> set[int]:
        """What these parents of a merge have behind them, and its others have not."""
        others = [b"^" + self._ids[other] for other in self._graph.parents[merge] if other not in set(parents)]
        return self._positions(
            self._git("rev-list", "--stdin", request=[*(self._ids[parent] for parent in parents), *others])
        )

    def behind(self, tips: Iterable[int]) -> set[int]:
        """The tips and all behind them."""
        return self._positions(self._git("rev-list", "--stdin", request=[self._ids[tip] for tip in tips]))

    def continued(self, members: set[int]) -> set[int]:
        """With the commits all of whose parents are members."""
        for position, parents in enumerate(self._graph.parents):
            if parents and members.issuperset(parents):
                members.add(position)
        return members

    def after(self, name: str) -> set[int]:
        """A commit and all that have it behind them."""
        (commit,) = self._git("rev-parse", "--verify", f"{name}^{{commit}}")
        after = {self._graph.positions[commit]}
        for position, parents in enumerate(self._graph.parents):
            if not after.isdisjoint(parents):
                after.add(position)
        return after

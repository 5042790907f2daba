"""The messages of one new repository's commits and tags, where the plan wants them changed.

A reference is followed only to what stands behind the commit that makes it. What is behind a commit never changes, so
a message comes out the same whatever else the monorepo has by then, and what it refers to is always written before it.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from migration.desired_state.code_selection import MessageRules
from migration.split.graph.kept_commits import CommitGraph, KeptCommits
from migration.split.objects.references import cut, is_readable, with_issues_of, with_new_hashes, with_trailer

PROVENANCE = "Monorepo-Commit"
"""The trailer that names a commit's commit in the monorepo."""

_INDEXED_DIGITS = 6


class CommitIds:
    """Finds commits of the monorepo by how their ids begin. in_order: raw ids, by position in the history."""

    def __init__(self, in_order: Sequence[bytes]) -> None:
        self.in_order = in_order

    @cached_property
    def _sorted(self) -> list[int]:
        return sorted((index for index, commit in enumerate(self.in_order) if commit), key=self.in_order.__getitem__)

    def beginning_with(self, digits: str) -> list[int]:
        """The positions of all commits whose ids begin so."""
        width = 2 * len(self.in_order[-1])
        if len(digits) > width:
            return []
        lowest, highest = bytes.fromhex(digits.ljust(width, "0")), bytes.fromhex(digits.ljust(width, "f"))
        begin = bisect_left(self._sorted, lowest, key=self.in_order.__getitem__)
        return self._sorted[begin : bisect_right(self._sorted, highest, begin, key=self.in_order.__getitem__)]


class Messages:
    """Rewrites the messages of one repository while its commits are written, parents before children."""

    def __init__(self, rules: MessageRules, graph: CommitGraph, ids: CommitIds, kept_commits: KeptCommits) -> None:
        self._rules = rules
        self._graph = graph
        self._ids = ids
        self._kept = kept_commits
        self._indexed: dict[str, list[int]] = defaultdict(
            list
        )  # how a new id begins -> places in `kept_commits.commits`
        self._next_to_index = 1

    def in_commit(self, carried: bytes, position: int, new_ids: Sequence[bytes]) -> bytes:
        """The commit that is written next.

        carried: without its `tree` and `parent` lines. position: in the monorepo's history. new_ids: raw ids of the
        commits written so far, by place in `kept_commits.commits`.
        """
        parents = self._kept.parents[len(new_ids)]
        trailer = self._ids.in_order[position].hex() if self._rules.provenance else ""
        return self._rewritten(carried, position, parents, new_ids, trailer)

    def in_tag(self, content: bytes, position: int, new_ids: Sequence[bytes]) -> bytes:
        """A tag object. position: of its commit in the monorepo's history."""
        return self._rewritten(content, position, (self._kept.mapped[position],), new_ids)

    def _rewritten(
        self, content: bytes, position: int, behind: Iterable[int], new_ids: Sequence[bytes], trailer: str = ""
    ) -> bytes:
        """behind: places in `kept_commits.commits`; they and their ancestors can be referred to."""
        text = cut(content)
        if not is_readable(text):
            return content
        message = text.message
        if self._rules.hashes:
            message = with_new_hashes(message, lambda old: self._new_id(old, position, behind, new_ids))
        if self._rules.issues:
            message = with_issues_of(message, self._rules.issues)
        if trailer:
            message = with_trailer(message, PROVENANCE, trailer)
        return text.headers + message

    def _new_id(self, old: str, position: int, behind: Iterable[int], new_ids: Sequence[bytes]) -> str | None:
        meant = self._ids.beginning_with(old)
        if len(meant) > 1:
            meant = [other for other in meant if _reaches(self._graph.parents_of, [position], other)]
        if len(meant) != 1:
            return None
        place = self._kept.mapped[meant[0]]
        if self._kept.commits[place] != meant[0] or not self._is_behind(place, behind):
            return None
        new = new_ids[place].hex()
        others = [new_ids[other].hex() for other in self._similar(new, new_ids) if self._is_behind(other, behind)]
        length = len(old)
        while any(other != new and other.startswith(new[:length]) for other in others):
            length += 1
        return new[:length]

    def _similar(self, new: str, new_ids: Sequence[bytes]) -> list[int]:
        """The places of the ids written so far that begin as this one does."""
        for place in range(self._next_to_index, len(new_ids)):
            self._indexed[new_ids[place].hex()[:_INDEXED_DIGITS]].append(place)
        self._next_to_index = len(new_ids)
        return self._indexed[new[:_INDEXED_DIGITS]]

    def _is_behind(self, place: int, behind: Iterable[int]) -> bool:
        return _reaches(self._kept.parents.__getitem__, behind, place)


def _reaches(parents_of: Callable[[int], Iterable[int]], starts: Iterable[int], target: int) -> bool:
    """Whether a start is the target or has it behind it. Numbers grow from parents to children."""
    pending = [start for start in starts if start >= target]
    visited = set(pending)
    while pending:
        position = pending.pop()
        if position == target:
            return True
        for parent in parents_of(position):
            if parent >= target and parent not in visited:
                visited.add(parent)
                pending.append(parent)
    return False

"""Whether a message that the plan wants changed is what it was but for its references, and refers to what it did."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from migration.desired_state.code_selection import MessageRules
from migration.proof.evidence import Graph

_DIGITS = re.compile(rb"([0-9A-Fa-f]{7,})")
_ISSUE = rb"(?:%b#|#|GH-)(?=[0-9])"
_STANDS_ALONE = (re.compile(rb"\s[(\[]?\Z"), re.compile(rb"[)\].,:]?(?:\s|\Z)"))
_NOT_TEXT = (b"\0", b"\x1b")

Comparison = Callable[[bytes, bytes], bool]
"""Whether the second message is what the first must become."""


class MessageCheck:
    """Compares the messages of one repository. new: the new commit for each kept one, by position in the graph."""

    def __init__(self, rules: MessageRules, graph: Graph, new: Mapping[int, bytes]) -> None:
        self._rules = rules
        self._graph = graph
        self._new = new
        self._ids = list(graph.positions)
        self._issue = re.compile(_ISSUE % re.escape(rules.issues.encode()), re.IGNORECASE)
        self._beginnings: dict[bytes, list[int]] = defaultdict(list)
        if rules.hashes:
            for position, commit in enumerate(self._ids):
                self._beginnings[commit[:7]].append(position)

    def of_commit(self, position: int, content: bytes) -> Comparison:
        """content: of the monorepo's commit at this position."""
        trailer = b"Monorepo-Commit: %b\n" % self._ids[position] if self._rules.provenance else b""
        # Some encodings are no text to read; `git help commit` has the header that names them.
        return self._comparison(position, trailer, may_stay=b"\nencoding " in content)

    def of_tag(self, position: int) -> Comparison:
        """position: of the tag's commit."""
        return self._comparison(position)

    def _comparison(self, position: int, trailer: bytes = b"", *, may_stay: bool = False) -> Comparison:
        def compare(old: bytes, new: bytes) -> bool:
            if old == new and (may_stay or any(byte in old for byte in _NOT_TEXT)):
                return True
            return any(self._refers_alike(old, text, position) for text in _without(trailer, new))

        return compare

    def _refers_alike(self, old: bytes, new: bytes, position: int) -> bool:
        if self._rules.issues:
            old, new = self._issue.sub(b"#", old), self._issue.sub(b"#", new)
        before, after = _DIGITS.split(old), _DIGITS.split(new)
        if before[::2] != after[::2]:
            return False
        return all(
            self._follows(before[index], after[index], position)
            or (before[index] == after[index] and not self._must_follow(before[index - 1 : index + 2], position))
            for index in range(1, len(before), 2)
        )

    def _follows(self, old: bytes, new: bytes, position: int) -> bool:
        """Whether an id is that of the new commit for the one that was meant."""
        meant = self._meant(old, position)
        return bool(meant) and len(new) >= len(old) and meant.startswith(new)

    def _must_follow(self, around: list[bytes], position: int) -> bool:
        """Whether an id is there whole and alone, and its commit moved."""
        before, old, after = around
        alone = _STANDS_ALONE[0].search(before) and _STANDS_ALONE[1].match(after)
        return bool(alone) and len(old) == len(self._ids[0]) and bool(self._meant(old, position))

    def _meant(self, old: bytes, position: int) -> bytes:
        """The new commit for the only one behind `position` whose id begins so; b"" where there is none."""
        old = old.lower()
        similar = [other for other in self._beginnings.get(old[:7], ()) if self._ids[other].startswith(old)]
        behind = [other for other in similar if self._is_behind(other, position)]
        return self._new.get(behind[0], b"") if len(behind) == 1 else b""

    def _is_behind(self, older: int, position: int) -> bool:
        reached = {position}
        pending = [position]
        while pending and older not in reached:
            parents = {parent for parent in self._graph.parents[pending.pop()] if parent >= older} - reached
            reached |= parents
            pending += parents
        return older in reached


def _without(trailer: bytes, message: bytes) -> Iterator[bytes]:
    """What the message can have been before it got the trailer; nothing when it has none."""
    before, found, after = message.rpartition(trailer) if trailer else (message, b"", b"")
    if trailer and not found:
        return
    yield before + after
    for added in (b"\n", b"\n\n"):
        if found and before.endswith(added):
            yield before.removesuffix(added) + after

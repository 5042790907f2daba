"""Finding folders in one tree after the other. The format of a tree: see `trees.py`."""

import re
from collections.abc import Iterable, Iterator, Sequence

from migration.errors import SplitError
from migration.git.object_format import ObjectFormat

_WORTH_COMPARING = 4096
"""From so many bytes on it is quicker to compare a tree with the one before than to read it whole."""


def subfolder_pattern(names: Sequence[bytes], object_format: ObjectFormat) -> re.Pattern[bytes]:
    """A pattern for `fullmatch` over a whole tree; group n + 1 is the id of the folder `names[n]`, or None.

    It steps from entry to entry: searching for the name alone can match inside an id or a longer name.
    """
    folders = b"|".join(re.escape(name) + rb"\0(.{%d})" % object_format.size for name in names)
    entry = rb"0*4[0-7]{4} (?:%b)|[0-7]+ [^\0]+\0.{%d}" % (folders, object_format.size)
    return re.compile(rb"(?:%b)*+" % entry, re.DOTALL)


class SubfolderReader:
    """Reads trees for the folders `names` in them, and reports what differs from the tree read before.

    Trees of one folder mostly differ in two or three entries of hundreds. Where two are equally long and each entry
    that differs keeps mode and name, all entries stand where they stood.
    """

    def __init__(
        self, names: Sequence[bytes], object_format: ObjectFormat, worth_comparing: int = _WORTH_COMPARING
    ) -> None:
        self._worth_comparing = worth_comparing
        self._id_size = object_format.size
        self._pattern = subfolder_pattern(names, object_format)
        self._entry = re.compile(rb"[^\0]+\0.{%d}" % object_format.size, re.DOTALL)
        self._before = b""
        self._starts: list[int] = []  # of the entries of the tree before, and its end; none: not looked for yet
        self._folder_at: dict[int, int] = {}  # where the id of a folder stands -> its number

    def changes(self, tree: bytes, content: bytes) -> Iterable[tuple[int, bytes | None]]:
        """(number of a folder, its id, or None where it is not there): at least those that differ from the tree before.

        tree: its raw id. Raises SplitError when it is malformed.
        """
        changed = self._compare(content) if len(content) >= self._worth_comparing else None
        self._before = content
        return self._whole(tree, content) if changed is None else changed

    def _compare(self, content: bytes) -> list[tuple[int, bytes]] | None:
        """None: the tree has to be read whole."""
        before = self._before
        if len(content) != len(before):
            return None
        if not self._starts:
            self._starts = [0, *[entry.end() for entry in self._entry.finditer(before)]]
        changed = []
        for number in _differing(before, content, self._starts):
            start, end = self._starts[number], self._starts[number + 1]
            middle = end - self._id_size
            if content[start:middle] != before[start:middle]:
                return None
            if middle in self._folder_at:
                changed.append((self._folder_at[middle], content[middle:end]))
        return changed

    def _whole(self, tree: bytes, content: bytes) -> Iterable[tuple[int, bytes | None]]:
        entries = self._pattern.fullmatch(content)
        if entries is None:
            raise SplitError(f"The tree {tree.hex()} of the monorepo is malformed. Run `git fsck` there and repair it.")
        self._starts = []
        if len(content) >= self._worth_comparing:
            self._folder_at = {entries.start(group): group - 1 for group in range(1, len(entries.groups()) + 1)}
        return enumerate(entries.groups())


def _differing(before: bytes, content: bytes, starts: Sequence[int]) -> Iterator[int]:
    """The numbers of the entries that differ, found by halving."""
    number, last = 0, len(starts) - 1
    while before[starts[number] :] != content[starts[number] :]:
        end = last
        while end - number > 1:
            middle = (number + end) // 2
            part = slice(starts[number], starts[middle])
            if before[part] == content[part]:
                number = middle
            else:
                end = middle
        yield number
        number += 1

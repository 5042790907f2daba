"""YAML text becomes a tree of entries that know where they stand. Only plain data: no tags, no objects.

PyYAML reads YAML 1.1, where `on`, `no` and `1.0` are no text. An entry keeps what was written, for a fault to quote.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import yaml

MOST_ENTRIES = 100_000
"""More than any plan needs; a plan whose aliases unfold to more is an attack or a mistake."""

_TAG = "tag:yaml.org,2002:"
_SCALARS = frozenset(_TAG + name for name in ("null", "bool", "int", "float", "str"))
_MERGE = _TAG + "merge"
_PLAIN = _SCALARS | {_MERGE, _TAG + "map", _TAG + "seq", _TAG + "timestamp", _TAG + "value"}

Step: TypeAlias = str | int
Scalar: TypeAlias = str | int | float | bool | None


@dataclass
class Entry:
    """One value of the file.

    line and column (from 1): where the value starts; key_line and key_column: where its key does, in a mapping.
    key: its path, like `repositories[2].moves[0].from`; written: the text of a scalar as the file has it.
    """

    value: "Scalar | list[Entry] | dict[str, Entry]"
    key: str
    line: int
    column: int
    key_line: int
    key_column: int
    written: str = ""

    def plain(self) -> object:
        """The value as dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {name: entry.plain() for name, entry in self.value.items()}
        return [entry.plain() for entry in self.value] if isinstance(self.value, list) else self.value

    def find(self, location: tuple[Step, ...]) -> "tuple[Entry, tuple[Step, ...]]":
        """The deepest entry on the way to `location`, and the steps that are not in the file."""
        entry = self
        for position, step in enumerate(location):
            inner = entry.value
            if isinstance(inner, dict) and step in inner:
                entry = inner[str(step)]
            elif isinstance(inner, list) and isinstance(step, int) and step < len(inner):
                entry = inner[step]
            else:
                return entry, location[position:]
        return entry, ()


class TooManyEntriesError(Exception):
    """The aliases of the file unfold to more entries than a plan can need, or without end."""


def key_below(key: str, step: Step) -> str:
    """The path of `step` under the path `key`."""
    if isinstance(step, int):
        return f"{key}[{step}]"
    if re.fullmatch(r"[A-Za-z0-9_-]+", step):
        return f"{key}.{step}" if key else step
    return f"{key}[{step!r}]"


class EntryBuilder:
    """Makes entries of YAML nodes; `report(entry, problem, remedy)` hears of what YAML allows and a plan does not."""

    def __init__(self, report: Callable[[Entry, str, str], None]) -> None:
        self._report = report
        self._built = 0
        self._open: list[yaml.Node] = []
        self._constructor = yaml.constructor.SafeConstructor()

    def build(self, node: yaml.Node, key: str = "", name: yaml.Node | None = None) -> Entry:
        """The entry of `node` at the path `key`; `name` is the node of its key. Raises TooManyEntriesError."""
        self._count()
        mark, name_mark = node.start_mark, (name or node).start_mark
        entry = Entry(
            value=None,
            key=key,
            line=mark.line + 1,
            column=mark.column + 1,
            key_line=name_mark.line + 1,
            key_column=name_mark.column + 1,
        )
        if node in self._open:
            raise TooManyEntriesError
        if node.tag not in _PLAIN:
            self._report(entry, f"the tag {node.tag!r} is not for plans", "Write plain text, lists and mappings.")
        self._open.append(node)
        if isinstance(node, yaml.MappingNode):
            entry.value = self._mapping(node, entry)
        elif isinstance(node, yaml.SequenceNode):
            entry.value = [self.build(item, key_below(key, index)) for index, item in enumerate(node.value)]
        elif isinstance(node, yaml.ScalarNode):
            entry.written = node.value
            entry.value = self._scalar(node)
        self._open.pop()
        return entry

    def _mapping(self, node: yaml.MappingNode, entry: Entry) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        for name, value in node.value:
            if name.tag == _MERGE:
                continue
            if not isinstance(name, yaml.ScalarNode):
                self._report(entry, "a key is a list or a mapping", "Write a word as the key.")
                continue
            made = self.build(value, key_below(entry.key, name.value), name)
            if name.value in entries:
                first = entries[name.value].key_line
                place = replace(made, line=made.key_line, column=made.key_column)
                self._report(place, f"the key stands twice, first in line {first}", "Keep one of them.")
            else:
                entries[name.value] = made
        for name, value in self._merge(node, entry):
            if name.value not in entries:
                entries[name.value] = self.build(value, key_below(entry.key, name.value), name)
        return entries

    def _merge(self, node: yaml.MappingNode, entry: Entry) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        """What `<<` brings in, the nearest first (https://yaml.org/type/merge.html)."""
        for name, value in node.value:
            if name.tag != _MERGE:
                continue
            for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                self._count()
                if source in self._open:
                    raise TooManyEntriesError
                if not isinstance(source, yaml.MappingNode):
                    self._report(entry, "what '<<' includes is not a mapping", "Name the anchor of a mapping.")
                    continue
                self._open.append(source)
                yield from (pair for pair in source.value if pair[0].tag in _SCALARS)
                yield from self._merge(source, entry)
                self._open.pop()

    def _scalar(self, node: yaml.ScalarNode) -> Scalar:
        if node.tag not in _SCALARS:
            return str(node.value)
        try:
            value: Scalar = self._constructor.construct_object(node)
        except ValueError:  # a number with more digits than Python reads
            return str(node.value)
        return value

    def _count(self) -> None:
        self._built += 1
        if self._built > MOST_ENTRIES:
            raise TooManyEntriesError

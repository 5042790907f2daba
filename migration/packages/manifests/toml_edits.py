"""Edits of a TOML document that keep its formatting and comments, where tomlkit has no call for them."""

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import tomlkit
from tomlkit.container import OutOfOrderTableProxy
from tomlkit.items import AoT, Array, Comment, InlineTable, Null, Table, Whitespace

Entries = MutableMapping[str, Any]
"""A table of any kind: standard, inline, dotted, or one whose parts stand apart."""


def table_at(document: Mapping[str, Any], *keys: str) -> Entries:
    """The table at this path of keys; an empty one, which belongs to no document, when there is none."""
    found: Any = document
    for key in keys:
        found = found.get(key) if isinstance(found, MutableMapping) else None
    return found if isinstance(found, MutableMapping) else {}


def remove_key(table: Entries, key: str) -> None:
    """Remove a key, with comments that stood above it and above nothing else."""
    body = table.value.body if isinstance(table, Table) else []
    index = next((place for place, (known, _) in enumerate(body) if known is not None and known.key == key), None)
    table.pop(key)
    if index is None or not _ends_a_paragraph(body, index):
        return
    while index > 0 and isinstance(body[index - 1][1], Comment):
        index -= 1
        body[index] = (None, Null())


def _ends_a_paragraph(body: list[tuple[Any, Any]], index: int) -> bool:
    following = next((item for _, item in body[index + 1 :] if not isinstance(item, Null)), None)
    return following is None or isinstance(following, Whitespace | Table)


def replace_keys(entry: Entries, new: Mapping[str, str], dropped: tuple[str, ...]) -> Any:
    """The entry with new keys in front and others dropped: itself, changed in place, or a new one if it is inline.

    The comment behind the first key that is dropped goes to the first that is new. An entry of several dotted keys
    becomes inline: tomlkit cannot change one of those in place. Comments behind them are lost.
    """
    if isinstance(entry, InlineTable | OutOfOrderTableProxy):
        made = tomlkit.inline_table()
        made.update(new)
        made.update({key: value for key, value in entry.items() if key not in dropped and key not in new})
        return made
    values = {key: tomlkit.string(value) for key, value in new.items()}
    trivia = [entry[key].trivia for key in dropped if hasattr(entry.get(key), "trivia")]
    comments = [each.comment for each in trivia if each.comment]
    if values and comments:
        next(iter(values.values())).comment(comments[0])
    entry.update(values)  # before the others go: a dotted table without keys would vanish
    for key in dropped:
        entry.pop(key, None)
    return entry


def set_entry(table: Entries, key: str, entry: Any, change: Callable[[Any], Any]) -> None:
    """Change the entry of a key, or each of its alternatives where it is a list of them."""
    if isinstance(entry, list):
        for place, item in enumerate(entry):
            changed = change(item)
            if changed is not item:
                entry[place] = changed
        return
    changed = change(entry)
    if changed is not entry:
        replace_entry(table, key, changed)


def replace_entry(table: Entries, key: str, entry: Any) -> None:
    """Give the key another entry, at the same place unless it was one of several dotted keys."""
    if isinstance(table.get(key), OutOfOrderTableProxy):
        table.pop(key)
    table[key] = entry


def remove_from(array: Array | AoT, unwanted: set[int]) -> None:
    """Remove the entries at these places."""
    for place in sorted(unwanted, reverse=True):
        del array[place]

"""Rules for tags, from the tags that the monorepo has."""

import re
from collections.abc import Iterable, Iterator, Mapping

from migration.desired_state.code_selection import CodeSelection

_VERSION = re.compile(r"(?P<before>.*?)(?P<v>v?)(?P<version>[0-9]+(\.[0-9]+)+\S*)", re.DOTALL)


def propose_tag_rules(tags: Iterable[str], selections: Mapping[str, CodeSelection]) -> list[dict[str, str]]:
    """Rules for `defaults`: those that fit the most tags first. Only tags with a repository's name or path in them."""
    counts: dict[tuple[str, str], int] = {}
    for tag in tags:
        for rule in _rules(tag, selections):
            counts[rule] = counts.get(rule, 0) + 1
    ordered = sorted(counts, key=lambda rule: (-counts[rule], rule))
    return [{"from": source, "to": target} for source, target in ordered]


def _rules(tag: str, selections: Mapping[str, CodeSelection]) -> Iterator[tuple[str, str]]:
    found = _VERSION.fullmatch(tag)
    if not found:
        return
    before, v = found["before"], found["v"]
    for name, selection in selections.items():
        for placeholder, text in (("{name}", name), *(("{path}", move.source) for move in selection.moves)):
            scope, middle, separator = before.rpartition(text) if text else ("", "", "")
            is_whole = re.fullmatch(r"(@[^/]+/)?", scope) and re.fullmatch(r"[@/_.-]+", separator)
            if middle and is_whole:
                yield f"{scope}{placeholder}{separator}{v}*", "v*"
                return

"""Dependabot's and Renovate's configuration in the monorepo: entries that are about frozen folders alone. Pure."""

from collections.abc import Iterable, Iterator

import yaml

DEPENDABOT = (".github/dependabot.yml", ".github/dependabot.yaml")
"""https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference"""
RENOVATE = (
    "renovate.json",
    "renovate.json5",
    ".github/renovate.json",
    ".github/renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
    ".renovaterc.json5",
)
"""https://docs.renovatebot.com/configuration-options/: which of its rules are about a folder, only people can say."""


def without_folders(content: bytes, folders: Iterable[str]) -> bytes | None:
    """Dependabot's file without the `updates` whose directories all lie in these folders; None if none would be left.

    Everything else keeps its bytes, comments too. A file in another style, or an invalid one, stays as it is.
    """
    folders = tuple(folders)
    try:
        text = content.decode()
        entries = _entries(yaml.compose(text, yaml.CSafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError):
        return content
    removed = [entry for entry in entries if _lies_in(entry, folders)]
    if removed and len(removed) == len(entries):
        return None
    lines = text.splitlines(keepends=True)
    for entry in reversed(removed):
        del lines[_first_line(entry, lines) : _last_line(entry) + 1]
    return "".join(lines).encode()


def _entries(root: yaml.Node | None) -> list[yaml.Node]:
    """The items of `updates` in block style."""
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == "updates" and isinstance(value, yaml.SequenceNode) and not value.flow_style:
            return [item for item in value.value if isinstance(item, yaml.MappingNode)]
    return []


def _lies_in(entry: yaml.Node, folders: tuple[str, ...]) -> bool:
    places = [place.strip("/") for place in _directories(entry)]
    return bool(places) and all(
        any(place == folder or place.startswith(f"{folder}/") for folder in folders) for place in places
    )


def _directories(entry: yaml.Node) -> Iterator[str]:
    for key, value in entry.value:
        if key.value == "directory" and isinstance(value, yaml.ScalarNode):
            yield value.value
        elif key.value == "directories" and isinstance(value, yaml.SequenceNode):
            yield from (str(item.value) for item in value.value)


def _first_line(entry: yaml.Node, lines: list[str]) -> int:
    """That of the dash, which may be before that of the first key."""
    number = entry.start_mark.line
    while not lines[number].lstrip().startswith("-"):
        number -= 1
    return int(number)


def _last_line(node: yaml.Node) -> int:
    """That of its last value: a block ends only at the next one, behind comments."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        end = node.end_mark
        return int(end.line if end.column else end.line - 1)
    last = node.value[-1]
    return _last_line(last[1] if isinstance(last, tuple) else last)

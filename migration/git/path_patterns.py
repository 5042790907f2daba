"""Patterns of paths, as .gitignore, .gitattributes, CODEOWNERS and .editorconfig have them, seen from another folder.

Texts in, texts out. A pattern without a slash but at its end is about names at any depth; any other is about paths from
the folder of its file: https://git-scm.com/docs/gitignore#_pattern_format
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

_ANY_FOLDERS = "**"
Parts = tuple[str, ...]


def is_about_names(pattern: str) -> bool:
    """Whether a pattern is about names at any depth."""
    return "/" not in pattern.rstrip("/")


def matches_folder(pattern: str, folder: str) -> bool:
    """Whether the pattern matches the folder itself, or one that it is in."""
    names = tuple(folder.split("/")) if folder else ()
    if is_about_names(pattern):
        return any(_matches(pattern.rstrip("/"), name) for name in names)
    parts = _parts(pattern)
    return any(_is_match(parts, names[:depth]) for depth in range(1, len(names) + 1))


def rerooted(pattern: str, folder: str, target: str, *, at_root: bool = True) -> list[str]:
    """What is left of a pattern for the files of a folder that becomes `target` of another repository.

    Nothing where the pattern is about other folders. folder: relative to the file that has the pattern; "" is its own.
    at_root: the file is the repository's: a pattern of names is then about all other folders, too, and stays.
    """
    prefix = f"/{escaped(target)}/" if target else "/"
    if is_about_names(pattern):
        return [pattern] if at_root or not target else [f"{prefix}**/{pattern}"]
    end = "/" if pattern.endswith("/") else ""
    left = dict.fromkeys(_remaining(_parts(pattern), tuple(folder.split("/")) if folder else ()))
    return [prefix + "/".join(parts) + end for parts in left if parts]


def escaped(path: str) -> str:
    """A path as a pattern that matches it alone."""
    return re.sub(r"([*?\[\\])", r"\\\1", path)


def _parts(pattern: str) -> Parts:
    return tuple(pattern.strip("/").split("/"))


def _remaining(parts: Parts, names: Parts) -> Iterator[Parts]:
    """What a pattern can still match below the folder; () where it matches the folder itself."""
    if not names:
        yield parts
    elif parts and parts[0] == _ANY_FOLDERS:
        yield from _remaining(parts[1:], names)
        yield from _remaining(parts, names[1:])
    elif parts and parts[0].startswith(_ANY_FOLDERS):
        yield parts  # in .editorconfig, `**.js` goes over slashes
    elif parts and _matches(parts[0], names[0]):
        yield from _remaining(parts[1:], names[1:])


def _is_match(parts: Parts, names: Parts) -> bool:
    """Whether a pattern matches just this path; `**` at its end matches what is inside."""
    if parts == (_ANY_FOLDERS,) or not parts:
        return bool(names) == bool(parts)
    if parts[0] == _ANY_FOLDERS:
        return _is_match(parts[1:], names) or (bool(names) and _is_match(parts, names[1:]))
    return bool(names) and _matches(parts[0], names[0]) and _is_match(parts[1:], names[1:])


def _matches(part: str, name: str) -> bool:
    simple = re.sub(r"\\(.)", r"[\1]", part).replace("[^", "[!")
    return any(fnmatchcase(name, each) for each in _alternatives(simple))


def _alternatives(part: str) -> list[str]:
    """`{a,b}` of .editorconfig as several patterns."""
    found = re.search(r"\{([^{}]*,[^{}]*)\}", part)
    if not found:
        return [part]
    return [
        other
        for each in found[1].split(",")
        for other in _alternatives(part[: found.start()] + each + part[found.end() :])
    ]

"""The file at a path in each commit: the entry of its folder's tree."""

import posixpath
import re
from array import array
from collections.abc import Iterable, Mapping

from migration.git.command import ObjectStore
from migration.split.trees.folder_trees import ABSENT, FolderTrees


def folder_of(path: str) -> str:
    """The folder that a file is in; "" for the root."""
    return posixpath.dirname(path)


def find_files(paths: Iterable[str], folders: Mapping[str, FolderTrees], store: ObjectStore) -> dict[str, FolderTrees]:
    """The files as if each were a folder: its `trees` are mode, space and raw id.

    folders: those that the files are in. Each distinct tree of them is read once.
    """
    names: dict[str, list[str]] = {}
    for path in sorted(set(paths)):
        names.setdefault(folder_of(path), []).append(posixpath.basename(path))
    return {
        posixpath.join(folder, name): found
        for folder, inside in names.items()
        for name, found in zip(inside, _files_in(folders[folder], inside, store), strict=True)
    }


def _files_in(folder: FolderTrees, names: list[str], store: ObjectStore) -> list[FolderTrees]:
    encoded = [name.encode("utf-8", "surrogateescape") for name in names]
    pattern = _entries(encoded, store.object_format.size)
    known = [{ABSENT: 0} for _ in names]
    rows = array("i", bytes(4 * len(names)))
    for _, content in store.read(folder.trees[1:]):
        found = pattern.fullmatch(content)
        for number, name in enumerate(encoded):
            file = _file(content, found.start(number + 1), name, found[number + 1]) if found else ABSENT
            rows.append(known[number].setdefault(file, len(known[number])))
    parent = folder.numbers()
    return [FolderTrees(list(each), parent, rows, number, len(names)) for number, each in enumerate(known)]


def _file(content: bytes, start: int, name: bytes, blob: bytes | None) -> bytes:
    """Mode, space and id. start: of the id, behind mode, space, name and NUL."""
    mode = content[start - len(name) - 8 : start - len(name) - 2]
    return ABSENT if blob is None else mode + b" " + blob


def _entries(names: list[bytes], size: int) -> re.Pattern[bytes]:
    """Matches a whole tree, entry by entry; group n + 1 is the id of the file or link `names[n]`.

    No alternative begins with a group: there, `*+` of Python 3.11 gives it a wrong value.
    """
    files = b"|".join(rb"1[02][0-7]{4} %b\0(.{%d})" % (re.escape(name), size) for name in names)
    return re.compile(rb"(?:%b|[0-7]+ [^\0]+\0.{%d})*+" % (files, size), re.DOTALL)

"""git's objects, made without git: the same bytes, and so the same ids, whatever git is installed.

A stream for `git fast-import` could not hold every commit of the sample: it knows no gpgsig header.
Formats: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects and https://git-scm.com/docs/gitformat-pack
"""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

PACK_KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
FOLDER_MODE = "40000"


@dataclass(frozen=True)
class File:
    """A path in a tree. mode: "100644", "100755" or "120000"; blob: 40 hex digits."""

    mode: str
    blob: str


class SampleObjects:
    """Objects by id (40 hex digits), each once."""

    def __init__(self) -> None:
        self._objects: dict[str, tuple[str, bytes]] = {}

    def add(self, kind: str, content: bytes) -> str:
        """The id of the object. kind: "blob", "tree", "commit" or "tag"."""
        object_id = hashlib.sha1(f"{kind} {len(content)}\0".encode() + content).hexdigest()
        self._objects.setdefault(object_id, (kind, content))
        return object_id

    def add_tree(self, files: Mapping[str, File]) -> str:
        """The id of the tree with these files by path."""
        entries: dict[str, tuple[str, str]] = {}
        folders: dict[str, dict[str, File]] = defaultdict(dict)
        for path, file in files.items():
            name, slash, rest = path.partition("/")
            if slash:
                folders[name][rest] = file
            else:
                entries[name] = (file.mode, file.blob)
        for name, children in folders.items():
            entries[name] = (FOLDER_MODE, self.add_tree(children))
        return self.add("tree", b"".join(_entry(*item) for item in sorted(entries.items(), key=_sort_key)))

    def pack(self) -> bytes:
        """All objects as a pack, version 2, without deltas."""
        body = b"PACK" + (2).to_bytes(4, "big") + len(self._objects).to_bytes(4, "big")
        parts = [body, *(_pack(kind, content) for kind, content in self._objects.values())]
        body = b"".join(parts)
        return body + hashlib.sha1(body).digest()


def _entry(name: str, mode_and_id: tuple[str, str]) -> bytes:
    mode, object_id = mode_and_id
    return f"{mode} {name}\0".encode() + bytes.fromhex(object_id)


def _sort_key(item: tuple[str, tuple[str, str]]) -> bytes:
    """git sorts a folder as if its name ended in a slash."""
    name, (mode, _) = item
    return (name + "/" if mode == FOLDER_MODE else name).encode()


def _pack(kind: str, content: bytes) -> bytes:
    """Kind and size, four bits of the size first and then seven a byte, and the deflated content."""
    size = len(content)
    header = [PACK_KINDS[kind] << 4 | size & 15]
    size >>= 4
    while size:
        header[-1] |= 128
        header.append(size & 127)
        size >>= 7
    return bytes(header) + zlib.compress(content, 1)

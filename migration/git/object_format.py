"""Object ids: how git names a commit, a tree or a tag by its content."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class ObjectFormat:
    """The hash that a repository names its objects by. Ids are raw bytes here; git's text form is `id.hex()`.

    name: as in `git init --object-format`.
    size: bytes in an id.
    """

    name: str
    size: int
    new_hash: Callable[..., Any]

    def object_id(self, kind: bytes, content: bytes) -> bytes:
        """The id of an object; kind is b"commit", b"tree" or b"tag"."""
        digest: bytes = self.new_hash(b"%b %d\0%b" % (kind, len(content), content)).digest()
        return digest

    @cached_property
    def empty_tree(self) -> bytes:
        """The id of the tree without entries: what a deleted folder leaves."""
        return self.object_id(b"tree", b"")


FORMATS = {
    "sha1": ObjectFormat("sha1", 20, hashlib.sha1),
    "sha256": ObjectFormat("sha256", 32, hashlib.sha256),
}

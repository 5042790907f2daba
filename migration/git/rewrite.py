"""A commit or tag of the monorepo as it reads in the new repository: bytes in, bytes out.

The formats: https://git-scm.com/docs/gitformat-signature and `git cat-file -p`. Everything that is not named here
is carried byte by byte: author, committer, dates as written, encoding, message, headers unknown to us.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from migration.errors import SplitError

# `mergetag` goes with the signatures: it is a signed tag of a merged commit, and names that commit by its old id.
_SIGNATURE = re.compile(rb"^(?:gpgsig|gpgsig-sha256|mergetag) [^\n]*(?:\n [^\n]*)*\n", re.MULTILINE)
_COMMIT_HEAD = re.compile(rb"tree [0-9a-f]+\n(?:parent [0-9a-f]+\n)*")
_TAG_HEAD = re.compile(rb"object ([0-9a-f]+)\ntype ([a-z]+)\ntag ([^\n]*)\n")
# As in git's gpg-interface.c: the last such line, and all after it, is the signature.
_TAG_SIGNATURE = re.compile(
    rb"^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----", re.MULTILINE
)


def carry_commit(content: bytes) -> tuple[bytes, int]:
    """What of a commit is the same in every repository, and how many signatures it lost.

    content: as `git cat-file commit` prints it. The result begins after the `tree` and `parent` lines. Signatures
    would be invalid: they sign the old ids. Raises SplitError when the content does not begin as a commit does.
    """
    head = _COMMIT_HEAD.match(content)
    if head is None:
        raise SplitError(f"it does not begin with 'tree' and 'parent' lines but with {content[:60]!r}")
    return _without_header_signatures(content, head.end())


def link_commit(carried: bytes, tree: bytes, parents: Iterable[bytes]) -> bytes:
    """A commit's content, with this tree and these parents, as raw ids."""
    links = "".join([f"tree {tree.hex()}\n", *[f"parent {parent.hex()}\n" for parent in parents]])
    return links.encode() + carried


def is_linked_to(content: bytes, tree: bytes, parents: Iterable[bytes]) -> bool:
    """Whether a commit has just this tree and these parents, as raw ids."""
    head = _COMMIT_HEAD.match(content)
    return head is not None and head[0] == link_commit(b"", tree, parents)


def _without_header_signatures(content: bytes, start: int) -> tuple[bytes, int]:
    """What follows `start`, and the number of signatures taken from its headers."""
    end_of_headers = content.find(b"\n\n", start - 1) + 1 or len(content)
    if content.find(b"gpgsig", start, end_of_headers) < 0 and content.find(b"mergetag", start, end_of_headers) < 0:
        return content[start:], 0
    headers, dropped = _SIGNATURE.subn(b"", content[start:end_of_headers])
    return headers + content[end_of_headers:], dropped


def author_of(carried: bytes) -> bytes:
    """Name and e-mail of a carried commit's author as written, without the date; empty where there is no author."""
    if not carried.startswith(b"author "):
        return b""
    return carried[len(b"author ") : carried.find(b"\n")].rsplit(b" ", 2)[0]


@dataclass(frozen=True)
class TagTarget:
    """What a tag object points to: the raw id and kind (b"commit", b"tag", ...) of another object."""

    object_id: bytes
    kind: bytes


def tag_target(content: bytes) -> TagTarget:
    """Read a tag object. Raises SplitError when it does not begin as a tag does."""
    head = _tag_head(content)
    return TagTarget(bytes.fromhex(head[1].decode()), head[2])


def rewrite_tag(content: bytes, target: bytes, rename: Callable[[bytes], bytes]) -> tuple[bytes, int]:
    """The tag object pointing to `target` (a raw id), its name header renamed; and how many signatures it lost."""
    head = _tag_head(content)
    new_head = b"object %b\ntype %b\ntag %b\n" % (target.hex().encode(), head[2], rename(head[3]))
    signatures = [match.start() for match in _TAG_SIGNATURE.finditer(content, head.end())]
    unsigned = content[: signatures[-1]] if signatures else content
    rest, dropped = _without_header_signatures(unsigned, head.end())
    return new_head + rest, dropped + bool(signatures)


def _tag_head(content: bytes) -> re.Match[bytes]:
    head = _TAG_HEAD.match(content)
    if head is None:
        raise SplitError(f"it does not begin with 'object', 'type' and 'tag' lines but with {content[:60]!r}")
    return head

"""What of a commit or tag must arrive byte by byte. Bytes in, words out: nothing here runs git."""

import operator
from collections.abc import Callable, Sequence
from itertools import zip_longest

from migration.proof.message_checks import Comparison

# They sign the ids of the monorepo, so they must not arrive. `mergetag` is the signed tag of a merged commit.
_SIGNATURES = (b"gpgsig ", b"gpgsig-sha256 ", b"mergetag ")
_SIGNATURE_BEGINS = tuple(
    b"-----BEGIN %b-----" % kind for kind in (b"PGP SIGNATURE", b"PGP MESSAGE", b"SSH SIGNATURE", b"SIGNED MESSAGE")
)


def _fields(content: bytes) -> tuple[list[bytes], bytes]:
    """The headers, each with its continuation lines, and the blank line with the message after it."""
    headers, blank, message = content.partition(b"\n\n")
    fields: list[bytes] = []
    for line in headers.split(b"\n"):
        if line.startswith(b" ") and fields:
            fields[-1] += b"\n" + line
        else:
            fields.append(line)
    return fields, blank + message


def links(content: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """A commit's tree and parents."""
    fields, _ = _fields(content)
    parents = []
    for header in fields[1:]:
        if not header.startswith(b"parent "):
            break
        parents.append(header.removeprefix(b"parent "))
    return fields[0].removeprefix(b"tree "), tuple(parents)


def commit_difference(old: bytes, new: bytes, is_expected: Comparison = operator.eq) -> tuple[str | None, int]:
    """What arrived otherwise than it must, such as "its author line"; and how many signatures had to go.

    is_expected: whether a message, the second, is what the first had to become.
    """
    (old_fields, old_message), (new_fields, new_message) = _fields(old), _fields(new)
    carried = _after_links(old_fields)
    unsigned = [header for header in carried if not header.startswith(_SIGNATURES)]
    wrong = _first_difference(unsigned, _after_links(new_fields))
    if wrong is None and not is_expected(old_message, new_message):
        wrong = "its message"
    return wrong, len(carried) - len(unsigned)


def _after_links(fields: list[bytes]) -> list[bytes]:
    """What follows the tree and the parents."""
    first = 1
    while first < len(fields) and fields[first].startswith(b"parent "):
        first += 1
    return fields[first:]


def _first_difference(expected: Sequence[bytes], found: Sequence[bytes]) -> str | None:
    if expected == found:
        return None
    old_line, new_line = next(pair for pair in zip_longest(expected, found) if pair[0] != pair[1])
    name = (old_line or new_line or b"").split(b" ")[0].decode(errors="replace")
    return f"its {name} line"


def tag_difference(
    old: bytes, new: bytes, rename: Callable[[bytes], bytes], is_expected: Comparison = operator.eq
) -> tuple[str | None, int]:
    """The same for a tag object; where it points is not looked at. rename: of the name that it calls itself."""
    (old_fields, old_message), (new_fields, new_message) = _fields(old), _fields(new)
    carried = [header for header in old_fields if not header.startswith(_SIGNATURES)]
    signatures = len(old_fields) - len(carried)
    # The last line that begins a signature, and all after it: `git help verify-tag`.
    lines = old_message.split(b"\n")
    begins = [number for number, line in enumerate(lines) if line.startswith(_SIGNATURE_BEGINS)]
    if begins:
        old_message = b"".join(line + b"\n" for line in lines[: begins[-1]])
        signatures += 1
    expected = [*carried[:2], b"tag " + rename(carried[2].removeprefix(b"tag ")), *carried[3:]]
    wrong = _first_difference(expected[1:], new_fields[1:])
    if wrong is None and not is_expected(old_message, new_message):
        wrong = "its message"
    return wrong, signatures

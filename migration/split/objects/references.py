"""References in the message of a commit or tag: bytes in, bytes out.

A message may be in any encoding that keeps ASCII as it is; one that does not is left alone. Nothing but the
references changes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

NewId = Callable[[str], str | None]
"""From the id of a commit of the monorepo, whole or abbreviated to 7 digits or more, in lower case, to that of the
commit that stands for it in the new repository; None where there is none."""

# A word after "/" or "@" belongs to an address or names its repository (`owner/repository@id`): it means that one.
_ADDRESS = rb"(?<![\w+.-])[a-z][\w+.-]*+://\S*"
_HASH = re.compile(_ADDRESS + rb"|(?<![\w/@])([0-9a-f]{7,64})(?![\w/@])", re.IGNORECASE)
# https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
_ISSUE = re.compile(
    _ADDRESS + rb"|`[^`\n]*`|(?<![\w/&#@\\])(?:#|GH-)([1-9][0-9]{0,9})(?!\w)",
    re.IGNORECASE,
)

# What `git interpret-trailers` takes for one, and the beginnings of those that git writes itself.
_TRAILER = re.compile(rb"[A-Za-z0-9-]+[ \t]*:")
_TRAILER_OF_GIT = (b"Signed-off-by: ", b"(cherry picked from commit ")

_BLANK = b" \t\r\n"

# UTF-16 and UTF-32 have NULs, ISO 2022 has escapes; the others must be named by the commit.
_NOT_ASCII = re.compile(rb"[\0\x1b]")
_NOT_ASCII_BY_NAME = re.compile(rb"^encoding (?:utf-?(?:7|16|32)|ucs|iso-?2022|hz|ibm|cp037|ebcdic)", re.I | re.M)


@dataclass(frozen=True)
class Text:
    """A commit or tag, cut where its message begins."""

    headers: bytes
    message: bytes


def cut(content: bytes) -> Text:
    """Headers with the blank line that ends them, and the message; no message where there is no blank line.

    content: of a tag, or of a commit without the `tree` and `parent` lines.
    """
    start = (b"\n" + content).find(b"\n\n") + 1
    return Text(content[:start], content[start:]) if start else Text(content, b"")


def is_readable(text: Text) -> bool:
    """Whether the message's ASCII characters are ASCII bytes, and nothing else in it is."""
    return not (_NOT_ASCII.search(text.message) or _NOT_ASCII_BY_NAME.search(text.headers))


def with_new_hashes(message: bytes, new_id: NewId) -> bytes:
    """The message with the ids that `new_id` knows put in place of the monorepo's; all others stay as they are."""

    def replaced(match: re.Match[bytes]) -> bytes:
        new = new_id(match[1].decode().lower()) if match[1] else None
        return match[0] if new is None else new.encode()

    return _HASH.sub(replaced, message)


def with_issues_of(message: bytes, repository: str) -> bytes:
    """The message with each "#123" and "GH-123" as "owner/repository#123", which means the same wherever it stands.

    As GitHub reads them: not inside a word, an address or `code`, and nothing like "&#123;".
    """
    qualified = repository.encode() + b"#"
    return _ISSUE.sub(lambda match: qualified + match[1] if match[1] else match[0], message)


def with_trailer(message: bytes, key: str, value: str) -> bytes:
    """The message with one more trailer, where `git interpret-trailers --no-divider` puts it: before the empty lines
    at the end, in a paragraph of its own unless the last one is of trailers.
    """
    text = message.rstrip(b"\n")
    lines = text.split(b"\n")
    begin = len(lines)
    while begin and lines[begin - 1].strip(_BLANK):
        begin -= 1
    has_its_place = (text and begin == len(lines)) or (begin and _are_trailers(lines[begin:]))
    trailer = b"%b%b: %b\n" % (b"" if has_its_place else b"\n", key.encode(), value.encode())
    return text + b"\n" * bool(text) + trailer + message[len(text) + 1 :]


def _are_trailers(lines: list[bytes]) -> bool:
    """Whether a last paragraph is one of trailers: all its lines are, or a quarter of them and one of git's own."""
    trailers = others = of_git = 0
    after_trailer = False
    for line in lines:
        if line.startswith(_TRAILER_OF_GIT):
            of_git += 1
            trailers, after_trailer = trailers + 1, True
        elif _TRAILER.match(line):
            trailers, after_trailer = trailers + 1, True
        elif not (after_trailer and line[:1] in (b" ", b"\t")):  # else it continues the one above
            others, after_trailer = others + 1, False
    return trailers > 0 and (others == 0 or (of_git > 0 and trailers * 3 >= others))

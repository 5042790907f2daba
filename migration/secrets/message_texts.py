"""The messages of commits and tags, and the names and addresses of their people, for the scanner: many in a file."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from migration.git.command import git_output
from migration.secrets.match_cache import Matches, TextKey
from migration.secrets.scanner import SecretMatch

_PEOPLE = (b"author ", b"committer ", b"tagger ")
_FILE_SIZE = 4 << 20
_GAP = "\n" * 8
"""Between two texts, so that no rule joins their lines."""


class Message(NamedTuple):
    """A text of a commit or a tag.

    object_id: of the first that has it. part: "message", "author", "committer" or "tagger". tag: its name, or "".
    """

    object_id: str
    part: str
    tag: str
    text: str

    @property
    def key(self) -> TextKey:
        """As for a blob, whatever commit has the text."""
        return hashlib.sha256(self.text.encode()).hexdigest(), ""


def read_messages(git_dir: Path, object_ids: Sequence[str]) -> Iterator[Message]:
    """Each text of these commits and tags once. Characters that a text file cannot have become spaces."""
    reported: set[str] = set()
    if not object_ids:
        return
    request = "".join(f"{object_id}\n" for object_id in object_ids).encode()
    with git_output("cat-file", "--buffer", "--batch=%(objectsize)", git_dir=git_dir, standard_input=request) as output:
        for object_id in object_ids:
            content = output.read(int(output.readline()) + 1)[:-1]
            for part, tag, text in _texts(content):
                if text not in reported:
                    reported.add(text)
                    yield Message(object_id, part, tag, text)


def _texts(content: bytes) -> Iterator[tuple[str, str, str]]:
    header, _, message = content.partition(b"\n\n")
    tag = ""
    for line in header.split(b"\n"):
        if line.startswith(b"tag "):
            tag = line[4:].decode(errors="replace")
    for line in header.split(b"\n"):
        if line.startswith(_PEOPLE):
            part, _, person = line.partition(b" ")
            yield part.decode(), tag, _readable(person.rpartition(b"> ")[0] + b">")
    yield "message", tag, _readable(message)


def _readable(text: bytes) -> str:
    decoded = text.decode(errors="replace")
    return "".join(each if each.isprintable() or each in "\n\t" else " " for each in decoded)


class MessageFiles:
    """Messages as few files: a file for each would take longer to write than to scan."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._files = {f"messages-{number}.txt": batch for number, batch in enumerate(_batches(messages))}

    def __bool__(self) -> bool:
        return bool(self._files)

    def write(self, folder: Path) -> None:
        """Make the files there."""
        for name, messages in self._files.items():
            (folder / name).write_text(_GAP.join(message.text for message in messages))

    def matches(self, by_file: Mapping[str, Sequence[SecretMatch]]) -> dict[TextKey, Matches]:
        """The matches of each message, from those of the files; their lines are those of the message."""
        found: dict[TextKey, list[SecretMatch]] = {}
        for name, messages in self._files.items():
            found |= {message.key: [] for message in messages}
            starts = _first_lines(messages)
            for match in by_file.get(name, ()):
                position = bisect_right(starts, match.line) - 1
                found[messages[position].key].append(match._replace(line=match.line - starts[position] + 1))
        return {key: tuple(matches) for key, matches in found.items()}


def _batches(messages: Sequence[Message]) -> Iterator[list[Message]]:
    batch: list[Message] = []
    size = 0
    for message in messages:
        batch.append(message)
        size += len(message.text)
        if size > _FILE_SIZE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _first_lines(messages: Sequence[Message]) -> list[int]:
    """The line on which each text starts, from 1."""
    starts = [1]
    for message in messages[:-1]:
        starts.append(starts[-1] + message.text.count("\n") + len(_GAP))
    return starts

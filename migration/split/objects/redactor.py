"""Secrets taken out of files, commits and tags: bytes in, bytes out."""

import re
from collections.abc import Mapping

_PEOPLE = (b"author ", b"committer ", b"tagger ")


class Redactor:
    """Replaces secrets wherever their bytes stand. replacements: by secret; of two at one place, the longer goes."""

    def __init__(self, replacements: Mapping[bytes, bytes]) -> None:
        self._replacements = replacements
        longest_first = sorted(replacements, key=lambda secret: (-len(secret), secret))
        self._secret = re.compile(b"|".join(map(re.escape, longest_first)) or rb"(?!)")

    def secrets_in(self, content: bytes) -> set[bytes]:
        """The secrets that the content loses."""
        return set(self._secret.findall(content))

    def in_file(self, content: bytes) -> bytes:
        """A file without the secrets."""
        return self._secret.sub(lambda match: self._replacements[match[0]], content)

    def in_commit_or_tag(self, content: bytes) -> bytes:
        """The same for a message, and for names and addresses of people; all other headers stay."""
        headers, blank, message = content.partition(b"\n\n")
        return b"\n".join(map(self._in_header, headers.split(b"\n"))) + blank + self.in_file(message)

    def _in_header(self, line: bytes) -> bytes:
        if not line.startswith(_PEOPLE):
            return line
        role, _, rest = line.partition(b" ")
        person, end, date = rest.rpartition(b"> ")
        return role + b" " + self.in_file(person) + end + date

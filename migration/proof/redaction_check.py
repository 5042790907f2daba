"""Whether a repository lost the secrets that the plan names, and nothing else.

A secret is read where the split found it, and counts if it has the fingerprint of the plan. What its removal must give
is made here again, from the monorepo's bytes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from migration.desired_state.code_selection import RedactionRule
from migration.proof.evidence import read_objects

_FILES_AT_ONCE = 500
_SUBMODULE = b"160000"
_PEOPLE = (b"author", b"committer", b"tagger")


class RedactionCheck:
    """Of one repository. Without rules, everything must be as it was."""

    def __init__(self, rules: Sequence[RedactionRule], git_dir: Path, repository: str) -> None:
        self._git_dir = git_dir
        self._secrets = _read_secrets(rules, git_dir, repository) if rules else {}
        self._blobs: dict[bytes, bytes] = {}

    def __bool__(self) -> bool:
        return bool(self._secrets)

    def without(self, content: bytes) -> bytes:
        """A file or message as it must become: at each place the longest secret that begins there goes."""
        result, start = bytearray(), 0
        while found := self._next(content, start):
            position, secret = found
            result += content[start:position] + self._secrets[secret]
            start = position + len(secret)
        return bytes(result) + content[start:]

    def of_object(self, content: bytes) -> bytes:
        """A commit or tag as it must become: its message, and the names and addresses of people."""
        if not self:
            return content
        headers, blank, message = content.partition(b"\n\n")
        lines = []
        for line in headers.split(b"\n"):
            word, space, rest = line.partition(b" ")
            name, bracket, date = rest.rpartition(b"> ")
            is_person = word in _PEOPLE and bracket
            lines.append(word + space + self.without(name) + bracket + date if is_person else line)
        return b"\n".join(lines) + blank + self.without(message)

    def of_entries(self, entries: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
        """Path -> b"mode id" as it must become."""
        if not self:
            return dict(entries)
        self._look_into(entries.values())
        return {path: self._entry(entry) for path, entry in entries.items()}

    def _next(self, content: bytes, start: int) -> tuple[int, bytes] | None:
        found = [(position, -len(each), each) for each in self._secrets if (position := content.find(each, start)) >= 0]
        if not found:
            return None
        position, _, secret = min(found)
        return position, secret

    def _entry(self, entry: bytes) -> bytes:
        mode, _, blob = entry.partition(b" ")
        return b"%b %b" % (mode, self._blobs.get(blob, blob)) if blob else entry

    def _look_into(self, entries: Iterable[bytes]) -> None:
        pairs = (entry.partition(b" ") for entry in entries if entry and not entry.startswith(_SUBMODULE))
        new = list(dict.fromkeys(blob for _, _, blob in pairs if blob not in self._blobs))
        for start in range(0, len(new), _FILES_AT_ONCE):
            batch = new[start : start + _FILES_AT_ONCE]
            for blob, (_, content) in zip(batch, read_objects(self._git_dir, batch), strict=True):
                self._blobs[blob] = self._named(blob, self.without(content))

    def _named(self, blob: bytes, content: bytes) -> bytes:
        """The id of a file, by the hash that the other's id is of."""
        digest = hashlib.sha1 if len(blob) == 40 else hashlib.sha256
        return digest(b"blob %d\0%b" % (len(content), content)).hexdigest().encode()


def _read_secrets(rules: Sequence[RedactionRule], git_dir: Path, repository: str) -> dict[bytes, bytes]:
    """Secret -> its replacement, of those whose bytes have the fingerprint."""
    try:
        places = json.loads((git_dir / "redactions.json").read_text())[repository]["places"]
    except (OSError, ValueError, KeyError):
        return {}
    listed = [(rule, places[rule.fingerprint]) for rule in rules if rule.fingerprint in places]
    contents = read_objects(git_dir, (place["object_id"].encode() for _, place in listed))
    secrets: dict[bytes, bytes] = {}
    for (rule, place), (_, content) in zip(listed, contents, strict=True):
        secret = content[place["start"] : place["start"] + place["size"]]
        digest = hashlib.sha256(b"%b\0%b" % (place["rule"].encode(), secret)).hexdigest()
        if secret and digest.startswith(rule.fingerprint):
            secrets.setdefault(secret, rule.replacement.encode())
    return secrets

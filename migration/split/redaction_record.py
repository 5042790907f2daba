"""What a split notes of its redactions, beside the new objects: where secrets stand, and what they changed.

It holds no secret, only where in the monorepo's objects one is. A place counts if its bytes have the fingerprint.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from migration.git.pack import write_to_disk

_FILE = "redactions.json"


@dataclass(frozen=True)
class SecretPlace:
    """Where a secret is: in the object of this id, as bytes from `start`, found by a rule of the scanner."""

    object_id: str
    rule: str
    start: int
    size: int

    def secret_in(self, content: bytes, fingerprint: str) -> bytes | None:
        """The secret; None where the content has another text there."""
        secret = content[self.start : self.start + self.size]
        return secret if secret and fingerprint_of(self.rule, secret) == fingerprint else None


@dataclass
class RedactionRecord:
    """Of one repository.

    places: by fingerprint. files: ids of the monorepo's files that changed, to those that they became.
    lost: ids of the new files, commits and tags, to the fingerprints of the secrets that they lost.
    """

    places: dict[str, SecretPlace] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    lost: dict[str, Sequence[str]] = field(default_factory=dict)


def fingerprint_of(rule: str, secret: bytes) -> str:
    """As the preflight prints it."""
    return hashlib.sha256(rule.encode() + b"\0" + secret).hexdigest()[:16]


def read_redactions(git_dir: Path) -> dict[str, RedactionRecord]:
    """By repository; empty where nothing was redacted. git_dir: of the split."""
    try:
        saved = json.loads((git_dir / _FILE).read_text())
        return {name: _parse(each) for name, each in saved.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def write_redactions(git_dir: Path, records: Mapping[str, RedactionRecord]) -> None:
    """Replace what was noted."""
    if records:
        document = {name: asdict(record) for name, record in records.items()}
        write_to_disk(git_dir / _FILE, json.dumps(document).encode())
    else:
        (git_dir / _FILE).unlink(missing_ok=True)


def _parse(saved: Mapping[str, dict[str, dict[str, object]]]) -> RedactionRecord:
    places = {fingerprint: SecretPlace(**place) for fingerprint, place in saved["places"].items()}  # type: ignore[arg-type]
    return RedactionRecord(places, saved["files"], saved["lost"])  # type: ignore[arg-type]

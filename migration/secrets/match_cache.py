"""The matches of each text that was scanned, in the user's cache: by its id, its file's name, and the rules."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from migration.secrets.scanner import SecretMatch

Matches = tuple[SecretMatch, ...]
TextKey = tuple[str, str]
"""The id of a blob, or the digest of a message; and the name of the file, on whose extension some rules depend."""

_TABLE = "CREATE TABLE IF NOT EXISTS scans (id TEXT, name TEXT, matches TEXT, PRIMARY KEY (id, name)) WITHOUT ROWID"
_TIMEOUT_SECONDS = 60


class MatchCache:
    """One file for each version of the scanner. Several processes may use it. Without it, texts are scanned again."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def opened(cls, cache_dir: Path, version: str) -> Iterator["MatchCache"]:
        """An invalid file is replaced; where none can be written, the cache ends with the process."""
        connection = _connect(cache_dir / f"{version}.sqlite")
        try:
            yield cls(connection)
        finally:
            connection.close()

    def read(self, keys: Iterable[TextKey]) -> dict[TextKey, Matches]:
        """The matches of those that were scanned."""
        found: dict[TextKey, Matches] = {}
        for key in keys:
            row = self._connection.execute("SELECT matches FROM scans WHERE id = ? AND name = ?", key).fetchone()
            if row:
                found[key] = tuple(SecretMatch(*match) for match in json.loads(row[0]))
        return found

    def write(self, scanned: Mapping[TextKey, Matches]) -> None:
        """Add texts that were scanned, those without matches too."""
        rows = [(*key, json.dumps(matches)) for key, matches in scanned.items()]
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO scans VALUES (?, ?, ?)", rows)


def _connect(file: Path) -> sqlite3.Connection:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return _with_table(file)
    except (OSError, sqlite3.OperationalError):
        return _with_table(":memory:")
    except sqlite3.DatabaseError:
        file.unlink(missing_ok=True)
        return _with_table(file)


def _with_table(file: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=_TIMEOUT_SECONDS)
    connection.execute(_TABLE)
    return connection

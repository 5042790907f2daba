"""Records on disk: one SQLite file for all tenants, one table for all kinds.

Every `put` and `remove` outside a transaction is committed when it returns. With a write-ahead log and
synchronous=NORMAL a commit is in the operating system's hands, so it outlives kill -9 of this process
(https://www.sqlite.org/pragma.html#pragma_synchronous); only a power cut can lose the last ones.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from sandbox.tenant.entities import Record

Kind = TypeVar("Kind", bound=Record)

SCHEMA = """
CREATE TABLE IF NOT EXISTS worlds (name TEXT PRIMARY KEY, last_id INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    world TEXT NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL, key TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (world, kind, id), UNIQUE (world, kind, key)) WITHOUT ROWID;
"""
SEPARATOR = "\x1f"  # between the parts of a key: sorts below every character a name may hold


def open_database(path: Path) -> sqlite3.Connection:
    """The database of a sandbox, made when it is missing."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.executescript(SCHEMA)
    return connection


class Store:
    """The records of one tenant."""

    def __init__(self, connection: sqlite3.Connection, tenant: str) -> None:
        self._connection = connection
        self._tenant = tenant

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Nothing may be awaited inside: other requests share the connection."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def next_id(self) -> int:
        """An id that was never given before in this tenant, not even to something that is gone."""
        row = self._connection.execute(
            "UPDATE worlds SET last_id = last_id + 1 WHERE name = ? RETURNING last_id", [self._tenant]
        ).fetchone()
        return int(row[0])

    def put(self, record: Record) -> None:
        """Keep the record, in place of the one of its kind with the same id."""
        self._connection.execute(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (world, kind, id) DO UPDATE SET key = excluded.key, document = excluded.document",
            [
                self._tenant,
                record.record_kind,
                record.id,
                SEPARATOR.join(record.key),
                json.dumps(vars(record)),
            ],
        )

    def remove(self, record: Record) -> None:
        """Forget the record; no error when it is gone already."""
        self._connection.execute(
            "DELETE FROM records WHERE world = ? AND kind = ? AND id = ?",
            [self._tenant, record.record_kind, record.id],
        )

    def by_id(self, kind: type[Kind], number: int) -> Kind | None:
        """The record with this id."""
        if not 0 < number < 2**63:  # SQLite holds no larger one
            return None
        return self._find(kind, "id = ?", number)

    def by_key(self, kind: type[Kind], *key: str) -> Kind | None:
        """The record with this whole key. The caller folds the case."""
        return self._find(kind, "key = ?", SEPARATOR.join(key))

    def all(self, kind: type[Kind], *first: str) -> list[Kind]:
        """Every record of the kind whose key starts with these parts, in the order of their ids."""
        rows = self._connection.execute(
            "SELECT document FROM records WHERE world = ? AND kind = ? AND key >= ? AND key < ? ORDER BY id",
            [self._tenant, kind.record_kind, *_range(first)],
        )
        return [_record(kind, row[0]) for row in rows]

    def count(self, kind: type[Kind], *first: str, **values: Any) -> int:
        """How many records of the kind have a key that starts with these parts, and fields with these values."""
        conditions = "".join(f" AND json_extract(document, '$.{name}') = ?" for name in values)
        row = self._connection.execute(
            f"SELECT count(*) FROM records WHERE world = ? AND kind = ? AND key >= ? AND key < ?{conditions}",
            [self._tenant, kind.record_kind, *_range(first), *values.values()],
        ).fetchone()
        return int(row[0])

    def remove_below(self, number: int) -> None:
        """Forget all that belongs to the thing with this id: records of any kind whose key starts with it."""
        self._connection.execute(
            "DELETE FROM records WHERE world = ? AND key >= ? AND key < ?", [self._tenant, *_range((str(number),))]
        )

    def _find(self, kind: type[Kind], condition: str, value: Any) -> Kind | None:
        row = self._connection.execute(
            f"SELECT document FROM records WHERE world = ? AND kind = ? AND {condition}",
            [self._tenant, kind.record_kind, value],
        ).fetchone()
        return _record(kind, row[0]) if row else None


def _range(first: tuple[str, ...]) -> tuple[str, str]:
    """The first key that starts with these parts, and the first beyond them."""
    start = SEPARATOR.join(first)
    return (start + SEPARATOR, start + chr(ord(SEPARATOR) + 1)) if first else ("", "\U0010ffff")


def _record(kind: type[Kind], document: str) -> Kind:
    """Read a record that this or another version of the sandbox wrote: unknown fields are dropped."""
    known = {field.name for field in fields(kind)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in json.loads(document).items()
        if name in known
    }
    return kind(**values)

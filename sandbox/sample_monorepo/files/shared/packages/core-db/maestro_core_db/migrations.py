"""Which statements a database still lacks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


class MigrationError(ValueError):
    """The migrations of the program and those of the database do not fit together."""


@dataclass(frozen=True)
class Migration:
    """A statement and its number; numbers grow and are never used twice."""

    number: int
    statement: str


def pending(migrations: Sequence[Migration], applied: Collection[int]) -> list[Migration]:
    """The migrations that the database lacks, in order. Raises MigrationError."""
    numbers = [migration.number for migration in migrations]
    if numbers != sorted(set(numbers)):
        raise MigrationError(f"migration numbers must grow, not {numbers}")
    if unknown := sorted(set(applied) - set(numbers)):
        raise MigrationError(f"the database is newer than the program: it has migrations {unknown}")
    return [migration for migration in migrations if migration.number not in applied]

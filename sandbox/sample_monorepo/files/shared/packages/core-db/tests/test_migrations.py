import pytest

from maestro_core_db import Migration, MigrationError
from maestro_core_db.migrations import pending

FIRST = Migration(1, "create table workflow (id uuid)")
SECOND = Migration(2, "alter table workflow add name text")


def test_what_was_applied_is_not_run_again():
    assert pending([FIRST, SECOND], applied={1}) == [SECOND]


def test_numbers_must_grow():
    with pytest.raises(MigrationError, match="must grow"):
        pending([SECOND, FIRST], applied=())


def test_a_database_newer_than_the_program_is_refused():
    with pytest.raises(MigrationError, match=r"has migrations \[2\]"):
        pending([FIRST], applied={1, 2})

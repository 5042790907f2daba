import os

import pytest

from maestro_core_config import SettingError
from maestro_core_db import Database, DatabaseSettings, Migration

needs_postgres = pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="DATABASE_URL is not set")


def test_another_kind_of_database_is_refused():
    with pytest.raises(SettingError, match="postgresql://"):
        DatabaseSettings(database_url="mysql://localhost/maestro")


@needs_postgres
def test_migrations_run_once():
    database = Database(DatabaseSettings(database_url=os.environ["DATABASE_URL"]))
    migrations = [Migration(1, "create table if not exists core_db_test (name text)")]
    database.migrate(migrations)
    assert database.migrate(migrations) == 0
    assert database.fetch("select name from core_db_test where name = %s", ["nobody"]) == []

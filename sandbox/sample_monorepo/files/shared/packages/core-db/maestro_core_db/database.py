"""One PostgreSQL database."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import dict_row

from maestro_core_config import SettingError
from maestro_core_db.migrations import Migration, pending
from maestro_core_logging import service_log

log = service_log("db")

REMEMBER = "create table if not exists applied_migration (number integer primary key)"
# Any number, the same in every service: two that start at once migrate one after the other.
LOCK = "select pg_advisory_xact_lock(7041)"


@dataclass(frozen=True)
class DatabaseSettings:
    """Read by maestro_core_config from DATABASE_URL."""

    database_url: str = ""

    def __post_init__(self) -> None:
        if self.database_url and not self.database_url.startswith(("postgresql://", "postgres://")):
            raise SettingError("DATABASE_URL must start with postgresql://")


class Database:
    """Opens a connection per call, so it may be used from any thread."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self.settings = settings

    def fetch(self, query: str, values: Sequence[object] = ()) -> list[dict[str, object]]:
        """The rows as dictionaries."""
        with psycopg.connect(self.settings.database_url, row_factory=dict_row) as connection:
            return connection.execute(query, values).fetchall()

    def migrate(self, migrations: Sequence[Migration]) -> int:
        """Run what the database lacks, all or nothing; how many statements that were."""
        with psycopg.connect(self.settings.database_url) as connection:
            connection.execute(LOCK)
            connection.execute(REMEMBER)
            applied = {number for (number,) in connection.execute("select number from applied_migration")}
            missing = pending(migrations, applied)
            for migration in missing:
                connection.execute(migration.statement)
                connection.execute("insert into applied_migration values (%s)", [migration.number])
        log.info("database migrated", extra={"statements": len(missing)})
        return len(missing)

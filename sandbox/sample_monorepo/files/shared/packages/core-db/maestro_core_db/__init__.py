"""PostgreSQL connections and migrations."""

from maestro_core_db.database import Database, DatabaseSettings
from maestro_core_db.migrations import Migration, MigrationError

__all__ = ["Database", "DatabaseSettings", "Migration", "MigrationError"]

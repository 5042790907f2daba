"""Workflows in PostgreSQL."""

import uuid

from maestro_core_api import NotFound
from maestro_core_db import Database, Migration
from src.workflows import Status, Workflow

MIGRATIONS = [
    Migration(
        1,
        """create table workflow (
            id uuid primary key,
            name text not null,
            template text not null,
            status text not null,
            created_at timestamptz not null
        )""",
    ),
    Migration(2, "create index workflow_by_age on workflow (created_at desc)"),
]


class PostgresStore:
    """Keeps workflows in the table `workflow`, which it makes itself."""

    def __init__(self, database: Database) -> None:
        self.database = database
        database.migrate(MIGRATIONS)

    def add(self, workflow: Workflow) -> None:
        fields = workflow.model_dump()
        self.database.fetch(
            "insert into workflow (id, name, template, status, created_at)"
            " values (%s, %s, %s, %s, %s) returning id",
            [fields["id"], fields["name"], fields["template"], fields["status"], fields["created_at"]],
        )

    def get(self, workflow_id: uuid.UUID) -> Workflow:
        return self._one(self.database.fetch("select * from workflow where id = %s", [workflow_id]), workflow_id)

    def newest_first(self) -> list[Workflow]:
        rows = self.database.fetch("select * from workflow order by created_at desc, id")
        return [Workflow.model_validate(row) for row in rows]

    def set_status(self, workflow_id: uuid.UUID, status: Status) -> Workflow:
        query = "update workflow set status = %s where id = %s returning *"
        return self._one(self.database.fetch(query, [status, workflow_id]), workflow_id)

    def check(self) -> None:
        self.database.fetch("select 1")

    @staticmethod
    def _one(rows: list[dict[str, object]], workflow_id: uuid.UUID) -> Workflow:
        if not rows:
            raise NotFound(f"there is no workflow {workflow_id}")
        return Workflow.model_validate(rows[0])

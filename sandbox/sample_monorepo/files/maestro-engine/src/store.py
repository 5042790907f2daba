"""Where workflows are kept."""

import threading
import uuid
from typing import Protocol

from maestro_core_api import NotFound
from src.workflows import Status, Workflow


class WorkflowStore(Protocol):
    """May be used from any thread."""

    def add(self, workflow: Workflow) -> None:
        """Keep a new workflow."""

    def get(self, workflow_id: uuid.UUID) -> Workflow:
        """Raises NotFound."""

    def newest_first(self) -> list[Workflow]:
        """All workflows."""

    def set_status(self, workflow_id: uuid.UUID, status: Status) -> Workflow:
        """The workflow as it is then. Raises NotFound."""

    def check(self) -> None:
        """Raises when the store cannot be reached."""


class MemoryStore:
    """Forgets everything when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workflows: dict[uuid.UUID, Workflow] = {}

    def add(self, workflow: Workflow) -> None:
        with self._lock:
            self._workflows[workflow.id] = workflow

    def get(self, workflow_id: uuid.UUID) -> Workflow:
        with self._lock:
            if workflow_id not in self._workflows:
                raise NotFound(f"there is no workflow {workflow_id}")
            return self._workflows[workflow_id]

    def newest_first(self) -> list[Workflow]:
        with self._lock:
            return sorted(self._workflows.values(), key=lambda workflow: workflow.created_at, reverse=True)

    def set_status(self, workflow_id: uuid.UUID, status: Status) -> Workflow:
        changed = self.get(workflow_id).model_copy(update={"status": status})
        self.add(changed)
        return changed

    def check(self) -> None:
        """Memory is always there."""

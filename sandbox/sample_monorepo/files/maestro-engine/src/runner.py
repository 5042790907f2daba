"""Carries workflows through their states."""

import asyncio
import uuid
from collections.abc import Callable

from maestro_core_logging import service_log
from src.settings import RunnerSettings
from src.store import WorkflowStore
from src.workflows import Status, Workflow

log = service_log("engine.runner")


class Runner:
    """Runs each workflow as a task of the event loop."""

    def __init__(
        self, store: WorkflowStore, announce: Callable[[str, Workflow], None], settings: RunnerSettings
    ) -> None:
        self.store = store
        self.announce = announce
        self.settings = settings
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, workflow_id: uuid.UUID) -> None:
        """Begin, and return at once."""
        task = asyncio.create_task(self._run(workflow_id))
        # The event loop itself keeps only a weak reference to a task.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Leave what runs where it stands."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, workflow_id: uuid.UUID) -> None:
        for status in (Status.RUNNING, Status.SUCCEEDED):
            await asyncio.sleep(self.settings.step_seconds)
            workflow = await asyncio.to_thread(self.store.set_status, workflow_id, status)
            log.info("workflow changed", extra={"workflow": str(workflow_id), "status": status})
            self.announce("workflow.updated", workflow)

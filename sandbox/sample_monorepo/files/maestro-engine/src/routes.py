"""Workflows over HTTP."""

import asyncio
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from maestro_core_api import Problem, caller
from maestro_core_auth import AuthSettings
from maestro_monitoring import Metrics, timed
from src.runner import Runner
from src.store import WorkflowStore
from src.workflows import Workflow, WorkflowRequest

Responses = dict[int | str, dict[str, Any]]


def workflow_routes(store: WorkflowStore, runner: Runner, metrics: Metrics, auth: AuthSettings) -> APIRouter:
    """The routes below /api/workflows."""
    router = APIRouter(prefix="/api/workflows", tags=["workflows"])
    denied: Responses = {401: {"model": Problem, "description": "No valid token"}} if auth.required else {}
    unreadable: Responses = {400: {"model": Problem, "description": "The body cannot be read"}}
    missing: Responses = {404: {"model": Problem, "description": "No such workflow"}}

    @router.post("", status_code=201, responses={**unreadable, **denied})
    async def create_workflow(
        request: WorkflowRequest, name: Annotated[str, Depends(caller(auth))]
    ) -> Workflow:
        """Create a workflow and begin it."""
        workflow = Workflow.requested(request)
        with timed(metrics, "store_add"):
            await asyncio.to_thread(store.add, workflow)
        metrics.count("workflows_created", template=workflow.template, caller=name)
        runner.announce("workflow.created", workflow)
        runner.start(workflow.id)
        return workflow

    @router.get("")
    def list_workflows() -> list[Workflow]:
        """All workflows, the newest first."""
        with timed(metrics, "store_list"):
            return store.newest_first()

    @router.get("/{workflow_id}", responses={**missing})
    def get_workflow(workflow_id: uuid.UUID) -> Workflow:
        """One workflow."""
        return store.get(workflow_id)

    return router

"""What a workflow is."""

import uuid
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import BaseModel, Field

# PostgreSQL's text cannot hold NUL, and no control character belongs into a name.
NAME = r"^[^\x00-\x1f\x7f]+$"


class Status(StrEnum):
    """The states of a workflow, in the order in which it passes through them."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"


class WorkflowRequest(BaseModel):
    """What a caller says to create a workflow."""

    name: str = Field(min_length=1, max_length=120, pattern=NAME)
    template: str = Field(default="default", min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9-]*$")


class Workflow(BaseModel):
    """A workflow as callers see it."""

    id: uuid.UUID
    name: str
    template: str
    status: Status
    created_at: datetime

    @classmethod
    def requested(cls, request: WorkflowRequest) -> "Workflow":
        """A new workflow that nobody has begun yet."""
        return cls(
            id=uuid.uuid4(),
            name=request.name,
            template=request.template,
            status=Status.PENDING,
            created_at=datetime.now(UTC),
        )

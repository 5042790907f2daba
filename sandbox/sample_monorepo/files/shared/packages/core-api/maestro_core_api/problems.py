"""Errors as callers see them."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel


class Problem(BaseModel):
    """The body of every error that is not about the shape of the request."""

    detail: str


class NotFound(LookupError):
    """What the caller asked for does not exist. Becomes 404."""


def report_problems(app: FastAPI) -> None:
    """Turn our exceptions into replies."""

    @app.exception_handler(NotFound)
    async def not_found(_request: Request, error: NotFound) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status_code=404)

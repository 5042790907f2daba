"""Is the service well?"""

from collections.abc import Callable, Mapping
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from maestro_core_logging import service_log

log = service_log("health")

HEALTH_PATH = "/api/health"
Check = Callable[[], None]


class Health(BaseModel):
    """The whole service, and each part that was looked at."""

    status: Literal["ok", "failing"]
    checks: dict[str, Literal["ok", "failing"]]


def health_routes(checks: Mapping[str, Check]) -> APIRouter:
    """`GET /api/health`: 200 when no check raises, else 503."""
    router = APIRouter()

    @router.get(HEALTH_PATH, tags=["health"], responses={503: {"model": Health}})
    def health(response: Response) -> Health:
        """Whether the service and what it depends on are well."""
        results = {name: _run(name, check) for name, check in checks.items()}
        failing = "failing" in results.values()
        response.status_code = 503 if failing else 200
        return Health(status="failing" if failing else "ok", checks=results)

    return router


def _run(name: str, check: Check) -> Literal["ok", "failing"]:
    try:
        check()
    except Exception:
        log.exception("health check failed", extra={"check": name})
        return "failing"
    return "ok"

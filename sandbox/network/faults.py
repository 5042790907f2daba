"""Going wrong on demand: what GitHub and the network do on a bad day, for requests that a test names.

https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import asyncio
import json
import time
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Literal

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.network.rate_limits import LIMIT
from sandbox.network.tcp_connections import reset

LIMITS_PAGE = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"
Kind = Literal["status", "reset", "delay", "primary_rate_limit", "secondary_rate_limit"]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong, and for which requests of a tenant.

    kind: "status" answers with `status`; "reset" cuts the connection; "delay" answers `seconds` later than
        usual; the rate limits ask the client to retry after `seconds`, with GitHub's status and headers.
    method, path: patterns with "*" and "?"; the path is the one within the tenant: "/api/v3/repos/*".
    count: how many requests; then it is over.
    after: the request is carried out first, so that only its answer is lost.
    """

    kind: Kind
    method: str = "*"
    path: str = "*"
    count: int = 1
    status: int = 502
    seconds: float = 1.0
    after: bool = False

    def concerns(self, method: str, path: str) -> bool:
        """Whether this request goes wrong."""
        return self.count > 0 and fnmatchcase(method, self.method) and fnmatchcase(path, self.path)


class Faults:
    """The middleware that lets requests go wrong. The faults are in the application's state, by tenant."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless a fault concerns it."""
        fault = _take(scope) if scope["type"] == "http" else None
        if fault is None or fault.kind == "delay":
            if fault:
                await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
            return
        if fault.after:
            await self._app(scope, receive, _nowhere)
        if fault.kind == "reset":
            reset(scope["client"])
            return
        await answer(fault)(scope, receive, send)


def _take(scope: Scope) -> Fault | None:
    """The first fault that concerns the request, counted down."""
    _, tenant, *rest = scope["path"].split("/", 2)
    faults: list[Fault] = scope["app"].state.faults.get(tenant, []) if rest else []
    for index, fault in enumerate(faults):
        if fault.concerns(scope["method"], f"/{rest[0]}"):
            faults[index] = replace(fault, count=fault.count - 1)
            return fault
    return None


async def _nowhere(message: Message) -> None:
    """The answer is lost."""


def answer(fault: Fault) -> Response:
    """What the client gets in the place of an answer."""
    body: dict[str, Any] = {"message": "Server Error", "documentation_url": LIMITS_PAGE, "status": str(fault.status)}
    headers, status = {"Content-Type": "application/json; charset=utf-8"}, fault.status
    if fault.kind == "primary_rate_limit":
        status = 403
        body = {"message": "API rate limit exceeded for user ID 1.", "documentation_url": LIMITS_PAGE, "status": "403"}
        headers |= _rate(0, fault.seconds)
    elif fault.kind == "secondary_rate_limit":
        status = 403
        body = {
            "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
            "documentation_url": f"{LIMITS_PAGE}#about-secondary-rate-limits",
            "status": "403",
        }
        headers |= {**_rate(LIMIT - 1, 3600), "Retry-After": str(max(1, round(fault.seconds)))}
    return Response(json.dumps(body), status, headers)


def _rate(remaining: int, seconds: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(LIMIT),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Used": str(LIMIT - remaining),
        "X-RateLimit-Reset": str(int(time.time() + seconds) + 1),
        "X-RateLimit-Resource": "core",
    }

"""A FastAPI application with what every service has."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

from maestro_core_api.health import Check, health_routes
from maestro_core_api.problems import report_problems
from maestro_core_logging import request_id

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class ApiInfo:
    """What the service says about itself, and how its health is looked at."""

    title: str
    version: str
    checks: Mapping[str, Check] = field(default_factory=dict)


@dataclass(frozen=True)
class ApiSettings:
    """Read by maestro_core_config from ALLOWED_ORIGINS, separated by commas."""

    allowed_origins: tuple[str, ...] = ("http://localhost:4200",)


def create_api(info: ApiInfo, settings: ApiSettings, lifespan: Lifespan | None = None) -> FastAPI:
    """The application, to which the service adds its own routes."""
    app = FastAPI(title=info.title, version=info.version, lifespan=lifespan)
    app.include_router(health_routes(info.checks))
    report_problems(app)
    app.middleware("http")(name_the_request)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
    )
    return app


async def name_the_request(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """The caller's X-Request-Id, or a new one, in every log line and in the reply."""
    name = request.headers.get("X-Request-Id") or uuid.uuid4().hex[:8]
    with request_id(name):
        response = await answer(request)
    response.headers["X-Request-Id"] = name
    return response

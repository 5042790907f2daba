"""The sandbox as a Starlette application."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.network.faults import Faults
from sandbox.network.hosts import Hosts
from sandbox.network.rate_limits import RateLimits
from sandbox.network.request_log import RequestLog
from sandbox.operations.repositories import settle
from sandbox.routes import graphql, job_tokens, pages, tenants
from sandbox.routes.actions import actions, environments, oidc, secrets, variables
from sandbox.routes.git import branches, checks, commits, git_database, git_http, pushes, refs
from sandbox.routes.issues import issues, labels, pulls, reviews
from sandbox.routes.organizations import (
    accounts,
    apps,
    members,
    security_configurations,
    team_members,
    team_repositories,
    teams,
)
from sandbox.routes.protection import branch_protection, push_restrictions, required_contexts, rules
from sandbox.routes.repositories import (
    autolinks,
    collaborators,
    contents,
    copies,
    custom_properties,
    deploy_keys,
    github_pages,
    releases,
    repositories,
    stars,
    webhooks,
)
from sandbox.tenant.tenants import Tenants

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
REST = (
    repositories,
    stars,
    copies,
    github_pages,
    contents,
    branches,
    branch_protection,
    required_contexts,
    push_restrictions,
    rules,
    refs,
    git_database,
    checks,
    commits,
    labels,
    issues,
    pulls,
    reviews,
    accounts,
    members,
    teams,
    team_members,
    team_repositories,
    collaborators,
    environments,
    secrets,
    variables,
    actions,
    oidc,
    deploy_keys,
    webhooks,
    autolinks,
    releases,
    custom_properties,
    security_configurations,
    apps,
)
HOSTS = {"127.0.0.1", "localhost"}


class RawPath:
    """Route on the path as it was sent, and only for clients that mean this machine.

    A name other than this machine's in Host is a web page's attempt to reach the sandbox through the
    browser (DNS rebinding).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the raw path in the place of the decoded one."""
        if scope["type"] == "http":
            host = dict(scope["headers"]).get(b"host", b"127.0.0.1").decode("latin-1")
            name = host.rpartition(":")[0] or host
            if name not in HOSTS and not name.endswith(".localhost"):
                refusal = PlainTextResponse("The sandbox answers to 127.0.0.1 and localhost only.", 421)
                await refusal(scope, receive, send)
                return
            raw: bytes = scope.get("raw_path") or scope["path"].encode()
            scope = {**scope, "path": raw.decode("ascii")}
        await self._app(scope, receive, send)


async def not_imitated(request: Request) -> Response:
    """501 for what GitHub may well have: 404 would mean to a client that the resource was deleted."""
    message = f"The sandbox does not imitate {request.method} {request.scope['path']}"
    body = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": "501"}
    return JSONResponse(body, 501)


async def server_error(request: Request, error: Exception) -> Response:
    """A fault of the sandbox itself; the traceback is in ROOT/sandbox.log."""
    message = f"Server Error in the sandbox: {error or type(error).__name__}. See sandbox.log in its folder."
    return JSONResponse({"message": message, "status": "500"}, 500)


def create_app(root: Path, code: str = "") -> Starlette:
    """The application whose state lies below root, which is made when missing.

    code: identifies the sandbox's own code; returned to clients that send the token in root/token.
    """
    root.mkdir(parents=True, exist_ok=True, mode=0o700)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        for tenant in app.state.tenants.all():
            await settle(tenant)
        yield
        await app.state.hosts.close()
        app.state.tenants.close()

    rest = [route for module in REST for route in module.ROUTES]
    app = Starlette(
        routes=[
            *tenants.ROUTES,
            *pushes.ROUTES,
            Mount("/{tenant}/api/v3", routes=[*rest, Route("/{rest:path}", not_imitated, methods=METHODS)]),
            Route("/{tenant}/api/graphql", graphql.ENDPOINT, methods=["POST"]),
            *job_tokens.ROUTES,
            *git_http.ROUTES,
            *pages.ROUTES,
            Route("/{rest:path}", not_imitated, methods=METHODS),
        ],
        middleware=[Middleware(RawPath), Middleware(RequestLog, root=root), Middleware(Faults)],
        exception_handlers={Exception: server_error},
        lifespan=lifespan,
    )
    app.state.tenants = Tenants(root)
    app.state.hosts = Hosts(app, root)
    app.state.rates = RateLimits()
    app.state.pushes = {}
    app.state.faults = {}
    app.state.hooks = pushes.install_hook(root)
    app.state.admin_token = admin_token(root)
    app.state.pid = os.getpid()
    app.state.code = code
    return app


def admin_token(root: Path) -> str:
    """The sandbox's own token, made on first use; readable by its owner only."""
    path = root / "token"
    if not path.exists():
        new = root / "token.new"
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(token_hex(32))
        new.replace(path)
    return path.read_text()

"""Where git's pre-receive hook asks whether a push keeps the rules. The ticket in the address is its password.

A push that breaks a rule for one of its refs changes none: git lets a hook decide on all or nothing.
"""

import secrets
import shlex
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.git import pre_receive_hook as push_hook
from sandbox.records.protection import has_rules
from sandbox.rules.enforcement import Enforcement, RefUpdate
from sandbox.rules.refusals import push_report


@dataclass(frozen=True)
class Push:
    """A push under way. html: the address of the repository's page."""

    enforcement: Enforcement
    html: str


def install_hook(root: Path) -> Path:
    """The folder with the hook, for git's core.hooksPath."""
    folder = root / "hooks"
    folder.mkdir(exist_ok=True)
    hook = folder / "pre-receive"
    hook.write_text(f"#!/bin/sh\nexec {shlex.join([sys.executable, '-IS', str(Path(push_hook.__file__))])}\n")
    hook.chmod(0o700)
    return folder


def expect(request: Request, enforcement: Enforcement, html: str) -> tuple[str, dict[str, str]]:
    """The ticket of a push and the environment that makes git ask; both empty where no rule can be broken."""
    if not has_rules(enforcement.tenant.store, enforcement.repository):
        return "", {}
    ticket = secrets.token_urlsafe()
    request.app.state.pushes[ticket] = Push(enforcement, html)
    settings = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.hooksPath",
        "GIT_CONFIG_VALUE_0": str(request.app.state.hooks),
        "SANDBOX_PUSH": f"/_sandbox/pushes/{ticket}",
        "SANDBOX_PORT": str(request.app.state.port),
    }
    return ticket, settings


def forget(app: Starlette, ticket: str) -> None:
    """The push is over."""
    app.state.pushes.pop(ticket, None)


async def check_push(request: Request) -> Response:
    """200 lets the push in, 403 does not; the text is for its author."""
    push: Push | None = request.app.state.pushes.get(request.path_params["ticket"])
    if push is None:
        return PlainTextResponse("The sandbox knows nothing of this push.\n", 403)
    objects, alternates, *lines = (await request.body()).decode().split("\n")
    quarantine = {"GIT_OBJECT_DIRECTORY": objects, "GIT_ALTERNATE_OBJECT_DIRECTORIES": alternates} if objects else {}
    enforcement = replace(push.enforcement, environment=quarantine)
    violations = []
    for line in filter(None, lines):
        old, new, ref = line.split(" ", 2)
        before, after = (None if sha in push_hook.ABSENT else sha for sha in (old, new))
        violations += await enforcement.violations(RefUpdate(ref, before, after))
    let_in, text = push_report(violations, push.html)
    return PlainTextResponse(text, 200 if let_in else 403)


ROUTES = [Route("/_sandbox/pushes/{ticket}", check_push, methods=["POST"])]

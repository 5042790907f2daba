"""git over HTTP, through git's own CGI program. https://git-scm.com/docs/git-http-backend

Bodies stream both ways, so a pack of any size passes through a few buffers. The last byte of a push's
answer waits until the push is in the records: a confirmed push survives a kill.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sandbox.errors import GitHubError
from sandbox.git.bare_repository import git_environment
from sandbox.operations.repositories import note_push
from sandbox.rest.authentication import authenticate
from sandbox.routes.git import pushes
from sandbox.rules.enforcement import Enforcement
from sandbox.tenant.entities import Account, RepositoryRecord, Token
from sandbox.tenant.permissions import Permission
from sandbox.tenant.sites import site_of
from sandbox.tenant.tenants import Tenant

CHUNK = 65536  # bytes
SERVICES = {"git-upload-pack", "git-receive-pack"}
DUMB = "Please upgrade your git client. GitHub no longer supports git over dumb-http."
WRONG_TOKEN = "Invalid username or token. Password authentication is not supported for Git operations."


class Backend:
    """One request handed to git http-backend: an answer that Starlette can send.

    when_done: awaited after git has ended, before the end of the answer goes out.
    ticket: of a push that is checked against rules, "" otherwise.
    """

    def __init__(self, environment: dict[str, str], when_done: Callable[[], Awaitable[None]], ticket: str = ""):
        self._environment = environment
        self._when_done = when_done
        self._ticket = ticket

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run git, feed it the request, send what it prints."""
        process = await asyncio.create_subprocess_exec(
            "git",
            "http-backend",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=self._environment,
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        feeding = asyncio.create_task(_feed(process, process.stdin, receive))
        try:
            status, headers = await _cgi_headers(process.stdout)
            await send({"type": "http.response.start", "status": status, "headers": headers})
            while chunk := await process.stdout.read(CHUNK):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await process.wait()
            if feeding.done():  # the client has left, nobody takes an answer
                return
            await self._when_done()
            await send({"type": "http.response.body", "body": b""})
        finally:
            feeding.cancel()
            _kill(process)
            pushes.forget(scope["app"], self._ticket)
            await process.wait()


async def _feed(process: asyncio.subprocess.Process, stdin: asyncio.StreamWriter, receive: Receive) -> None:
    """Pass the request's body to git; kill git when the client leaves before the answer is complete."""
    with suppress(ConnectionError):  # git has read enough
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                _kill(process)
                return
            stdin.write(message.get("body", b""))
            await stdin.drain()
            more = message.get("more_body", False)
    stdin.close()
    while (await receive())["type"] != "http.disconnect":
        pass
    _kill(process)


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _cgi_environment(request: Request, directory: Path, user: str) -> dict[str, str]:
    environment = {
        **git_environment(),
        "GIT_PROJECT_ROOT": str(directory.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{directory.name}/{_service(request)}",
        "QUERY_STRING": request.url.query,
        "REQUEST_METHOD": request.method,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "REMOTE_USER": user,
        "REMOTE_ADDR": "127.0.0.1",
    }
    # Not CONTENT_LENGTH: with it, http-backend spins indefinitely when its input ends early, as it does
    # when this process is killed. Without it git reads to the end of its input and notices.
    for header, variable in (
        ("content-encoding", "HTTP_CONTENT_ENCODING"),
        ("git-protocol", "GIT_PROTOCOL"),
    ):
        if header in request.headers:
            environment[variable] = request.headers[header]
    return environment


async def _cgi_headers(stdout: asyncio.StreamReader) -> tuple[int, list[tuple[bytes, bytes]]]:
    """The status and the headers that a CGI program prints first. https://www.rfc-editor.org/rfc/rfc3875"""
    status, headers = 200, []
    while line := (await stdout.readline()).rstrip(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"status":
            status = int(value.split()[0])
        else:
            headers.append((name.lower(), value.strip()))
    return (status, headers) if headers else (500, [(b"content-type", b"text/plain")])


def _service(request: Request) -> str:
    """The address within the repository: "info/refs", "git-upload-pack" or "git-receive-pack"."""
    path: str = request.scope["path"]
    return path.split("/", 4)[4]


async def serve(request: Request) -> Response | Backend:
    """https://docs.github.com/get-started/git-basics/about-remote-repositories

    Private repositories and unknown ones ask an anonymous client to sign in, as GitHub does, so that
    nobody learns which are there.
    """
    tenant: Tenant | None = request.app.state.tenants.get(request.path_params["tenant"])
    if tenant is None:
        return PlainTextResponse("The sandbox has no such tenant.", 404)
    try:
        user, token = authenticate(tenant, request.headers)
    except GitHubError:
        return _sign_in(WRONG_TOKEN)
    if user:
        request.scope["sandbox.user"] = user.login
    if _service(request) == "info/refs" and request.query_params.get("service") not in SERVICES:
        return PlainTextResponse(DUMB, 403)
    pushing = "git-receive-pack" in (_service(request), request.query_params.get("service"))
    repository, moved = _find(request, tenant)
    refusal = _refusal(tenant, user, token, repository, pushing=pushing)
    if refusal or repository is None:
        return refusal or PlainTextResponse("Repository not found.", 404)
    if moved and request.method == "GET":
        owner = tenant.owner_of(repository).login
        address = f"{site_of(request, tenant).html}/{owner}/{repository.name}.git/{_service(request)}"
        return RedirectResponse(f"{address}?{request.url.query}", 301)

    environment = _cgi_environment(request, tenant.git_directory(repository), user.login if user else "")
    if _service(request) != "git-receive-pack":
        return Backend(environment, _nothing_to_do)
    html = f"{site_of(request, tenant).html}/{tenant.owner_of(repository).login}/{repository.name}"
    ticket, hook = pushes.expect(request, Enforcement(tenant, repository, user), html)

    async def when_done() -> None:
        await note_push(tenant, repository.id, user)

    return Backend(environment | hook, when_done, ticket)


async def _nothing_to_do() -> None:
    pass


def _find(request: Request, tenant: Tenant) -> tuple[RepositoryRecord | None, bool]:
    """The repository that the path names, and whether that is a name it had before."""
    owner = tenant.account(request.path_params["owner"])
    name = request.path_params["repository"].removesuffix(".git")
    if owner is None:
        return None, False
    found = tenant.repository(owner, name)
    return (found, False) if found else (tenant.renamed(owner, name), True)


def _refusal(
    tenant: Tenant, user: Account | None, token: Token | None, repository: RepositoryRecord | None, *, pushing: bool
) -> Response | None:
    """Why this user may not do this; None when allowed. The texts are GitHub's; git shows them."""
    permission = tenant.permission(user, token, repository) if repository else Permission.NONE
    if user is None and (pushing or permission < Permission.READ):
        return _sign_in("No anonymous write access." if pushing else "Repository not found.")
    if repository is None or permission < Permission.READ:
        return PlainTextResponse("Repository not found.", 404)
    if pushing and permission < Permission.WRITE:
        name = f"{tenant.owner_of(repository).login}/{repository.name}.git"
        login = user.login if user else "nobody"
        return PlainTextResponse(f"Permission to {name} denied to {login}.", 403)
    if pushing and repository.archived:
        return PlainTextResponse("This repository was archived so it is read-only.", 403)
    return None


def _sign_in(text: str) -> Response:
    return PlainTextResponse(text, 401, {"WWW-Authenticate": 'Basic realm="GitHub"'})


ROUTES = [
    Route("/{tenant}/{owner}/{repository}/info/refs", serve, methods=["GET"]),
    Route("/{tenant}/{owner}/{repository}/git-upload-pack", serve, methods=["POST"]),
    Route("/{tenant}/{owner}/{repository}/git-receive-pack", serve, methods=["POST"]),
]

"""One REST request and its answer: who asks, for what, in GitHub's manner.

Handlers take a Call and return a Reply; `endpoint` makes a Starlette endpoint of one. What is common to
all of REST happens here: authentication, errors, redirects, ETags, GitHub's headers.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from sandbox import errors
from sandbox.authentication import authenticate
from sandbox.entities import Account, Repository, Token
from sandbox.errors import GitHubError
from sandbox.rate_limits import RateLimits
from sandbox.sites import Addresses, Site, site_of
from sandbox.worlds import Permission, World, Worlds

DOCUMENTATION = re.compile(r"https://docs\.github\.com/\S+")


@dataclass
class Reply:
    """What a handler answers. body: a JSON value; None sends no body at all. cost: of the rate limit."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cost: int = 1


class Moved(Exception):  # noqa: N818 (an answer, no error)
    """The repository was renamed: ask there."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


@dataclass
class Call:
    """One REST request in one world. body: the JSON object sent, {} without one."""

    request: Request
    world: World
    user: Account | None
    token: Token | None
    body: dict[str, Any]

    @property
    def site(self) -> Site:
        """Where the client sees this world."""
        return site_of(self.request, self.world)

    def parameter(self, name: str) -> str:
        """A part of the path, percent-decoded; routing saw it raw, so it may hold any character.

        Raises 404 for what no name can hold.
        """
        value = unquote(self.request.path_params[name])
        if "\0" in value:
            raise errors.not_found()
        return value

    def signed_in(self) -> Account:
        """The user. Raises 401 without a token."""
        if self.user is None:
            raise errors.requires_authentication()
        return self.user

    def account(self, parameter: str) -> Account:
        """The account that the path names by login. Raises 404."""
        account = self.world.account(self.parameter(parameter))
        if account is None:
            raise errors.not_found()
        return account

    def organization(self) -> Account:
        """The organization that the path names by login or number. Raises 404."""
        if "organization_id" in self.request.path_params:
            account = self.world.store.by_id(Account, self.request.path_params["organization_id"])
        else:
            account = self.world.account(self.parameter("organization"))
        if account is None or account.type != "Organization":
            raise errors.not_found()
        return account

    def repository(self, needed: Permission = Permission.READ) -> Repository:
        """The repository that the path names. Raises 404, 403, or Moved to where it is now."""
        repository = self._named_repository()
        permission = self.world.permission(self.user, self.token, repository)
        if permission < Permission.READ:
            raise errors.not_found()
        if permission < needed:
            raise errors.requires_authentication() if self.user is None else errors.must_be_admin()
        return repository

    def writable_repository(self, needed: Permission = Permission.ADMIN) -> Repository:
        """As `repository`, and it is not archived."""
        repository = self.repository(needed)
        if repository.archived:
            raise errors.archived()
        return repository

    def permission(self, repository: Repository) -> Permission:
        """What the caller may do with it."""
        return self.world.permission(self.user, self.token, repository)

    def git_directory(self, repository: Repository) -> Path:
        """Where its bare git repository lies."""
        return self.world.git_directory(repository)

    def addresses(self, repository: Repository) -> Addresses:
        """Where the client finds it."""
        name = f"{self.world.owner_of(repository).login}/{repository.name}"
        return Addresses(api=f"{self.site.api}/repos/{name}", html=f"{self.site.html}/{name}")

    def count(self, cost: int) -> dict[str, int]:
        """Count this request against the caller's limit; the rate after it."""
        rates: RateLimits = self.request.app.state.rates
        return rates.count(self.token.value if self.token else self.world.name, cost)

    def _named_repository(self) -> Repository:
        parameters = self.request.path_params
        if "repository_id" in parameters:
            found = self.world.store.by_id(Repository, parameters["repository_id"])
        else:
            owner, name = self.account("owner"), self.parameter("repository")
            found = self.world.repository(owner, name)
            former = None if found else self.world.renamed(owner, name)
            if former and self.permission(former):
                self._move_to(former)
        if found is None:
            raise errors.not_found()
        return found

    def _move_to(self, repository: Repository) -> NoReturn:
        raw = self.request.scope["path"].split("/api/v3/repos/", 1)[1]
        rest = raw.split("/", 2)[2:]
        query = self.request.scope["query_string"].decode()
        location = "/".join([f"{self.site.api}/repositories/{repository.id}", *rest])
        raise Moved(f"{location}?{query}" if query else location)


Handler = Callable[[Call], Awaitable[Reply]]


def endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """A Starlette endpoint for the handler. Errors name the page that its docstring names."""
    found = DOCUMENTATION.search(handler.__doc__ or "")
    documentation = found.group() if found else "https://docs.github.com/rest"

    async def answer(request: Request) -> Response:
        call = None
        try:
            call = await _call(request)
            reply = await handler(call)
        except GitHubError as error:
            reply = Reply(error.body(documentation), error.status)
        except Moved as moved:
            reply = _redirect(request, moved.location, documentation)
        response = _response(request, reply)
        if call:  # a 304 costs nothing
            response.headers.update(_headers_for(call, 0 if response.status_code == 304 else reply.cost))
        return response

    return answer


async def _call(request: Request) -> Call:
    worlds: Worlds = request.app.state.worlds
    world = worlds.get(request.path_params["world"])
    if world is None:
        name = request.path_params["world"]
        raise GitHubError(404, f"The sandbox has no world '{name}'. Make it: PUT /_sandbox/worlds/{name}")
    user, token = authenticate(world, request.headers)
    if user:
        request.scope["sandbox.user"] = user.login  # for the request log
    return Call(request, world, user, token, _json_object(await request.body()))


def _json_object(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair cannot be sent back
    except ValueError:
        raise GitHubError(400, "Problems parsing JSON") from None
    if not isinstance(value, dict):
        raise GitHubError(400, "Body should be a JSON object")
    return value


def _headers_for(call: Call, cost: int) -> dict[str, str]:
    """What GitHub tells every caller."""
    rate = call.count(cost)
    headers = {f"X-RateLimit-{name.capitalize()}": str(number) for name, number in rate.items()}
    headers["X-RateLimit-Resource"] = "core"
    if call.token:
        headers["X-OAuth-Scopes"] = ", ".join(call.token.scopes)
    return headers


def _redirect(request: Request, location: str, documentation: str) -> Reply:
    """301 for reads and 307 for the rest, so that a client repeats the method and the body.

    Source: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
    """
    reading = request.method in {"GET", "HEAD"}
    message = "Moved Permanently" if reading else "Temporary Redirect"
    body = {"message": message, "url": location, "documentation_url": documentation}
    return Reply(body, 301 if reading else 307, {"Location": location})


def _response(request: Request, reply: Reply) -> Response:
    headers = {
        **reply.headers,
        "X-GitHub-Request-Id": secrets.token_hex(8).upper(),
        "X-GitHub-Media-Type": "github.v3; format=json",
    }
    if reply.body is None:
        return Response(status_code=reply.status, headers=headers)
    content = json.dumps(reply.body, ensure_ascii=False, separators=(",", ":")).encode()
    if reply.status < 300:
        headers["ETag"] = etag(request, content)
        headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
        if request.method in {"GET", "HEAD"} and headers["ETag"] in _wanted_tags(request):
            return Response(status_code=304, headers=headers)
    headers["Content-Type"] = "application/json; charset=utf-8"
    return Response(content, reply.status, headers)


def etag(request: Request, content: bytes) -> str:
    """The tag of a representation: another address, method or content is another tag."""
    method = "GET" if request.method == "HEAD" else request.method
    target = f"{method} {request.scope['path']}?{request.scope['query_string'].decode()}\n"
    return f'W/"{hashlib.sha256(target.encode() + content).hexdigest()}"'


def _wanted_tags(request: Request) -> set[str]:
    tags = request.headers.get("if-none-match", "").split(",")
    return {tag if tag.startswith("W/") else f"W/{tag}" for tag in map(str.strip, tags)}

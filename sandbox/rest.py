"""One REST request and its answer: who asks, for what, in GitHub's manner.

Handlers take a Call and return a Reply; `endpoint` makes a Starlette endpoint of one. What is common to
all of REST happens here: authentication, errors, redirects, ETags, pagination, GitHub's headers.
"""

import base64
import binascii
import hashlib
import json
import re
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar
from urllib.parse import unquote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from sandbox import errors
from sandbox.entities import Account, Repository, Token
from sandbox.errors import GitHubError
from sandbox.worlds import Permission, World, Worlds

DOCUMENTATION = re.compile(r"https://docs\.github\.com/\S+?(?=[\s.)]*(?:\s|$))")
RATE_LIMIT = 5000
RATE_WINDOW = 3600  # seconds
Item = TypeVar("Item")


@dataclass
class Reply:
    """What a handler answers. body: a JSON value; None sends no body at all."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Site:
    """The addresses of a world, without a slash at the end. host: with port, as the client wrote it."""

    host: str
    html: str

    @property
    def api(self) -> str:
        """The root of REST."""
        return f"{self.html}/api/v3"


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
        """A part of the path, percent-decoded; routing saw it raw, so it may hold any character."""
        return unquote(self.request.path_params[name])

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


def site_of(request: Request, world: World) -> Site:
    """The addresses of the world, as this client reached it."""
    host = request.headers.get("host", "127.0.0.1")
    return Site(host=host, html=f"{request.scope['scheme']}://{host}/{world.name}")


def endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """A Starlette endpoint for the handler. Errors name the page that its docstring names."""
    found = DOCUMENTATION.search(handler.__doc__ or "")
    documentation = found.group() if found else "https://docs.github.com/rest"

    async def answer(request: Request) -> Response:
        headers: dict[str, str] = {}
        try:
            call = await _call(request)
            headers = _headers_for(call)
            reply = await handler(call)
        except GitHubError as error:
            reply = Reply(error.body(documentation), error.status)
        except Moved as moved:
            reply = _redirect(request, moved.location, documentation)
        return _response(request, reply, headers)

    return answer


def page(call: Call, items: Sequence[Item], show: Callable[[Item], Any], wrap: str | None = None) -> Reply:
    """One page of a list, with the Link header to the others.

    wrap: for lists inside an object: the key of the list, beside total_count.
    Source: https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api
    """
    query = dict(call.request.query_params)
    size = min(max(_number(query.get("per_page"), 30), 1), 100)
    number = max(_number(query.get("page"), 1), 1)
    last = max(-(-len(items) // size), 1)
    shown = [show(item) for item in items[(number - 1) * size : number * size]]
    targets = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    if number >= last:
        del targets["next"], targets["last"]
    if number == 1:
        del targets["prev"], targets["first"]
    address = f"{call.site.html}{call.request.scope['path'].removeprefix(f'/{call.world.name}')}"
    links = [f'<{address}?{urlencode({**query, "page": to})}>; rel="{rel}"' for rel, to in targets.items()]
    body = {"total_count": len(items), wrap: shown} if wrap else shown
    return Reply(body, headers={"Link": ", ".join(links)} if links else {})


class RateLimits:
    """Requests of each token in the current hour. Counted and told, never enforced.

    Source: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()
        self._reset = 0

    def count(self, caller: str, cost: int = 1) -> dict[str, int]:
        """Count a request; the rate of the caller after it. reset: seconds since 1970, UTC."""
        moment = int(time.time())
        if moment >= self._reset:
            self._used.clear()
            self._reset = moment + RATE_WINDOW
        self._used[caller] += cost
        used = min(self._used[caller], RATE_LIMIT - 1)
        return {"limit": RATE_LIMIT, "used": used, "remaining": RATE_LIMIT - used, "reset": self._reset}


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


def authenticate(world: World, headers: Mapping[str, str]) -> tuple[Account, Token] | tuple[None, None]:
    """Who sends these headers. Raises 401 for a token that is wrong; without any, nobody.

    "Bearer TOKEN", "token TOKEN", or Basic with the token as the password and any user name.
    """
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if not scheme:
        return None, None
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            raise errors.bad_credentials() from None
    elif scheme.lower() not in {"bearer", "token"}:
        raise errors.bad_credentials()
    bearer = world.bearer(value.strip())
    if bearer is None:
        raise errors.bad_credentials()
    return bearer


def _json_object(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        raise GitHubError(400, "Problems parsing JSON") from None
    if not isinstance(value, dict):
        raise GitHubError(400, "Body should be a JSON object")
    return value


def _headers_for(call: Call) -> dict[str, str]:
    rates: RateLimits = call.request.app.state.rates
    rate = rates.count(call.token.value if call.token else call.world.name)
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


def _response(request: Request, reply: Reply, headers: dict[str, str]) -> Response:
    headers = {
        **headers,
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


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() else otherwise

"""One REST request and its answer: who asks, for what, in GitHub's manner.

Handlers take a Call and return a Reply; `endpoint` makes a Starlette endpoint of one. What is common to
all of REST happens here: authentication, errors, redirects, ETags, GitHub's headers.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.errors import GitHubError, requires_authentication
from sandbox.rest.authentication import authenticate
from sandbox.rest.calls import Call, Handler, MovedPermanently, Reply
from sandbox.tenant.kept_settings import setting
from sandbox.tenant.tenants import Tenants

LARGEST_BODY = 150_000_000
"""Bytes: a blob has at most 100 megabytes, as Base64 a third more. https://docs.github.com/rest/git/blobs"""
LARGEST_ANONYMOUS_BODY = 1_000_000
"""Bytes: without a token no write succeeds."""
DOCUMENTATION = re.compile(r"https://docs\.github\.com/\S+")


def endpoint(handler: Handler, array: str = "") -> Callable[[Request], Awaitable[Response]]:
    """A Starlette endpoint for the handler. Errors name the page that its docstring names.

    array: the field that a JSON array in the place of an object stands for; "": an array is refused.
    """
    found = DOCUMENTATION.search(handler.__doc__ or "")
    documentation = found.group() if found else "https://docs.github.com/rest"

    async def answer(request: Request) -> Response:
        call = None
        try:
            call = await _call(request, array)
            reply = await handler(call)
        except GitHubError as error:
            reply = Reply(error.body(documentation), error.status)
        except MovedPermanently as moved:
            reply = _redirect(request, moved.location, documentation)
        response = _response(request, reply)
        if call:  # a 304 costs nothing
            response.headers.update(
                _headers_for(call, 0 if response.status_code == 304 else reply.cost, reply.resource)
            )
        return response

    return answer


async def _call(request: Request, array: str) -> Call:
    tenants: Tenants = request.app.state.tenants
    tenant = tenants.get(request.path_params["tenant"])
    if tenant is None:
        name = request.path_params["tenant"]
        raise GitHubError(404, f"The sandbox has no tenant '{name}'. Make it: PUT /_sandbox/worlds/{name}")
    user, token = authenticate(tenant, request.headers)
    if user:
        request.scope["sandbox.user"] = user.login  # for the request log
    body = await _body(request, LARGEST_BODY if user else LARGEST_ANONYMOUS_BODY)
    if body is None:
        raise GitHubError(413, "Payload too large") if user else requires_authentication()
    return Call(request, tenant, user, token, _json_object(body, array))


async def _body(request: Request, limit: int) -> bytes | None:
    """The body; None as soon as it is longer than the limit, in bytes."""
    length = request.headers.get("content-length", "0")
    if len(length) > 15 or (length.isdecimal() and int(length) > limit):
        return None
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > limit:
            return None
    return b"".join(parts)


def _json_object(body: bytes, array: str) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair cannot be sent back
    except (ValueError, RecursionError):
        raise GitHubError(400, "Problems parsing JSON") from None
    if isinstance(value, list) and array:
        return {array: value}
    if not isinstance(value, dict):
        raise GitHubError(400, "Body should be a JSON object")
    return value


def _headers_for(call: Call, cost: int, resource: str) -> dict[str, str]:
    """The headers that GitHub sends to every caller."""
    rate = call.count(cost, resource)
    headers = {f"X-RateLimit-{name.capitalize()}": str(number) for name, number in rate.items()}
    headers["X-RateLimit-Resource"] = resource
    if call.token and call.token.scopes is not None:
        headers["X-OAuth-Scopes"] = ", ".join(call.token.scopes)
    if version := setting(call.tenant.store, call.tenant.organization(), "server")["version"]:
        headers["X-GitHub-Enterprise-Version"] = version
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
    raw = isinstance(reply.body, bytes)
    content = reply.body if raw else json.dumps(reply.body, ensure_ascii=False, separators=(",", ":")).encode()
    if reply.status < 300:
        headers["ETag"] = etag(request, content)
        headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
        if request.method in {"GET", "HEAD"} and headers["ETag"] in _wanted_tags(request):
            return Response(status_code=304, headers=headers)
    headers["Content-Type"] = "application/octet-stream" if raw else "application/json; charset=utf-8"
    return Response(content, reply.status, headers)


def etag(request: Request, content: bytes) -> str:
    """The tag of a representation: another address, method or content is another tag."""
    method = "GET" if request.method == "HEAD" else request.method
    target = f"{method} {request.scope['path']}?{request.scope['query_string'].decode()}\n"
    return f'W/"{hashlib.sha256(target.encode() + content).hexdigest()}"'


def _wanted_tags(request: Request) -> set[str]:
    tags = request.headers.get("if-none-match", "").split(",")
    return {tag if tag.startswith("W/") else f"W/{tag}" for tag in map(str.strip, tags)}

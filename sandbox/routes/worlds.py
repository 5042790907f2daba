"""The sandbox's own addresses: its worlds, and tokens for them. Guarded by the token in ROOT/token."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.network.faults import Fault
from sandbox.records.environments import EnvironmentRecord
from sandbox.records.secrets import Secret, SecretScope, key_pair
from sandbox.rules.plans import PLANS
from sandbox.world.entities import RepositoryRecord
from sandbox.world.kept_settings import keep
from sandbox.world.sites import site_of
from sandbox.world.worlds import LOGIN, WORLD_NAME, World, Worlds

Handler = Callable[[Request], Awaitable[Response]]


def guarded(handler: Handler) -> Handler:
    """Let only the holder of the sandbox's own token in."""

    async def answer(request: Request) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(given.encode(), request.app.state.admin_token.encode()):
            return _refusal(401, "This address needs the sandbox's own token, which lies in ROOT/token.")
        return await handler(request)

    return answer


def _refusal(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status)


def _shown(request: Request, world: World) -> dict[str, Any]:
    owner, token = world.first_owner()
    return {
        "name": world.name,
        "address": site_of(request, world).html,
        "organization": world.organization().login,
        "owner": owner.login,
        "token": token.value,
    }


async def get_sandbox(request: Request) -> Response:
    """Who answers here."""
    return JSONResponse({"pid": request.app.state.pid, "code": request.app.state.code})


async def list_worlds(request: Request) -> Response:
    """The names of all worlds."""
    return JSONResponse(request.app.state.worlds.names())


async def create_world(request: Request) -> Response:
    """Make a world, or show the one that is there: the same token again."""
    name = request.path_params["world"]
    body = await _object(request)
    organization = body.get("organization", "maestro")
    worlds: Worlds = request.app.state.worlds
    world = worlds.get(name)
    if world is None:
        if not WORLD_NAME.fullmatch(name):
            return _refusal(422, f"'{name}' is no name for a world: use lower-case letters, digits, '.', '-'.")
        if not isinstance(organization, str) or not LOGIN.fullmatch(organization):
            return _refusal(422, f"'{organization}' is no GitHub login: use letters, digits and single '-'.")
        return JSONResponse(_shown(request, worlds.create(name, organization)), 201)
    present = world.organization().login
    if organization != present:
        return _refusal(409, f"World '{name}' belongs to organization '{present}'. Use another world name.")
    return JSONResponse(_shown(request, world))


async def imitate(request: Request) -> Response:
    """Let the world be another: {"plan", "server_version", "remaining"}; null leaves one as it is."""
    world: World | None = request.app.state.worlds.get(request.path_params["world"])
    if world is None:
        return _refusal(404, "There is no such world.")
    body = await _object(request)
    if plan := body.get("plan"):
        if plan not in PLANS:
            return _refusal(422, f"'{plan}' is no plan: {', '.join(PLANS)}.")
        world.store.put(replace(world.organization(), plan=plan))
    if version := body.get("server_version"):
        keep(world.store, world.organization(), "server", {"version": str(version)})
    if (remaining := body.get("remaining")) is not None:
        request.app.state.rates.leave(world.first_owner()[1].value, remaining)
    return Response(status_code=204)


async def open_host(request: Request) -> Response:
    """Let the world have a host of its own, with TLS and without."""
    world = request.path_params["world"]
    if request.app.state.worlds.get(world) is None:
        return _refusal(404, "There is no such world.")
    return JSONResponse(request.app.state.hosts.of(world))


async def delete_world(request: Request) -> Response:
    """Forget a world and everything in it."""
    deleted = request.app.state.worlds.delete(request.path_params["world"])
    return Response(status_code=204) if deleted else _refusal(404, "There is no such world.")


async def create_token(request: Request) -> Response:
    """A new token for a user, who is made when missing: {"login", "scopes", "role"}."""
    world: World | None = request.app.state.worlds.get(request.path_params["world"])
    if world is None:
        return _refusal(404, "There is no such world.")
    body = await _object(request)
    login, role = str(body.get("login", "")), body.get("role", "member")
    if not LOGIN.fullmatch(login) or role not in {"admin", "member", "outsider"}:
        return _refusal(422, "Give a GitHub login, and a role: admin, member or outsider.")
    user = world.add_user(login, world.organization(), role)
    return JSONResponse({"token": world.add_token(user, body.get("scopes", ["repo"])).value}, 201)


async def create_organization(request: Request) -> Response:
    """One more organization of a world, owned by the owner of the first; nothing when it is there."""
    world: World | None = request.app.state.worlds.get(request.path_params["world"])
    login = request.path_params["login"]
    if world is None or not LOGIN.fullmatch(login):
        return _refusal(404, "There is no such world, or that is no GitHub login.")
    world.add_organization(login)
    return Response(status_code=204)


async def list_secrets(request: Request) -> Response:
    """All secrets of a world with what they hold, for tests: GitHub itself never tells."""
    world: World | None = request.app.state.worlds.get(request.path_params["world"])
    if world is None:
        return _refusal(404, "There is no such world.")
    return JSONResponse([_opened(world, secret) for secret in world.store.all(Secret)])


def _opened(world: World, secret: Secret) -> dict[str, str | None]:
    """owner: a repository's or an organization's name; area: actions, dependabot, or an environment's name."""
    repository = world.store.by_id(RepositoryRecord, secret.owner_id)
    owner = repository.name if repository else world.organization().login
    area, _, number = secret.area.partition("/")
    environment = world.store.by_id(EnvironmentRecord, int(number)) if number else None
    pair = key_pair(world.store, SecretScope(secret.owner_id, secret.area))
    return {
        "owner": owner,
        "area": environment.name if environment else area,
        "name": secret.name,
        "value": pair.open(secret.encrypted_value),
    }


async def add_fault(request: Request) -> Response:
    """From now on, go wrong as described: a Fault as an object."""
    world = request.path_params["world"]
    if request.app.state.worlds.get(world) is None:
        return _refusal(404, "There is no such world.")
    try:
        fault = Fault(**await _object(request))
    except TypeError as error:
        return _refusal(422, f"This is no fault: {error}")
    request.app.state.faults.setdefault(world, []).append(fault)
    return Response(status_code=204)


async def clear_faults(request: Request) -> Response:
    """Go wrong no more."""
    request.app.state.faults.pop(request.path_params["world"], None)
    return Response(status_code=204)


async def _object(request: Request) -> dict[str, Any]:
    return dict(await request.json()) if await request.body() else {}


ROUTES = [
    Route("/_sandbox", guarded(get_sandbox), methods=["GET"]),
    Route("/_sandbox/worlds", guarded(list_worlds), methods=["GET"]),
    Route("/_sandbox/worlds/{world}", guarded(create_world), methods=["PUT"]),
    Route("/_sandbox/worlds/{world}", guarded(imitate), methods=["PATCH"]),
    Route("/_sandbox/worlds/{world}/host", guarded(open_host), methods=["PUT"]),
    Route("/_sandbox/worlds/{world}", guarded(delete_world), methods=["DELETE"]),
    Route("/_sandbox/worlds/{world}/tokens", guarded(create_token), methods=["POST"]),
    Route("/_sandbox/worlds/{world}/organizations/{login}", guarded(create_organization), methods=["PUT"]),
    Route("/_sandbox/worlds/{world}/secrets", guarded(list_secrets), methods=["GET"]),
    Route("/_sandbox/worlds/{world}/faults", guarded(add_fault), methods=["POST"]),
    Route("/_sandbox/worlds/{world}/faults", guarded(clear_faults), methods=["DELETE"]),
]

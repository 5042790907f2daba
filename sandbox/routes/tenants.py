"""The sandbox's own addresses: its tenants, and tokens for them. Guarded by the token in ROOT/token."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.network.faults import Fault
from sandbox.records.apps import app_with
from sandbox.records.environments import EnvironmentRecord
from sandbox.records.job_tokens import IMMUTABLE_SINCE, Job, claims_of, sign_claims
from sandbox.records.secrets import Secret, SecretScope, key_pair
from sandbox.rules.plans import PLANS
from sandbox.tenant.entities import RepositoryRecord
from sandbox.tenant.kept_settings import keep
from sandbox.tenant.sites import site_of
from sandbox.tenant.tenants import LOGIN, TENANT_NAME, Tenant, Tenants

Handler = Callable[[Request], Awaitable[Response]]


def guarded(handler: Handler) -> Handler:
    """Let only the holder of the sandbox's own token in."""

    async def answer(request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(token.encode(), request.app.state.admin_token.encode()):
            return _refusal(401, "This address needs the sandbox's own token, which lies in ROOT/token.")
        return await handler(request)

    return answer


def _refusal(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status)


def _tenant_object(request: Request, tenant: Tenant) -> dict[str, Any]:
    owner, token = tenant.first_owner()
    return {
        "name": tenant.name,
        "address": site_of(request, tenant).html,
        "organization": tenant.organization().login,
        "owner": owner.login,
        "token": token.value,
    }


async def get_sandbox(request: Request) -> Response:
    """Who answers here."""
    return JSONResponse({"pid": request.app.state.pid, "code": request.app.state.code})


async def list_tenants(request: Request) -> Response:
    """The names of all tenants."""
    return JSONResponse(request.app.state.tenants.names())


async def create_tenant(request: Request) -> Response:
    """Make a tenant, or show the one that is there: the same token again."""
    name = request.path_params["tenant"]
    body = await _object(request)
    organization = body.get("organization", "maestro")
    tenants: Tenants = request.app.state.tenants
    tenant = tenants.get(name)
    if tenant is None:
        if not TENANT_NAME.fullmatch(name):
            return _refusal(422, f"'{name}' is not a valid tenant name: use lower-case letters, digits, '.', '-'.")
        if not isinstance(organization, str) or not LOGIN.fullmatch(organization):
            return _refusal(422, f"'{organization}' is not a GitHub login: use letters, digits and single '-'.")
        return JSONResponse(_tenant_object(request, tenants.create(name, organization)), 201)
    present = tenant.organization().login
    if organization != present:
        return _refusal(409, f"Tenant '{name}' belongs to organization '{present}'. Use another tenant name.")
    return JSONResponse(_tenant_object(request, tenant))


async def imitate(request: Request) -> Response:
    """Let the tenant be another: {"plan", "server_version", "remaining"}; null leaves one as it is."""
    tenant: Tenant | None = request.app.state.tenants.get(request.path_params["tenant"])
    if tenant is None:
        return _refusal(404, "There is no such tenant.")
    body = await _object(request)
    if plan := body.get("plan"):
        if plan not in PLANS:
            return _refusal(422, f"'{plan}' is not a plan: {', '.join(PLANS)}.")
        tenant.store.put(replace(tenant.organization(), plan=plan))
    if version := body.get("server_version"):
        keep(tenant.store, tenant.organization(), "server", {"version": str(version)})
    if (remaining := body.get("remaining")) is not None:
        request.app.state.rates.leave(tenant.first_owner()[1].value, remaining)
    return Response(status_code=204)


async def open_host(request: Request) -> Response:
    """Let the tenant have a host of its own, with TLS and without."""
    tenant = request.path_params["tenant"]
    if request.app.state.tenants.get(tenant) is None:
        return _refusal(404, "There is no such tenant.")
    return JSONResponse(request.app.state.hosts.of(tenant))


async def delete_tenant(request: Request) -> Response:
    """Forget a tenant and everything in it."""
    deleted = request.app.state.tenants.delete(request.path_params["tenant"])
    return Response(status_code=204) if deleted else _refusal(404, "There is no such tenant.")


async def create_token(request: Request) -> Response:
    """A new token for a user, who is made when missing: {"login", "scopes", "role"}; or for an app: {"app"}."""
    tenant: Tenant | None = request.app.state.tenants.get(request.path_params["tenant"])
    if tenant is None:
        return _refusal(404, "There is no such tenant.")
    body = await _object(request)
    if slug := body.get("app"):
        app = app_with(slug=str(slug))
        if app is None:
            return _refusal(422, f"There is no app '{slug}'.")
        return JSONResponse({"token": tenant.add_app_token(app.id, app.slug).value}, 201)
    login, role = str(body.get("login", "")), body.get("role", "member")
    if not LOGIN.fullmatch(login) or role not in {"admin", "member", "outsider"}:
        return _refusal(422, "Give a GitHub login, and a role: admin, member or outsider.")
    user = tenant.add_user(login, tenant.organization(), role)
    return JSONResponse({"token": tenant.add_token(user, body.get("scopes", ["repo"])).value}, 201)


async def create_organization(request: Request) -> Response:
    """One more organization of a tenant, owned by the owner of the first; nothing when it is there."""
    tenant: Tenant | None = request.app.state.tenants.get(request.path_params["tenant"])
    login = request.path_params["login"]
    if tenant is None or not LOGIN.fullmatch(login):
        return _refusal(404, "There is no such tenant, or the login is invalid.")
    tenant.add_organization(login)
    return Response(status_code=204)


async def create_job_token(request: Request) -> Response:
    """The token that a job of GitHub Actions would get: {"repository", "audience", and the fields of a Job}."""
    body = await _object(request)
    found = _repository(request, str(body.pop("repository", "")))
    if found is None:
        return _refusal(404, "There is no such tenant or repository.")
    tenant, repository = found
    owner, html = tenant.owner_of(repository), site_of(request, tenant).html
    audience = str(body.pop("audience", None) or f"{html}/{owner.login}")
    try:
        job = Job(**{"ref": f"refs/heads/{repository.default_branch}"} | body)
    except TypeError as error:
        return _refusal(422, f"Not a job: {error}")
    claims = claims_of(tenant.store, owner, repository, job, audience, html)
    return JSONResponse({"token": sign_claims(tenant.store, claims)}, 201)


async def set_creation_time(request: Request) -> Response:
    """Let a repository be from another time: {"repository", "created_at"}."""
    body = await _object(request)
    found = _repository(request, str(body.get("repository", "")))
    if found is None:
        return _refusal(404, "There is no such tenant or repository.")
    tenant, repository = found
    moment = str(body["created_at"])
    tenant.store.put(replace(repository, created_at=moment, has_immutable_subject=moment >= IMMUTABLE_SINCE))
    return Response(status_code=204)


def _repository(request: Request, full_name: str) -> tuple[Tenant, RepositoryRecord] | None:
    tenant: Tenant | None = request.app.state.tenants.get(request.path_params["tenant"])
    login, _, name = full_name.partition("/")
    owner = tenant.account(login) if tenant else None
    repository = tenant.repository(owner, name) if tenant and owner else None
    return (tenant, repository) if tenant and repository else None


async def list_secrets(request: Request) -> Response:
    """All secrets of a tenant with what they hold, for tests: GitHub itself never returns values."""
    tenant: Tenant | None = request.app.state.tenants.get(request.path_params["tenant"])
    if tenant is None:
        return _refusal(404, "There is no such tenant.")
    return JSONResponse([_open(tenant, secret) for secret in tenant.store.all(Secret)])


def _open(tenant: Tenant, secret: Secret) -> dict[str, str | None]:
    """owner: a repository's or an organization's name; area: actions, dependabot, or an environment's name."""
    repository = tenant.store.by_id(RepositoryRecord, secret.owner_id)
    owner = repository.name if repository else tenant.organization().login
    area, _, number = secret.area.partition("/")
    environment = tenant.store.by_id(EnvironmentRecord, int(number)) if number else None
    pair = key_pair(tenant.store, SecretScope(secret.owner_id, secret.area))
    return {
        "owner": owner,
        "area": environment.name if environment else area,
        "name": secret.name,
        "value": pair.open(secret.encrypted_value),
    }


async def add_fault(request: Request) -> Response:
    """From now on, go wrong as described: a Fault as an object."""
    tenant = request.path_params["tenant"]
    if request.app.state.tenants.get(tenant) is None:
        return _refusal(404, "There is no such tenant.")
    try:
        fault = Fault(**await _object(request))
    except TypeError as error:
        return _refusal(422, f"Not a fault: {error}")
    request.app.state.faults.setdefault(tenant, []).append(fault)
    return Response(status_code=204)


async def clear_faults(request: Request) -> Response:
    """Go wrong no more."""
    request.app.state.faults.pop(request.path_params["tenant"], None)
    return Response(status_code=204)


async def _object(request: Request) -> dict[str, Any]:
    return dict(await request.json()) if await request.body() else {}


ROUTES = [
    Route("/_sandbox", guarded(get_sandbox), methods=["GET"]),
    Route("/_sandbox/worlds", guarded(list_tenants), methods=["GET"]),
    Route("/_sandbox/worlds/{tenant}", guarded(create_tenant), methods=["PUT"]),
    Route("/_sandbox/worlds/{tenant}", guarded(imitate), methods=["PATCH"]),
    Route("/_sandbox/worlds/{tenant}/host", guarded(open_host), methods=["PUT"]),
    Route("/_sandbox/worlds/{tenant}", guarded(delete_tenant), methods=["DELETE"]),
    Route("/_sandbox/worlds/{tenant}/tokens", guarded(create_token), methods=["POST"]),
    Route("/_sandbox/worlds/{tenant}/job-tokens", guarded(create_job_token), methods=["POST"]),
    Route("/_sandbox/worlds/{tenant}/creation-times", guarded(set_creation_time), methods=["PUT"]),
    Route("/_sandbox/worlds/{tenant}/organizations/{login}", guarded(create_organization), methods=["PUT"]),
    Route("/_sandbox/worlds/{tenant}/secrets", guarded(list_secrets), methods=["GET"]),
    Route("/_sandbox/worlds/{tenant}/faults", guarded(add_fault), methods=["POST"]),
    Route("/_sandbox/worlds/{tenant}/faults", guarded(clear_faults), methods=["DELETE"]),
]

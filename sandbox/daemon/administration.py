"""Tenants and tokens of a running sandbox, for the command line and for tests."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from sandbox.daemon.process import Running
from sandbox.errors import SandboxError
from sandbox.network.faults import Fault


@dataclass(frozen=True)
class TenantAccess:
    """How to reach a tenant: address for people and git, api_url for REST, the token for both.

    owner: the login of the organization's owner, whose token it is.
    """

    name: str
    address: str
    organization: str
    owner: str
    token: str = field(repr=False)

    @property
    def api_url(self) -> str:
        """The root of REST, without a slash at the end."""
        return f"{self.address}/api/v3"

    @property
    def graphql_url(self) -> str:
        """Where GraphQL is posted to."""
        return f"{self.address}/api/graphql"

    def clone_url(self, repository: str) -> str:
        """What git clones from; the token is not in it."""
        return f"{self.address}/{self.organization}/{repository}.git"


def create_tenant(running: Running, name: str, organization: str = "maestro") -> TenantAccess:
    """The tenant, made when missing; asked again, it has the same token. Raises SandboxError."""
    answer = _ask(running, "PUT", f"/_sandbox/worlds/{quote(name, safe='')}", {"organization": organization})
    return TenantAccess(**answer)


def list_tenants(running: Running) -> list[str]:
    """The names of all tenants, sorted."""
    return list(_ask(running, "GET", "/_sandbox/worlds"))


def delete_tenant(running: Running, name: str) -> bool:
    """Forget the tenant and all that is in it. False: there was none."""
    status, _ = running.ask("DELETE", f"/_sandbox/worlds/{quote(name, safe='')}")
    return status == 204


def create_token(
    running: Running,
    tenant: str,
    login: str,
    *,
    scopes: Sequence[str] | None = ("repo",),
    role: Literal["admin", "member", "outsider"] = "member",
) -> str:
    """A new token of a user, who is made when missing and gets this role. scopes: None for a fine-grained one.

    Raises SandboxError.
    """
    body = {"login": login, "scopes": None if scopes is None else list(scopes), "role": role}
    answer = _ask(running, "POST", f"/_sandbox/worlds/{quote(tenant, safe='')}/tokens", body)
    return str(answer["token"])


def create_app_token(running: Running, tenant: str, app: str = "github-actions") -> str:
    """A new token of an app, which may write to every repository and report check runs. app: its slug.

    Raises SandboxError.
    """
    answer = _ask(running, "POST", f"/_sandbox/worlds/{quote(tenant, safe='')}/tokens", {"app": app})
    return str(answer["token"])


def create_job_token(running: Running, tenant: str, repository: str, *, audience: str = "", **job: str) -> str:
    """The OpenID Connect token that a job of this repository would get. Raises SandboxError.

    repository: "OWNER/NAME". audience: "" for GitHub's default. job: the fields of `records.job_tokens.Job`; without a
    ref it runs on the default branch.
    """
    body = {"repository": repository, "audience": audience, **job}
    return str(_ask(running, "POST", f"/_sandbox/worlds/{quote(tenant, safe='')}/job-tokens", body)["token"])


def set_creation_time(running: Running, tenant: str, repository: str, moment: str) -> None:
    """Let a repository be as if it had been created then ("2025-03-01T00:00:00Z"). repository: "OWNER/NAME".

    One from before 15 July 2026 names no ids in the tokens of its jobs. Raises SandboxError.
    """
    body = {"repository": repository, "created_at": moment}
    _ask(running, "PUT", f"/_sandbox/worlds/{quote(tenant, safe='')}/creation-times", body)


def create_organization(running: Running, tenant: str, login: str) -> None:
    """One more organization, made when missing; the tenant's owner owns it too. Raises SandboxError."""
    address = f"/_sandbox/worlds/{quote(tenant, safe='')}/organizations/{quote(login, safe='')}"
    _ask(running, "PUT", address)


def imitate(
    running: Running,
    tenant: str,
    *,
    plan: str | None = None,
    server_version: str | None = None,
    remaining: int | None = None,
) -> None:
    """Be another GitHub from now on. Raises SandboxError.

    plan: of the first organization: free, team or enterprise. server_version: that of a GitHub Enterprise Server.
    remaining: requests that the owner's token has left in this hour.
    """
    body = {"plan": plan, "server_version": server_version, "remaining": remaining}
    _ask(running, "PATCH", f"/_sandbox/worlds/{quote(tenant, safe='')}", body)


@dataclass(frozen=True)
class Host:
    """https, http: ports of 127.0.0.1. authority: file with the certificate that a client of https must trust, in PEM.

    http answers as a proxy for github.localhost and api.github.localhost.
    """

    https: int
    http: int
    authority: str


def open_host(running: Running, tenant: str) -> Host:
    """Let the tenant have a host of its own, until the sandbox ends; asked again, the same. Raises SandboxError."""
    return Host(**_ask(running, "PUT", f"/_sandbox/worlds/{quote(tenant, safe='')}/host"))


@dataclass(frozen=True)
class OpenSecret:
    """A secret and what it holds. owner: a repository or the organization.

    area: "actions", "dependabot", or the name of an environment. value: None when it was sealed for no key here.
    """

    owner: str
    area: str
    name: str
    value: str | None = field(repr=False)


def read_secrets(running: Running, tenant: str) -> list[OpenSecret]:
    """All secrets of the tenant, opened, in the order in which they were made. Raises SandboxError."""
    answer = _ask(running, "GET", f"/_sandbox/worlds/{quote(tenant, safe='')}/secrets")
    return [OpenSecret(**each) for each in answer]


def add_fault(running: Running, tenant: str, fault: Fault) -> None:
    """Let the requests that the fault describes go wrong. Raises SandboxError."""
    _ask(running, "POST", f"/_sandbox/worlds/{quote(tenant, safe='')}/faults", asdict(fault))


def clear_faults(running: Running, tenant: str) -> None:
    """Let nothing go wrong any more. Raises SandboxError."""
    _ask(running, "DELETE", f"/_sandbox/worlds/{quote(tenant, safe='')}/faults")


def _ask(running: Running, method: str, path: str, body: Any = None) -> Any:
    status, answer = running.ask(method, path, body)
    if status >= 400:
        raise SandboxError(f"The sandbox at {running.address} refused: {answer['message']}")
    return answer

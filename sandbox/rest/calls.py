"""One REST request: who asks, for what. Handlers take a Call and return a Reply."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import unquote

from starlette.requests import Request

from sandbox import errors
from sandbox.network.rate_limits import RateLimits
from sandbox.tenant.entities import Account, Record, RepositoryRecord, Token
from sandbox.tenant.permissions import Permission
from sandbox.tenant.sites import Addresses, Site, addresses_of, site_of
from sandbox.tenant.tenants import Tenant

Kind = TypeVar("Kind", bound=Record)
MOST_DIGITS = 18  # of an integer that SQLite can hold


def whole_number(text: str) -> int:
    """The number that a path or a query has as text; 0, which is nobody's id, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else 0


@dataclass
class Reply:
    """What a handler answers. body: a JSON value, or raw bytes; None sends no body at all.

    cost: how much of the rate limit it takes. resource: which rate limit that is.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cost: int = 1
    resource: str = "core"


class MovedPermanently(Exception):  # noqa: N818 (an answer, no error)
    """The repository was renamed: ask there."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


@dataclass
class Call:
    """One REST request in one tenant. body: the JSON object sent, {} without one."""

    request: Request
    tenant: Tenant
    user: Account | None
    token: Token | None
    body: dict[str, Any]

    @property
    def site(self) -> Site:
        """Where the client sees this tenant."""
        return site_of(self.request, self.tenant)

    def parameter(self, name: str) -> str:
        """A part of the path, percent-decoded; routing saw it raw, so it may hold any character.

        Raises 404 for what no name can hold.
        """
        value = unquote(self.request.path_params[name])
        if "\0" in value:
            raise errors.not_found()
        return value

    def wants(self, form: str) -> bool:
        """Whether the client asks for another form than JSON: "raw", "diff", "patch", "sha", "object".

        Source: https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api#media-types
        """
        return form in re.split(r"[./+,; ]", self.request.headers.get("accept", ""))

    def signed_in(self) -> Account:
        """The user. Raises 401 without a token."""
        if self.user is None:
            raise errors.requires_authentication()
        return self.user

    def account(self, parameter: str) -> Account:
        """The account that the path names by login. Raises 404."""
        account = self.tenant.account(self.parameter(parameter))
        if account is None:
            raise errors.not_found()
        return account

    def organization(self) -> Account:
        """The organization that the path names by login or number. Raises 404."""
        if "organization_id" in self.request.path_params:
            account = self.tenant.store.by_id(Account, self.request.path_params["organization_id"])
        else:
            account = self.tenant.account(self.parameter("organization"))
        if account is None or account.type != "Organization":
            raise errors.not_found()
        return account

    def owned_organization(self) -> Account:
        """The organization that the path names, of which the caller is an owner. Raises 404, 403."""
        organization = self.organization()
        if self.tenant.is_owner(organization, self.user):
            return organization
        if self.user is None or self.tenant.membership(organization.id, self.user) is None:
            raise errors.not_found()
        raise errors.must_be_owner()

    def known(self, kind: type[Kind], *key: str | int) -> Kind:
        """The record with this key. Raises 404."""
        found = self.tenant.store.by_key(kind, *map(str, key))
        if found is None:
            raise errors.not_found()
        return found

    def numbered(self, kind: type[Kind], parameter: str, owner: Record) -> Kind:
        """The record whose id the path names, if it belongs to the owner. Raises 404."""
        found = self.tenant.store.by_id(kind, whole_number(self.parameter(parameter)))
        if found is None or found.key[0] != str(owner.id):
            raise errors.not_found()
        return found

    def repository(self, needed: Permission = Permission.READ) -> RepositoryRecord:
        """The repository that the path names. Raises 404, 403, or Moved to where it is now."""
        repository = self._named_repository()
        permission = self.tenant.permission(self.user, self.token, repository)
        if permission < Permission.READ:
            raise errors.not_found()
        if permission < needed:
            raise errors.requires_authentication() if self.user is None else errors.must_be_admin()
        return repository

    def writable_repository(self, needed: Permission = Permission.ADMIN) -> RepositoryRecord:
        """As `repository`, and it is not archived."""
        repository = self.repository(needed)
        if repository.archived:
            raise errors.archived()
        return repository

    def permission(self, repository: RepositoryRecord) -> Permission:
        """What the caller may do with it."""
        return self.tenant.permission(self.user, self.token, repository)

    def git_directory(self, repository: RepositoryRecord) -> Path:
        """Where its bare git repository lies."""
        return self.tenant.git_directory(repository)

    def addresses(self, repository: RepositoryRecord) -> Addresses:
        """Where the client finds it."""
        return addresses_of(self.site, self.tenant, repository)

    def count(self, cost: int, resource: str = "core") -> dict[str, int]:
        """Count this request against the caller's limit; the rate after it."""
        rates: RateLimits = self.request.app.state.rates
        return rates.count(self.token.value if self.token else self.tenant.name, cost, resource)

    def _named_repository(self) -> RepositoryRecord:
        parameters = self.request.path_params
        if "repository_id" in parameters:
            found = self.tenant.store.by_id(RepositoryRecord, parameters["repository_id"])
        else:
            owner, name = self.account("owner"), self.parameter("repository")
            found = self.tenant.repository(owner, name)
            former = None if found else self.tenant.renamed(owner, name)
            if former and self.permission(former):
                self._move_to(former)
        if found is None:
            raise errors.not_found()
        return found

    def _move_to(self, repository: RepositoryRecord) -> NoReturn:
        before, _, raw = self.request.scope["path"].partition("/api/v3/")[2].rpartition("repos/")
        rest = raw.split("/", 2)[2:]
        query = self.request.scope["query_string"].decode()
        target = f"repositories/{repository.id}"
        if before:  # below a team
            target = f"{before}repos/{self.tenant.owner_of(repository).login}/{repository.name}"
        location = "/".join([f"{self.site.api}/{target}", *rest])
        raise MovedPermanently(f"{location}?{query}" if query else location)


Handler = Callable[[Call], Awaitable[Reply]]

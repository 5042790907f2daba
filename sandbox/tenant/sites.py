"""Where clients find a tenant and what is in it: no address is kept, each is made for the client that asks."""

from dataclasses import dataclass

from starlette.requests import Request

from sandbox.tenant.entities import RepositoryRecord
from sandbox.tenant.tenants import Tenant


@dataclass(frozen=True)
class Site:
    """The addresses of a tenant, without a slash at the end. host: with port, as the client wrote it.

    own_api: of a host that serves REST alone, as api.github.com; "" for none.
    """

    host: str
    html: str
    own_api: str = ""

    @property
    def api(self) -> str:
        """The root of REST."""
        return self.own_api or f"{self.html}/api/v3"


@dataclass(frozen=True)
class Addresses:
    """Where a repository is: in REST, and its page."""

    repository_id: int
    api: str
    html: str


def site_of(request: Request, tenant: Tenant) -> Site:
    """The addresses of the tenant, as this client reached it."""
    if own := request.scope.get("sandbox.site"):  # a host with this tenant at its root
        return Site(host=own.partition("://")[2], html=own, own_api=request.scope.get("sandbox.api", ""))
    host = request.headers.get("host", "127.0.0.1")
    return Site(host=host, html=f"{request.scope['scheme']}://{host}/{tenant.name}")


def addresses_of(site: Site, tenant: Tenant, repository: RepositoryRecord) -> Addresses:
    """The addresses of a repository."""
    name = f"{tenant.owner_of(repository).login}/{repository.name}"
    return Addresses(repository_id=repository.id, api=f"{site.api}/repos/{name}", html=f"{site.html}/{name}")

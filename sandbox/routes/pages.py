"""What a person's browser gets: a page per repository, so that html_url leads somewhere."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox.git.bare_repository import BRANCHES, object_id
from sandbox.tenant.entities import Account, RepositoryRecord
from sandbox.tenant.sites import site_of
from sandbox.tenant.tenants import Tenant

PAGE = "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1>{body}"


def _page(title: str, *paragraphs: str, status: int = 200) -> Response:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return HTMLResponse(PAGE.format(title=escape(title), body=body), status)


async def repository_page(request: Request) -> Response:
    """Description, head, and how to clone. Shown without signing in: a browser has no token of ours."""
    tenant: Tenant | None = request.app.state.tenants.get(request.path_params["tenant"])
    owner = tenant.account(request.path_params["owner"]) if tenant else None
    if tenant is None or owner is None:
        return _page("Not found", status=404)
    repository = tenant.repository(owner, request.path_params["repository"])
    if repository is None:
        return _page("Not found", status=404)
    address = f"{site_of(request, tenant).html}/{owner.login}/{repository.name}"
    branch = repository.default_branch
    head = object_id(tenant.git_directory(repository), BRANCHES + branch) or "nothing was pushed yet"
    return _page(
        f"{owner.login}/{repository.name}",
        escape(repository.description or "No description."),
        f"{repository.visibility}{', archived' if repository.archived else ''}",
        f"{escape(branch)}: <code>{head}</code>",
        f"<code>git clone {escape(address)}.git</code>",
    )


async def tenant_page(request: Request) -> Response:
    """The organizations and users of a tenant."""
    tenant: Tenant | None = request.app.state.tenants.get(request.path_params["tenant"])
    if tenant is None:
        return _page("Not found", status=404)
    home = site_of(request, tenant).html
    logins = [account.login for account in tenant.store.all(Account)]
    return _page(tenant.name, *(f'<a href="{home}/{login}">{login}</a>' for login in logins))


async def account_page(request: Request) -> Response:
    """The repositories of an organization or user."""
    tenant: Tenant | None = request.app.state.tenants.get(request.path_params["tenant"])
    account = tenant.account(request.path_params["owner"]) if tenant else None
    if tenant is None or account is None:
        return _page("Not found", status=404)
    names = [repository.name for repository in tenant.store.all(RepositoryRecord, str(account.id))]
    home = f"{site_of(request, tenant).html}/{account.login}"
    return _page(account.login, *(f'<a href="{home}/{name}">{name}</a>' for name in sorted(names)))


ROUTES = [
    Route("/{tenant}", tenant_page, methods=["GET"]),
    Route("/{tenant}/{owner}", account_page, methods=["GET"]),
    Route("/{tenant}/{owner}/{repository}", repository_page, methods=["GET"]),
]

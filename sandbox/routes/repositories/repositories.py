"""Repositories and their settings. https://docs.github.com/rest/repos/repos"""

from dataclasses import replace
from typing import Any

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.git.commits import resolve
from sandbox.operations import repositories
from sandbox.representations.repositories import full_repository, minimal_repository
from sandbox.rest.bodies import optional
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import organization_routes, repository_routes, route
from sandbox.rules.code_owners import errors_in, read_owners
from sandbox.rules.plans import demand_secret_scanning
from sandbox.rules.repository_rules import settings_in, topics_in
from sandbox.rules.security_configurations import attach_default, is_enforced
from sandbox.tenant.entities import Account, RepositoryRecord
from sandbox.tenant.permissions import Permission

# What gitignore_template and license_template put into a new repository: a stand-in for GitHub's own texts.
TEMPLATES = {
    "gitignore_template": (".gitignore", "# GitHub's template for {}\n"),
    "license_template": ("LICENSE", "The license that GitHub calls {}\n"),
}
SCANNING = ("secret_scanning", "secret_scanning_push_protection")


def _repository_object(call: Call, repository: RepositoryRecord) -> dict[str, Any]:
    return full_repository(call.tenant, call.site, repository, call.permission(repository))


async def get_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#get-a-repository"""
    return Reply(_repository_object(call, call.repository()))


async def create_for_organization(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#create-an-organization-repository"""
    organization = call.organization()
    if call.tenant.membership(organization.id, call.signed_in()) is None:
        raise errors.not_found()
    return await _create(call, organization)


async def create_for_user(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#create-a-repository-for-the-authenticated-user"""
    return await _create(call, call.signed_in())


async def _create(call: Call, owner: Account) -> Reply:
    creator = call.signed_in()
    if call.token is None or not call.token.has("repo"):
        raise errors.not_found()
    if call.body.get("name") is None:
        raise GitHubError(422, 'Invalid request.\n\n"name" wasn\'t supplied.')
    auto_init = optional(call.body, "auto_init", bool, False)
    files = {"README.md": "{title}"} if auto_init else {}
    for template, (file, text) in TEMPLATES.items():
        if chosen := optional(call.body, template, str):
            files[file] = text.format(chosen)
    fill = repositories.with_files(creator, files) if files else None
    repository = await repositories.create(call.tenant, owner, settings_in(call.body), fill)
    repository = attach_default(call.tenant.store, owner, repository)
    document = _repository_object(call, repository)
    return Reply(document, 201, {"Location": document["url"]})


async def update(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#update-a-repository"""
    repository = call.repository(Permission.ADMIN)
    settings = settings_in(call.body)
    if repository.archived and settings.get("archived") is not False and _differs(repository, settings):
        raise errors.archived()
    requested = _scanning(call.body.get("security_and_analysis"))
    requested = {field: value for field, value in requested.items() if not _is_enforced(call, repository, field)}
    if any(requested.values()):
        demand_secret_scanning(call.tenant.owner_of(repository), repository)
    return Reply(_repository_object(call, repositories.change(call.tenant, repository, {**settings, **requested})))


def _is_enforced(call: Call, repository: RepositoryRecord, field: str) -> bool:
    return is_enforced(call.tenant.store, call.tenant.owner_of(repository), repository, field)


def _differs(repository: RepositoryRecord, settings: dict[str, Any]) -> bool:
    return any(getattr(repository, field) != value for field, value in settings.items())


def _scanning(requested: Any) -> dict[str, bool]:
    """The settings in `security_and_analysis` that the sandbox keeps."""
    if not isinstance(requested, dict):
        return {}
    chosen = {field: optional(requested, field, dict, {}) for field in SCANNING}
    return {field: value.get("status") == "enabled" for field, value in chosen.items() if value}


async def delete(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#delete-a-repository"""
    repository = call.repository(Permission.ADMIN)
    if call.token is None or not call.token.has("delete_repo"):
        raise errors.must_be_admin()
    repositories.delete(call.tenant, repository)
    return Reply(status=204)


async def list_of_organization(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#list-organization-repositories"""
    return _list(call, [call.organization()])


async def list_of_user(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#list-repositories-for-a-user"""
    return _list(call, [call.account("login")])


async def list_own(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#list-repositories-for-the-authenticated-user"""
    call.signed_in()
    owners = [
        account
        for account in call.tenant.store.all(Account)
        if account == call.user or (call.user and call.tenant.membership(account.id, call.user))
    ]
    return _list(call, owners)


def _list(call: Call, owners: list[Account]) -> Reply:
    """One page of the repositories that the caller may see; sort, direction, type as documented."""
    query = call.request.query_params
    found = [
        (repository, owner, permission)
        for owner in owners
        for repository in call.tenant.store.all(RepositoryRecord, str(owner.id))
        if (permission := call.permission(repository)) >= Permission.READ
        and query.get("type", "all") in {"all", "owner", "sources", repository.visibility}
    ]
    sort = query.get("sort", "created")
    field = {"created": "id", "updated": "updated_at", "pushed": "pushed_at"}.get(sort, "name")
    descending = query.get("direction", "asc" if field == "name" else "desc") == "desc"
    found.sort(key=lambda entry: getattr(entry[0], field), reverse=descending)
    return page(call, found, lambda entry: minimal_repository(call.tenant, call.site, *entry))


async def get_topics(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#get-all-repository-topics"""
    return Reply({"names": list(call.repository().topics)})


async def replace_topics(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#replace-all-repository-topics"""
    repository = call.writable_repository()
    changed = repositories.change(call.tenant, repository, {"topics": topics_in(call.body)})
    return Reply({"names": list(changed.topics)})


async def list_codeowners_errors(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#list-codeowners-errors"""
    repository = call.repository()
    ref = call.request.query_params.get("ref") or repository.default_branch
    commit = await resolve(call.git_directory(repository), ref)
    owners = await read_owners(call.tenant, repository, commit) if commit else None
    if owners is None:
        raise errors.not_found()
    return Reply({"errors": errors_in(call.tenant, repository, owners)})


async def get_vulnerability_alerts(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#check-if-vulnerability-alerts-are-enabled-for-a-repository

    An archived repository has none while it is archived.
    """
    repository = call.repository(Permission.ADMIN)
    if repository.archived or not repository.vulnerability_alerts:
        raise errors.not_found("Vulnerability alerts are disabled.")
    return Reply(status=204)


async def enable_vulnerability_alerts(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#enable-vulnerability-alerts"""
    repository = call.writable_repository()
    if not _is_enforced(call, repository, "vulnerability_alerts"):
        call.tenant.store.put(replace(repository, vulnerability_alerts=True))
    return Reply(status=204)


async def disable_vulnerability_alerts(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#disable-vulnerability-alerts"""
    repository = call.writable_repository()
    if not _is_enforced(call, repository, "vulnerability_alerts"):
        call.tenant.store.put(replace(repository, vulnerability_alerts=False, automated_security_fixes=False))
    return Reply(status=204)


async def get_security_fixes(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#check-if-dependabot-security-updates-are-enabled-for-a-repository"""
    return Reply({"enabled": call.repository(Permission.ADMIN).automated_security_fixes, "paused": False})


async def enable_security_fixes(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#enable-dependabot-security-updates"""
    return _switch_security_fixes(call, on=True)


def _switch_security_fixes(call: Call, *, on: bool) -> Reply:
    """Switching them off needs alerts as well, as users of the provider saw (mitodl/ol-infrastructure)."""
    repository = call.writable_repository()
    if not repository.vulnerability_alerts:
        message = "Vulnerability alerts must be enabled to configure Dependabot security updates."
        raise GitHubError(422, message)
    if not _is_enforced(call, repository, "automated_security_fixes"):
        call.tenant.store.put(replace(repository, automated_security_fixes=on))
    return Reply(status=204)


async def disable_security_fixes(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#disable-dependabot-security-updates"""
    return _switch_security_fixes(call, on=False)


ROUTES = [
    *repository_routes("GET", "", get_repository),
    *repository_routes("PATCH", "", update),
    *repository_routes("DELETE", "", delete),
    *organization_routes("GET", "/repos", list_of_organization),
    *organization_routes("POST", "/repos", create_for_organization),
    route("GET", "/user/repos", list_own),
    route("POST", "/user/repos", create_for_user),
    route("GET", "/users/{login}/repos", list_of_user),
    *repository_routes("GET", "/topics", get_topics),
    *repository_routes("PUT", "/topics", replace_topics),
    *repository_routes("GET", "/codeowners/errors", list_codeowners_errors),
    *repository_routes("GET", "/vulnerability-alerts", get_vulnerability_alerts),
    *repository_routes("PUT", "/vulnerability-alerts", enable_vulnerability_alerts),
    *repository_routes("DELETE", "/vulnerability-alerts", disable_vulnerability_alerts),
    *repository_routes("GET", "/automated-security-fixes", get_security_fixes),
    *repository_routes("PUT", "/automated-security-fixes", enable_security_fixes),
    *repository_routes("DELETE", "/automated-security-fixes", disable_security_fixes),
]

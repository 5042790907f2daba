"""What GitHub Actions may do. https://docs.github.com/rest/actions/permissions"""

from typing import Any

from sandbox.errors import GitHubError
from sandbox.rest.bodies import choice, fields, optional, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.routing import organization_routes, repository_routes
from sandbox.tenant.entities import Account, RepositoryRecord
from sandbox.tenant.kept_settings import keep, setting
from sandbox.tenant.permissions import Permission

ALLOWED = ("all", "local_only", "selected")


def _of_repository(call: Call) -> RepositoryRecord:
    reading = call.request.method in {"GET", "HEAD"}
    return call.repository(Permission.ADMIN) if reading else call.writable_repository()


def _permissions(call: Call, owner: Account | RepositoryRecord, chapter: str, address: str) -> Reply:
    document = setting(call.tenant.store, owner, chapter)
    if document.get("allowed_actions") == "selected":
        document["selected_actions_url"] = f"{address}/actions/permissions/selected-actions"
    return Reply(document)


async def get_permissions(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/permissions#get-github-actions-permissions-for-a-repository"""
    repository = _of_repository(call)
    return _permissions(call, repository, "actions-permissions", call.addresses(repository).api)


async def set_permissions(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/permissions#set-github-actions-permissions-for-a-repository"""
    repository = _of_repository(call)
    enabled = required(call.body, "enabled", bool)
    value: dict[str, Any] = {"enabled": enabled}
    if enabled:
        value["allowed_actions"] = choice(call.body, "allowed_actions", ALLOWED, "all")
        value["sha_pinning_required"] = optional(call.body, "sha_pinning_required", bool, False)
    keep(call.tenant.store, repository, "actions-permissions", value)
    return Reply(status=204)


def _selected(call: Call, owner: Account | RepositoryRecord, chapter: str) -> dict[str, Any]:
    if setting(call.tenant.store, owner, chapter).get("allowed_actions") != "selected":
        raise GitHubError(409, "Conflict: allowed_actions is not set to selected")
    return setting(call.tenant.store, owner, "selected-actions")


def _selected_in(call: Call, present: dict[str, Any]) -> dict[str, Any]:
    return present | fields(call.body, github_owned_allowed=bool, verified_allowed=bool, patterns_allowed=list)


async def get_selected_actions(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/permissions#get-allowed-actions-and-reusable-workflows-for-a-repository"""
    return Reply(_selected(call, _of_repository(call), "actions-permissions"))


async def set_selected_actions(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/permissions#set-allowed-actions-and-reusable-workflows-for-a-repository"""
    repository = _of_repository(call)
    present = _selected(call, repository, "actions-permissions")
    keep(call.tenant.store, repository, "selected-actions", _selected_in(call, present))
    return Reply(status=204)


async def get_workflow_permissions(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/permissions#get-default-workflow-permissions-for-a-repository"""
    return Reply(setting(call.tenant.store, _of_repository(call), "workflow-permissions"))


def _workflow_in(call: Call, present: dict[str, Any]) -> dict[str, Any]:
    chosen = present | fields(call.body, default_workflow_permissions=str, can_approve_pull_request_reviews=bool)
    choice(chosen, "default_workflow_permissions", ("read", "write"), "read")
    return chosen


async def set_workflow_permissions(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/permissions#set-default-workflow-permissions-for-a-repository"""
    repository = _of_repository(call)
    present = setting(call.tenant.store, repository, "workflow-permissions")
    keep(call.tenant.store, repository, "workflow-permissions", _workflow_in(call, present))
    return Reply(status=204)


async def get_access(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/permissions#get-the-level-of-access-for-workflows-outside-of-the-repository"""
    return Reply(setting(call.tenant.store, _of_repository(call), "actions-access"))


async def set_access(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/permissions#set-the-level-of-access-for-workflows-outside-of-the-repository"""
    repository = _of_repository(call)
    if repository.visibility == "public":
        raise GitHubError(422, "Access policy only applies to internal and private repositories.")
    level = choice(call.body, "access_level", ("none", "user", "organization"), "")
    keep(call.tenant.store, repository, "actions-access", {"access_level": level})
    return Reply(status=204)


async def get_organization_permissions(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/permissions#get-github-actions-permissions-for-an-organization"""
    organization = call.owned_organization()
    address = f"{call.site.api}/orgs/{organization.login}"
    return _permissions(call, organization, "organization-actions-permissions", address)


async def set_organization_permissions(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/permissions#set-github-actions-permissions-for-an-organization"""
    organization = call.owned_organization()
    enabled = choice(call.body, "enabled_repositories", ("all", "none", "selected"), "")
    allowed = choice(call.body, "allowed_actions", ALLOWED, "all")
    pinned = optional(call.body, "sha_pinning_required", bool, False)
    value = {"enabled_repositories": enabled, "allowed_actions": allowed, "sha_pinning_required": pinned}
    keep(call.tenant.store, organization, "organization-actions-permissions", value)
    return Reply(status=204)


async def get_organization_selected_actions(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/permissions#get-allowed-actions-and-reusable-workflows-for-an-organization"""
    return Reply(_selected(call, call.owned_organization(), "organization-actions-permissions"))


async def set_organization_selected_actions(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/permissions#set-allowed-actions-and-reusable-workflows-for-an-organization"""
    organization = call.owned_organization()
    present = _selected(call, organization, "organization-actions-permissions")
    keep(call.tenant.store, organization, "selected-actions", _selected_in(call, present))
    return Reply(status=204)


async def get_organization_workflow_permissions(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/permissions#get-default-workflow-permissions-for-an-organization"""
    return Reply(setting(call.tenant.store, call.owned_organization(), "workflow-permissions"))


async def set_organization_workflow_permissions(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/permissions#set-default-workflow-permissions-for-an-organization"""
    organization = call.owned_organization()
    present = setting(call.tenant.store, organization, "workflow-permissions")
    keep(call.tenant.store, organization, "workflow-permissions", _workflow_in(call, present))
    return Reply(status=204)


ROUTES = [
    *repository_routes("GET", "/actions/permissions", get_permissions),
    *repository_routes("PUT", "/actions/permissions", set_permissions),
    *repository_routes("GET", "/actions/permissions/selected-actions", get_selected_actions),
    *repository_routes("PUT", "/actions/permissions/selected-actions", set_selected_actions),
    *repository_routes("GET", "/actions/permissions/workflow", get_workflow_permissions),
    *repository_routes("PUT", "/actions/permissions/workflow", set_workflow_permissions),
    *repository_routes("GET", "/actions/permissions/access", get_access),
    *repository_routes("PUT", "/actions/permissions/access", set_access),
    *organization_routes("GET", "/actions/permissions", get_organization_permissions),
    *organization_routes("PUT", "/actions/permissions", set_organization_permissions),
    *organization_routes("GET", "/actions/permissions/selected-actions", get_organization_selected_actions),
    *organization_routes("PUT", "/actions/permissions/selected-actions", set_organization_selected_actions),
    *organization_routes("GET", "/actions/permissions/workflow", get_organization_workflow_permissions),
    *organization_routes("PUT", "/actions/permissions/workflow", set_organization_workflow_permissions),
]

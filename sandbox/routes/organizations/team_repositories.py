"""Repositories of teams. https://docs.github.com/rest/teams/teams"""

from typing import Any

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.representations.repositories import minimal_repository
from sandbox.representations.teams import listed_team
from sandbox.rest.bodies import optional
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes
from sandbox.routes.organizations.teams import grant, team_of, team_routes
from sandbox.tenant.entities import RepositoryRecord
from sandbox.tenant.people import TeamRecord, TeamRepository, team_permission
from sandbox.tenant.permissions import Permission


def _with_role(call: Call, team: TeamRecord, repository: RepositoryRecord) -> dict[str, Any]:
    permission = team_permission(call.tenant.store, team, repository)
    document = minimal_repository(call.tenant, call.site, repository, call.tenant.owner_of(repository), permission)
    for newer in ("has_discussions", "has_pull_requests", "pull_request_creation_policy"):
        del document[newer]
    return document | {"role_name": permission.role_name}


async def list_repositories(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#list-team-repositories"""
    team = team_of(call)
    found = [
        repository
        for repository in call.tenant.store.all(RepositoryRecord, str(team.organization_id))
        if team_permission(call.tenant.store, team, repository)
    ]
    return page(call, found, lambda repository: _with_role(call, team, repository))


async def get_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#check-team-permissions-for-a-repository

    Only the media type `application/vnd.github.v3.repository+json` brings the repository; others bring 204.
    """
    team, repository = team_of(call), call.repository()
    if not team_permission(call.tenant.store, team, repository):
        raise errors.not_found()
    if "repository" not in call.request.headers.get("accept", ""):
        return Reply(status=204)
    return Reply(_with_role(call, team, repository))


async def set_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#add-or-update-team-repository-permissions"""
    team, repository = team_of(call), call.writable_repository()
    name = optional(call.body, "permission", str) or team.permission
    permission = Permission.named(name)
    if permission is None:
        raise GitHubError(422, f"The permission {name} is not a repository role of this organization.")
    grant(call, team, repository, permission)
    return Reply(status=204)


async def remove_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#remove-a-repository-from-a-team"""
    team, repository = team_of(call), call.writable_repository()
    grant = call.tenant.store.by_key(TeamRepository, str(repository.id), str(team.id))
    if grant:
        call.tenant.store.remove(grant)
    return Reply(status=204)


async def list_of_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#list-repository-teams"""
    repository = call.repository(Permission.ADMIN)
    teams = [
        (team, Permission[grant.permission.upper()])
        for grant in call.tenant.store.all(TeamRepository, str(repository.id))
        if (team := call.tenant.store.by_id(TeamRecord, grant.team_id))
    ]
    return page(call, teams, lambda pair: listed_team(call.site, call.tenant, *pair))


ROUTES = [
    *team_routes("GET", "/repos", list_repositories),
    *team_routes("GET", "/repos/{owner}/{repository}", get_repository),
    *team_routes("PUT", "/repos/{owner}/{repository}", set_repository),
    *team_routes("DELETE", "/repos/{owner}/{repository}", remove_repository),
    *repository_routes("GET", "/teams", list_of_repository),
]

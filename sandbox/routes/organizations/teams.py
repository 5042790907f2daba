"""Teams. https://docs.github.com/rest/teams/teams"""

from dataclasses import replace
from typing import Any

from starlette.routing import Route

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.representations.teams import full_team, listed_team
from sandbox.rest.bodies import choice, fields, items, optional, required
from sandbox.rest.calls import Call, Handler, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import organization_routes, route
from sandbox.tenant.entities import Account, RepositoryRecord, now
from sandbox.tenant.people import TeamMember, TeamRecord, TeamRepository, slug_of, with_ancestors
from sandbox.tenant.permissions import Permission

NOTIFICATIONS = ("notifications_enabled", "notifications_disabled")
TEXTS = {"name": str, "description": str, "privacy": str, "notification_setting": str, "permission": str}


def team_of(call: Call) -> TeamRecord:
    """The team that the path names by slug, or by number as the provider asks."""
    organization = call.organization()
    if call.user is None or call.tenant.membership(organization.id, call.user) is None:
        raise errors.not_found()
    if "team_id" in call.request.path_params:
        return call.numbered(TeamRecord, "team_id", organization)
    return call.known(TeamRecord, organization.id, call.parameter("team_slug").lower())


def managed_team(call: Call) -> TeamRecord:
    """As `_team`, for its maintainers and the organization's owners."""
    team = team_of(call)
    user = call.signed_in()
    member = call.tenant.store.by_key(TeamMember, str(team.id), str(user.id))
    if not call.tenant.is_owner(call.organization(), user) and (member is None or member.role != "maintainer"):
        raise errors.must_be_owner()
    return team


def _parent(call: Call, organization: Account) -> TeamRecord | None:
    number = optional(call.body, "parent_team_id", int)
    if number is None:
        return None
    parent = call.tenant.store.by_id(TeamRecord, number)
    if parent is None or parent.organization_id != organization.id:
        raise GitHubError(422, "Parent team not found")
    if parent.privacy == "secret":
        raise errors.invalid_field("Team", "parent_team_id", "Parent team cannot be secret")
    return parent


async def list_teams(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#list-teams"""
    organization = call.organization()
    if call.user is None or call.tenant.membership(organization.id, call.user) is None:
        raise errors.not_found()
    return page(
        call,
        call.tenant.store.all(TeamRecord, str(organization.id)),
        lambda team: listed_team(call.site, call.tenant, team),
    )


async def create_team(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#create-a-team

    The creator becomes a maintainer when no maintainers are named, unless a GitHub App creates it.
    """
    organization = call.owned_organization()
    if call.token is None or not call.token.has("admin:org", "write:org"):
        raise errors.not_found()
    name = required(call.body, "name", str)
    parent = _parent(call, organization)
    time = now()
    team = TeamRecord(
        id=call.tenant.store.next_id(),
        organization_id=organization.id,
        name=name,
        slug=slug_of(name),
        description=optional(call.body, "description", str),
        privacy="closed" if parent else choice(call.body, "privacy", ("secret", "closed"), "secret"),  # type: ignore[arg-type]
        notification_setting=choice(call.body, "notification_setting", NOTIFICATIONS, NOTIFICATIONS[0]),
        permission=choice(call.body, "permission", ("pull", "push", "admin"), "pull"),
        parent_id=parent.id if parent else None,
        created_at=time,
        updated_at=time,
    )
    _check_slug(call, team)
    maintainers = items(call.body, "maintainers", str) or [call.signed_in().login]
    users = [call.tenant.account(str(login)) for login in maintainers]
    store = call.tenant.store
    with store.transaction():
        store.put(team)
        for user in filter(None, users):
            store.put(TeamMember(id=store.next_id(), team_id=team.id, user_id=user.id, role="maintainer"))
        for full_name in items(call.body, "repo_names", str):
            repository = call.tenant.repository(organization, str(full_name).rpartition("/")[2])
            if repository:
                grant(call, team, repository, Permission.READ)
    return Reply(full_team(call.site, call.tenant, team), 201)


def _check_slug(call: Call, team: TeamRecord) -> None:
    other = call.tenant.store.by_key(TeamRecord, *team.key)
    if not team.slug:
        raise errors.invalid_field("Team", "name", "Name must contain a letter or a number")
    if other and other.id != team.id:
        raise errors.invalid_field("Team", "name", "Name must be unique for this org", code="already_exists")


def grant(call: Call, team: TeamRecord, repository: RepositoryRecord, permission: Permission) -> None:
    """Give the team this access to the repository."""
    store = call.tenant.store
    present = store.by_key(TeamRepository, str(repository.id), str(team.id))
    store.put(
        TeamRepository(
            id=present.id if present else store.next_id(),
            repository_id=repository.id,
            team_id=team.id,
            permission=permission.role_name,
        )
    )


async def get_team(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#get-a-team-by-name"""
    return Reply(full_team(call.site, call.tenant, team_of(call)))


async def update_team(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#update-a-team"""
    team, organization = managed_team(call), call.organization()
    changes: dict[str, Any] = fields(call.body, **TEXTS)
    choice(changes, "privacy", ("secret", "closed"), "closed")
    if "name" in changes:
        changes["slug"] = slug_of(changes["name"])
    if "parent_team_id" in call.body:
        parent = _parent(call, organization)
        if parent and team.id in {ancestor.id for ancestor in with_ancestors(call.tenant.store, parent)}:
            raise errors.invalid_field("Team", "parent_team_id", "Parent team cannot be a descendant of the team")
        changes["parent_id"] = parent.id if parent else None
    changed = replace(team, **changes, updated_at=now())
    _check_slug(call, changed)
    call.tenant.store.put(changed)
    return Reply(full_team(call.site, call.tenant, changed))


async def delete_team(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#delete-a-team

    Child teams go with it.
    """
    team, store = managed_team(call), call.tenant.store
    teams = store.all(TeamRecord, str(team.organization_id))
    doomed = {each.id for each in teams if team in with_ancestors(store, each)}
    with store.transaction():
        for grant in store.all(TeamRepository):
            if grant.team_id in doomed:
                store.remove(grant)
        for each in teams:
            if each.id in doomed:
                store.remove_below(each.id)
                store.remove(each)
    return Reply(status=204)


async def list_child_teams(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#list-child-teams"""
    team = team_of(call)
    children = [
        each for each in call.tenant.store.all(TeamRecord, str(team.organization_id)) if each.parent_id == team.id
    ]
    return page(call, children, lambda child: listed_team(call.site, call.tenant, child))


def team_routes(method: str, suffix: str, handler: Handler) -> list[Route]:
    """A route of a team: by the organization's login and the team's slug, and by their numbers."""
    return [
        route(method, f"/orgs/{{organization}}/teams/{{team_slug}}{suffix}", handler),
        route(method, f"/organizations/{{organization_id:id}}/team/{{team_id}}{suffix}", handler),
    ]


ROUTES = [
    *organization_routes("GET", "/teams", list_teams),
    *organization_routes("POST", "/teams", create_team),
    *team_routes("GET", "", get_team),
    *team_routes("PATCH", "", update_team),
    *team_routes("DELETE", "", delete_team),
    *team_routes("GET", "/teams", list_child_teams),
]

"""Teams, their members and repositories. https://docs.github.com/rest/teams/teams"""

from dataclasses import replace
from typing import Any

from starlette.routing import Route

from sandbox import errors
from sandbox.account_representations import simple_user
from sandbox.bodies import choice, fields, optional, required
from sandbox.calls import Call, Handler, Reply
from sandbox.entities import Account, Repository, now
from sandbox.errors import GitHubError
from sandbox.pagination import page
from sandbox.people import Team, TeamMember, TeamRepository, slug_of, team_permission, with_ancestors
from sandbox.permissions import Permission
from sandbox.repository_representations import minimal_repository
from sandbox.routes import organization_routes, repository_routes, route
from sandbox.team_representations import full_team, listed_team

NOTIFICATIONS = ("notifications_enabled", "notifications_disabled")
TEXTS = {"name": str, "description": str, "privacy": str, "notification_setting": str, "permission": str}


def _team(call: Call) -> Team:
    """The team that the path names by slug, or by number as the provider asks."""
    organization = call.organization()
    if call.user is None or call.world.membership(organization.id, call.user) is None:
        raise errors.not_found()
    if "team_id" in call.request.path_params:
        return call.numbered(Team, "team_id", organization)
    return call.known(Team, organization.id, call.parameter("team_slug").lower())


def _managed_team(call: Call) -> Team:
    """As `_team`, for its maintainers and the organization's owners."""
    team = _team(call)
    user = call.signed_in()
    member = call.world.store.by_key(TeamMember, str(team.id), str(user.id))
    if not call.world.is_owner(call.organization(), user) and (member is None or member.role != "maintainer"):
        raise errors.must_be_owner()
    return team


def _parent(call: Call, organization: Account) -> Team | None:
    number = optional(call.body, "parent_team_id", int)
    if number is None:
        return None
    parent = call.world.store.by_id(Team, number)
    if parent is None or parent.organization_id != organization.id:
        raise GitHubError(422, "Parent team not found")
    if parent.privacy == "secret":
        raise errors.invalid_field("Team", "parent_team_id", "Parent team cannot be secret")
    return parent


async def list_teams(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#list-teams"""
    organization = call.organization()
    if call.user is None or call.world.membership(organization.id, call.user) is None:
        raise errors.not_found()
    return page(
        call, call.world.store.all(Team, str(organization.id)), lambda team: listed_team(call.site, call.world, team)
    )


async def create_team(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#create-a-team

    The creator becomes a maintainer when no maintainers are named, unless a GitHub App creates it.
    """
    organization = call.owned_organization()
    name = required(call.body, "name", str)
    parent = _parent(call, organization)
    time = now()
    team = Team(
        id=call.world.store.next_id(),
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
    maintainers = optional(call.body, "maintainers", list) or [call.signed_in().login]
    users = [call.world.account(str(login)) for login in maintainers]
    store = call.world.store
    with store.transaction():
        store.put(team)
        for user in filter(None, users):
            store.put(TeamMember(id=store.next_id(), team_id=team.id, user_id=user.id, role="maintainer"))
        for full_name in optional(call.body, "repo_names", list, []):
            repository = call.world.repository(organization, str(full_name).rpartition("/")[2])
            if repository:
                _grant(call, team, repository, Permission.READ)
    return Reply(full_team(call.site, call.world, team), 201)


def _check_slug(call: Call, team: Team) -> None:
    other = call.world.store.by_key(Team, *team.key)
    if not team.slug:
        raise errors.invalid_field("Team", "name", "Name must contain a letter or a number")
    if other and other.id != team.id:
        raise errors.invalid_field("Team", "name", "Name must be unique for this org", code="already_exists")


async def get_team(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#get-a-team-by-name"""
    return Reply(full_team(call.site, call.world, _team(call)))


async def update_team(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#update-a-team"""
    team, organization = _managed_team(call), call.organization()
    changes: dict[str, Any] = fields(call.body, **TEXTS)
    choice(changes, "privacy", ("secret", "closed"), "closed")
    if "name" in changes:
        changes["slug"] = slug_of(changes["name"])
    if "parent_team_id" in call.body:
        parent = _parent(call, organization)
        if parent and team.id in {ancestor.id for ancestor in with_ancestors(call.world.store, parent)}:
            raise errors.invalid_field("Team", "parent_team_id", "Parent team cannot be a descendant of the team")
        changes["parent_id"] = parent.id if parent else None
    changed = replace(team, **changes, updated_at=now())
    _check_slug(call, changed)
    call.world.store.put(changed)
    return Reply(full_team(call.site, call.world, changed))


async def delete_team(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#delete-a-team

    Child teams go with it.
    """
    team, store = _managed_team(call), call.world.store
    teams = store.all(Team, str(team.organization_id))
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
    team = _team(call)
    children = [each for each in call.world.store.all(Team, str(team.organization_id)) if each.parent_id == team.id]
    return page(call, children, lambda child: listed_team(call.site, call.world, child))


async def list_members(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/members#list-team-members"""
    team, role = _team(call), call.request.query_params.get("role", "all")
    members = [
        (user, member)
        for member in call.world.store.all(TeamMember, str(team.id))
        if role in {"all", member.role} and (user := call.world.store.by_id(Account, member.user_id))
    ]
    return page(call, members, lambda pair: simple_user(call.site, pair[0]) | {"role": pair[1].role})


def _membership(call: Call, team: Team, user: Account, member: TeamMember) -> dict[str, Any]:
    address = f"{call.site.api}/organizations/{team.organization_id}/team/{team.id}/memberships/{user.login}"
    is_owner = call.world.is_owner(call.organization(), user)
    state = call.world.membership(team.organization_id, user)
    return {
        "url": address,
        "role": "maintainer" if is_owner else member.role,
        "state": state.state if state else "pending",
    }


async def get_membership(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/members#get-team-membership-for-a-user"""
    team, user = _team(call), call.account("username")
    return Reply(_membership(call, team, user, call.known(TeamMember, team.id, user.id)))


async def set_membership(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/members#add-or-update-team-membership-for-a-user"""
    team, user, store = _managed_team(call), call.account("username"), call.world.store
    role = choice(call.body, "role", ("member", "maintainer"), "member")
    present = store.by_key(TeamMember, str(team.id), str(user.id))
    if call.world.membership(team.organization_id, user) is None:
        call.world.invite_member(call.organization(), user)
    number = present.id if present else store.next_id()
    member = TeamMember(id=number, team_id=team.id, user_id=user.id, role=role)  # type: ignore[arg-type]
    store.put(member)
    return Reply(_membership(call, team, user, member))


async def remove_membership(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/members#remove-team-membership-for-a-user"""
    team = _managed_team(call)
    call.world.store.remove(call.known(TeamMember, team.id, call.account("username").id))
    return Reply(status=204)


def _with_role(call: Call, team: Team, repository: Repository) -> dict[str, Any]:
    permission = team_permission(call.world.store, team, repository)
    shown = minimal_repository(call.site, repository, call.world.owner_of(repository), permission)
    for newer in ("has_discussions", "has_pull_requests", "pull_request_creation_policy"):
        del shown[newer]
    return shown | {"role_name": permission.role_name}


async def list_repositories(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#list-team-repositories"""
    team = _team(call)
    found = [
        repository
        for repository in call.world.store.all(Repository, str(team.organization_id))
        if team_permission(call.world.store, team, repository)
    ]
    return page(call, found, lambda repository: _with_role(call, team, repository))


async def get_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#check-team-permissions-for-a-repository

    Only the media type `application/vnd.github.v3.repository+json` brings the repository; others bring 204.
    """
    team, repository = _team(call), call.repository()
    if not team_permission(call.world.store, team, repository):
        raise errors.not_found()
    if "repository" not in call.request.headers.get("accept", ""):
        return Reply(status=204)
    return Reply(_with_role(call, team, repository))


async def set_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#add-or-update-team-repository-permissions"""
    team, repository = _team(call), call.repository(Permission.ADMIN)
    name = optional(call.body, "permission", str) or team.permission
    permission = Permission.named(name)
    if permission is None:
        raise GitHubError(422, f"The permission {name} is not a repository role of this organization.")
    _grant(call, team, repository, permission)
    return Reply(status=204)


def _grant(call: Call, team: Team, repository: Repository, permission: Permission) -> None:
    store = call.world.store
    present = store.by_key(TeamRepository, str(repository.id), str(team.id))
    store.put(
        TeamRepository(
            id=present.id if present else store.next_id(),
            repository_id=repository.id,
            team_id=team.id,
            permission=permission.role_name,
        )
    )


async def remove_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/teams#remove-a-repository-from-a-team"""
    team, repository = _team(call), call.repository(Permission.ADMIN)
    grant = call.world.store.by_key(TeamRepository, str(repository.id), str(team.id))
    if grant:
        call.world.store.remove(grant)
    return Reply(status=204)


async def list_of_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#list-repository-teams"""
    repository = call.repository(Permission.ADMIN)
    teams = [
        (team, Permission[grant.permission.upper()])
        for grant in call.world.store.all(TeamRepository, str(repository.id))
        if (team := call.world.store.by_id(Team, grant.team_id))
    ]
    return page(call, teams, lambda pair: listed_team(call.site, call.world, *pair))


def _team_routes(method: str, suffix: str, handler: Handler) -> list[Route]:
    """A route of a team: by the organization's login and the team's slug, and by their numbers."""
    return [
        route(method, f"/orgs/{{organization}}/teams/{{team_slug}}{suffix}", handler),
        route(method, f"/organizations/{{organization_id:int}}/team/{{team_id}}{suffix}", handler),
    ]


ROUTES = [
    *organization_routes("GET", "/teams", list_teams),
    *organization_routes("POST", "/teams", create_team),
    *_team_routes("GET", "", get_team),
    *_team_routes("PATCH", "", update_team),
    *_team_routes("DELETE", "", delete_team),
    *_team_routes("GET", "/teams", list_child_teams),
    *_team_routes("GET", "/members", list_members),
    *_team_routes("GET", "/memberships/{username}", get_membership),
    *_team_routes("PUT", "/memberships/{username}", set_membership),
    *_team_routes("DELETE", "/memberships/{username}", remove_membership),
    *_team_routes("GET", "/repos", list_repositories),
    *_team_routes("GET", "/repos/{owner}/{repository}", get_repository),
    *_team_routes("PUT", "/repos/{owner}/{repository}", set_repository),
    *_team_routes("DELETE", "/repos/{owner}/{repository}", remove_repository),
    *repository_routes("GET", "/teams", list_of_repository),
]

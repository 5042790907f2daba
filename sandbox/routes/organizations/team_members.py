"""Members of teams. https://docs.github.com/rest/teams/members"""

from typing import Any

from sandbox.representations.accounts import simple_user
from sandbox.rest.bodies import choice
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.routes.organizations.teams import managed_team, team_of, team_routes
from sandbox.tenant.entities import Account
from sandbox.tenant.people import TeamMember, TeamRecord


async def list_members(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/members#list-team-members"""
    team, role = team_of(call), call.request.query_params.get("role", "all")
    members = [
        (user, member)
        for member in call.tenant.store.all(TeamMember, str(team.id))
        if role in {"all", member.role} and (user := call.tenant.store.by_id(Account, member.user_id))
    ]
    return page(call, members, lambda pair: simple_user(call.site, pair[0]) | {"role": pair[1].role})


def _membership(call: Call, team: TeamRecord, user: Account, member: TeamMember) -> dict[str, Any]:
    address = f"{call.site.api}/organizations/{team.organization_id}/team/{team.id}/memberships/{user.login}"
    is_owner = call.tenant.is_owner(call.organization(), user)
    state = call.tenant.membership(team.organization_id, user)
    return {
        "url": address,
        "role": "maintainer" if is_owner else member.role,
        "state": state.state if state else "pending",
    }


async def get_membership(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/members#get-team-membership-for-a-user"""
    team, user = team_of(call), call.account("username")
    return Reply(_membership(call, team, user, call.known(TeamMember, team.id, user.id)))


async def set_membership(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/members#add-or-update-team-membership-for-a-user"""
    team, user, store = managed_team(call), call.account("username"), call.tenant.store
    role = choice(call.body, "role", ("member", "maintainer"), "member")
    present = store.by_key(TeamMember, str(team.id), str(user.id))
    if call.tenant.membership(team.organization_id, user) is None:
        call.tenant.invite_member(call.organization(), user)
    number = present.id if present else store.next_id()
    member = TeamMember(id=number, team_id=team.id, user_id=user.id, role=role)  # type: ignore[arg-type]
    store.put(member)
    return Reply(_membership(call, team, user, member))


async def remove_membership(call: Call) -> Reply:
    """https://docs.github.com/rest/teams/members#remove-team-membership-for-a-user"""
    team = managed_team(call)
    call.tenant.store.remove(call.known(TeamMember, team.id, call.account("username").id))
    return Reply(status=204)


ROUTES = [
    *team_routes("GET", "/members", list_members),
    *team_routes("GET", "/memberships/{username}", get_membership),
    *team_routes("PUT", "/memberships/{username}", set_membership),
    *team_routes("DELETE", "/memberships/{username}", remove_membership),
]

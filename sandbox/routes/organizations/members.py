"""Members of organizations. https://docs.github.com/rest/orgs/members"""

from dataclasses import replace

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.representations.accounts import simple_user
from sandbox.representations.teams import membership_object
from sandbox.rest.bodies import choice
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import organization_routes, route
from sandbox.tenant.entities import Account, Membership
from sandbox.tenant.people import TeamMember, TeamRecord


async def list_members(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/members#list-organization-members"""
    organization, role = call.organization(), call.request.query_params.get("role", "all")
    members = [
        user
        for membership in call.tenant.store.all(Membership, str(organization.id))
        if membership.state == "active" and role in {"all", membership.role}
        if (user := call.tenant.store.by_id(Account, membership.user_id))
    ]
    return page(call, members, lambda user: simple_user(call.site, user))


async def check_member(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/members#check-organization-membership-for-a-user"""
    membership = call.tenant.membership(call.organization().id, call.account("username"))
    if membership is None or membership.state != "active":
        raise errors.not_found()
    return Reply(status=204)


async def get_membership(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/members#get-organization-membership-for-a-user"""
    organization, user = call.organization(), call.account("username")
    membership = call.known(Membership, organization.id, user.id)
    return Reply(membership_object(call.site, organization, user, membership))


async def set_membership(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/members#set-organization-membership-for-a-user

    A user who is not a member yet is invited: the membership is pending until the user accepts it.
    """
    organization, user = call.owned_organization(), call.account("username")
    role = choice(call.body, "role", ("admin", "member"), "member")
    membership = call.tenant.membership(organization.id, user) or call.tenant.invite_member(organization, user)
    changed = replace(membership, role=role)  # type: ignore[arg-type]
    call.tenant.store.put(changed)
    return Reply(membership_object(call.site, organization, user, changed))


async def remove_membership(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/members#remove-organization-membership-for-a-user"""
    organization, user, store = call.owned_organization(), call.account("username"), call.tenant.store
    membership = call.known(Membership, organization.id, user.id)
    owners = [each for each in store.all(Membership, str(organization.id)) if each.role == "admin"]
    if owners == [membership]:
        raise GitHubError(403, "You can't remove the last owner of an organization.")
    with store.transaction():
        store.remove(membership)
        for team in store.all(TeamRecord, str(organization.id)):
            if member := store.by_key(TeamMember, str(team.id), str(user.id)):
                store.remove(member)
    return Reply(status=204)


async def accept_membership(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/members#update-an-organization-membership-for-the-authenticated-user"""
    organization, user = call.organization(), call.signed_in()
    membership = replace(call.known(Membership, organization.id, user.id), state="active")
    call.tenant.store.put(membership)
    return Reply(membership_object(call.site, organization, user, membership))


ROUTES = [
    *organization_routes("GET", "/members", list_members),
    *organization_routes("GET", "/members/{username}", check_member),
    *organization_routes("DELETE", "/members/{username}", remove_membership),
    *organization_routes("GET", "/memberships/{username}", get_membership),
    *organization_routes("PUT", "/memberships/{username}", set_membership),
    *organization_routes("DELETE", "/memberships/{username}", remove_membership),
    route("PATCH", "/user/memberships/orgs/{organization}", accept_membership),
]

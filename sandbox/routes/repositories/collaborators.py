"""Collaborators and invitations. https://docs.github.com/rest/collaborators/collaborators"""

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.representations.teams import collaborator, invitation_object
from sandbox.rest.bodies import optional
from sandbox.rest.calls import Call, Reply, whole_number
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes, route
from sandbox.tenant.entities import Account, RepositoryRecord, now
from sandbox.tenant.people import Collaborator, Invitation
from sandbox.tenant.permissions import Permission


def _list(call: Call, repository: RepositoryRecord, affiliation: str) -> list[tuple[Account, Permission]]:
    """Who has access: `direct` by name, `outside` those of them who are not members, `all` by any way.

    `direct` leaves out owners of the organization: the provider's collaborators would never settle otherwise.
    """
    tenant = call.tenant
    by_name = {each.user_id for each in tenant.store.all(Collaborator, str(repository.id))}
    users = [account for account in tenant.store.all(Account) if account.type == "User"]
    if affiliation == "direct":
        users = [user for user in users if user.id in by_name | {repository.owner_id}]
    elif affiliation == "outside":
        users = [user for user in users if user.id in by_name and not tenant.membership(repository.owner_id, user)]
    return [(user, role) for user in users if (role := tenant.role(user, repository))]


async def list_collaborators(call: Call) -> Reply:
    """https://docs.github.com/rest/collaborators/collaborators#list-repository-collaborators"""
    repository = call.repository(Permission.WRITE)
    query = call.request.query_params
    lowest = Permission.named(query.get("permission", "pull")) or Permission.READ
    found = _list(call, repository, query.get("affiliation", "all"))
    found = [pair for pair in found if pair[1] >= lowest]
    return page(call, found, lambda pair: collaborator(call.site, *pair))


async def check_collaborator(call: Call) -> Reply:
    """https://docs.github.com/rest/collaborators/collaborators#check-if-a-user-is-a-repository-collaborator"""
    repository = call.repository(Permission.READ)
    if not call.tenant.role(call.account("username"), repository):
        raise errors.not_found()
    return Reply(status=204)


async def get_permission(call: Call) -> Reply:
    """https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user

    `permission` knows admin, write, read and none only; `role_name` has the exact role.
    """
    repository, user = call.repository(Permission.READ), call.account("username")
    role = call.tenant.role(user, repository)
    if role == Permission.NONE and repository.visibility == "public":
        role = Permission.READ
    coarse = {Permission.MAINTAIN: "write", Permission.TRIAGE: "read"}.get(role, role.role_name)
    document = collaborator(call.site, user, role)
    return Reply({"permission": coarse, "role_name": role.role_name, "user": document})


async def add_collaborator(call: Call) -> Reply:
    """https://docs.github.com/rest/collaborators/collaborators#add-a-repository-collaborator

    Members of the organization get access at once (204), others an invitation (201).
    """
    repository, user = call.writable_repository(), call.account("username")
    name = optional(call.body, "permission", str) or "push"
    permission = Permission.named(name)
    if permission is None:
        raise GitHubError(422, f"The permission {name} is not a repository role of this organization.")
    if user.id == repository.owner_id:
        raise errors.invalid_field("Repository", "username", "Repository owner cannot be a collaborator")
    present = call.tenant.store.by_key(Collaborator, str(repository.id), str(user.id))
    if present or call.tenant.membership(repository.owner_id, user):
        _grant(call, repository, user, permission)
        return Reply(status=204)
    invited = call.tenant.store.by_key(Invitation, str(repository.id), str(user.id))
    invitation = Invitation(
        id=invited.id if invited else call.tenant.store.next_id(),
        repository_id=repository.id,
        invitee_id=user.id,
        inviter_id=call.signed_in().id,
        permission=permission.role_name,
        created_at=invited.created_at if invited else now(),
    )
    call.tenant.store.put(invitation)
    return Reply(invitation_object(call.site, call.tenant, invitation), 201)


def _grant(call: Call, repository: RepositoryRecord, user: Account, permission: Permission) -> None:
    store = call.tenant.store
    present = store.by_key(Collaborator, str(repository.id), str(user.id))
    store.put(
        Collaborator(
            id=present.id if present else store.next_id(),
            repository_id=repository.id,
            user_id=user.id,
            permission=permission.role_name,
        )
    )


async def remove_collaborator(call: Call) -> Reply:
    """https://docs.github.com/rest/collaborators/collaborators#remove-a-repository-collaborator"""
    repository, user = call.writable_repository(), call.account("username")
    for kind in (Collaborator, Invitation):
        present = call.tenant.store.by_key(kind, str(repository.id), str(user.id))
        if present:
            call.tenant.store.remove(present)
    return Reply(status=204)


async def list_invitations(call: Call) -> Reply:
    """https://docs.github.com/rest/collaborators/invitations#list-repository-invitations"""
    repository = call.repository(Permission.ADMIN)
    found = call.tenant.store.all(Invitation, str(repository.id))
    return page(call, found, lambda each: invitation_object(call.site, call.tenant, each))


async def update_invitation(call: Call) -> Reply:
    """https://docs.github.com/rest/collaborators/invitations#update-a-repository-invitation"""
    repository = call.writable_repository()
    invitation = call.numbered(Invitation, "invitation_id", repository)
    permission = Permission.named(str(call.body.get("permissions", invitation.permission)))
    if permission is None:
        raise errors.wrong_type("permissions", call.body["permissions"], "a repository role")
    changed = Invitation(**{**vars(invitation), "permission": permission.role_name})
    call.tenant.store.put(changed)
    return Reply(invitation_object(call.site, call.tenant, changed))


async def delete_invitation(call: Call) -> Reply:
    """https://docs.github.com/rest/collaborators/invitations#delete-a-repository-invitation"""
    call.tenant.store.remove(call.numbered(Invitation, "invitation_id", call.writable_repository()))
    return Reply(status=204)


async def list_own_invitations(call: Call) -> Reply:
    """https://docs.github.com/rest/collaborators/invitations#list-repository-invitations-for-the-authenticated-user"""
    user = call.signed_in()
    found = [each for each in call.tenant.store.all(Invitation) if each.invitee_id == user.id]
    return page(call, found, lambda each: invitation_object(call.site, call.tenant, each))


def _own_invitation(call: Call) -> Invitation:
    found = call.tenant.store.by_id(Invitation, whole_number(call.parameter("invitation_id")))
    if found is None or found.invitee_id != call.signed_in().id:
        raise errors.not_found()
    return found


async def accept_invitation(call: Call) -> Reply:
    """https://docs.github.com/rest/collaborators/invitations#accept-a-repository-invitation"""
    invitation, store = _own_invitation(call), call.tenant.store
    repository = store.by_id(RepositoryRecord, invitation.repository_id)
    with store.transaction():
        store.remove(invitation)
        if repository:
            _grant(call, repository, call.signed_in(), Permission[invitation.permission.upper()])
    return Reply(status=204)


async def decline_invitation(call: Call) -> Reply:
    """https://docs.github.com/rest/collaborators/invitations#decline-a-repository-invitation"""
    call.tenant.store.remove(_own_invitation(call))
    return Reply(status=204)


ROUTES = [
    *repository_routes("GET", "/collaborators", list_collaborators),
    *repository_routes("GET", "/collaborators/{username}", check_collaborator),
    *repository_routes("PUT", "/collaborators/{username}", add_collaborator),
    *repository_routes("DELETE", "/collaborators/{username}", remove_collaborator),
    *repository_routes("GET", "/collaborators/{username}/permission", get_permission),
    *repository_routes("GET", "/invitations", list_invitations),
    *repository_routes("PATCH", "/invitations/{invitation_id}", update_invitation),
    *repository_routes("DELETE", "/invitations/{invitation_id}", delete_invitation),
    route("GET", "/user/repository_invitations", list_own_invitations),
    route("PATCH", "/user/repository_invitations/{invitation_id}", accept_invitation),
    route("DELETE", "/user/repository_invitations/{invitation_id}", decline_invitation),
]

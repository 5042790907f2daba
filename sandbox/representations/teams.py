"""Teams, apps, collaborators and memberships as the JSON objects that GitHub's documentation describes."""

from typing import Any

from sandbox.records.apps import App
from sandbox.representations.accounts import organization, simple_user
from sandbox.representations.repositories import minimal_repository
from sandbox.tenant.entities import Account, Membership, RepositoryRecord, node_id
from sandbox.tenant.people import Invitation, TeamMember, TeamRecord, TeamRepository
from sandbox.tenant.permissions import Permission
from sandbox.tenant.sites import Site
from sandbox.tenant.tenants import Tenant

APP_CREATED = "2018-07-30T09:30:17Z"


def simple_team(site: Site, team: TeamRecord, owner: Account) -> dict[str, Any]:
    """A team as `parent` shows it."""
    address = f"{site.api}/organizations/{owner.id}/team/{team.id}"
    return {
        "id": team.id,
        "node_id": node_id("T", team.id),
        "url": address,
        "html_url": f"{site.html}/orgs/{owner.login}/teams/{team.slug}",
        "name": team.name,
        "slug": team.slug,
        "description": team.description or "",
        "privacy": team.privacy,
        "notification_setting": team.notification_setting,
        "permission": team.permission,
        "members_url": f"{address}/members{{/member}}",
        "repositories_url": f"{address}/repos",
        "type": "organization",
        "organization_id": owner.id,
    }


def listed_team(site: Site, tenant: Tenant, team: TeamRecord, permission: Permission | None = None) -> dict[str, Any]:
    """A team as lists show it. permission: of the repository whose teams are listed."""
    owner = tenant.store.by_id(Account, team.organization_id)
    assert owner is not None, f"team {team.id} has lost its organization"
    parent = tenant.store.by_id(TeamRecord, team.parent_id) if team.parent_id else None
    document = {**simple_team(site, team, owner), "parent": simple_team(site, parent, owner) if parent else None}
    if permission is not None:
        document |= {"permission": permission.grant_name, "permissions": permission.as_object()}
    return document


def full_team(site: Site, tenant: Tenant, team: TeamRecord) -> dict[str, Any]:
    """A team by itself."""
    owner = tenant.store.by_id(Account, team.organization_id)
    assert owner is not None, f"team {team.id} has lost its organization"
    repositories = tenant.store.all(RepositoryRecord, str(owner.id))
    granted = [
        repository
        for repository in repositories
        if tenant.store.by_key(TeamRepository, str(repository.id), str(team.id))
    ]
    document = organization(site, owner, repositories)
    del document["default_repository_branch"]
    return {
        **listed_team(site, tenant, team),
        "members_count": len(tenant.store.all(TeamMember, str(team.id))),
        "repos_count": len(granted),
        "created_at": team.created_at,
        "updated_at": team.updated_at,
        "organization": document,
    }


def app_object(site: Site, app: App) -> dict[str, Any]:
    """A GitHub App."""
    owner = Account(id=9919, login="github", type="Organization", created_at=APP_CREATED, updated_at=APP_CREATED)
    return {
        "id": app.id,
        "slug": app.slug,
        "node_id": node_id("A", app.id),
        "owner": simple_user(site, owner),
        "name": app.name,
        "description": app.description,
        "external_url": "https://help.github.com/en/actions",
        "html_url": f"{site.html}/apps/{app.slug}",
        "created_at": APP_CREATED,
        "updated_at": APP_CREATED,
        "permissions": {"metadata": "read"},
        "events": [],
    }


def collaborator(site: Site, user: Account, permission: Permission) -> dict[str, Any]:
    """A user with access to a repository."""
    return {
        **simple_user(site, user),
        "permissions": permission.as_object(),
        "role_name": permission.role_name,
    }


def invitation_object(site: Site, tenant: Tenant, invitation: Invitation) -> dict[str, Any]:
    """An invitation to a repository."""
    repository = tenant.store.by_id(RepositoryRecord, invitation.repository_id)
    invitee, inviter = (
        tenant.store.by_id(Account, number) for number in (invitation.invitee_id, invitation.inviter_id)
    )
    assert repository is not None, f"invitation {invitation.id} has lost its repository"
    owner = tenant.owner_of(repository)
    return {
        "id": invitation.id,
        "node_id": node_id("RI", invitation.id),
        "repository": minimal_repository(tenant, site, repository, owner, Permission.NONE),
        "invitee": simple_user(site, invitee) if invitee else None,
        "inviter": simple_user(site, inviter) if inviter else None,
        "permissions": invitation.permission,
        "created_at": invitation.created_at,
        "expired": False,
        "url": f"{site.api}/user/repository_invitations/{invitation.id}",
        "html_url": f"{site.html}/{owner.login}/{repository.name}/invitations",
    }


def membership_object(site: Site, owner: Account, user: Account, membership: Membership) -> dict[str, Any]:
    """A user's membership of an organization."""
    address = f"{site.api}/orgs/{owner.login}"
    return {
        "url": f"{address}/memberships/{user.login}",
        "state": membership.state,
        "role": membership.role,
        "organization_url": address,
        "organization": {
            "login": owner.login,
            "id": owner.id,
            "node_id": node_id("O", owner.id),
            "url": address,
            **{
                field: f"{address}/{suffix}"
                for field, suffix in (
                    ("repos_url", "repos"),
                    ("events_url", "events"),
                    ("hooks_url", "hooks"),
                    ("issues_url", "issues"),
                    ("members_url", "members{/member}"),
                    ("public_members_url", "public_members{/member}"),
                )
            },
            "avatar_url": f"{site.html}/{owner.login}.png",
            "description": None,
        },
        "user": simple_user(site, user),
        "direct_membership": True,
    }

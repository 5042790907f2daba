"""Users, organizations, teams and apps. https://docs.github.com/graphql/reference/objects#organization"""

from typing import Any

from sandbox.graphql.connections import connection
from sandbox.graphql.context import Context, ResolveError, context_of
from sandbox.records.apps import App
from sandbox.records.protection import RulesetRecord
from sandbox.representations.teams import APP_CREATED
from sandbox.tenant.entities import Account, Membership, RepositoryRecord
from sandbox.tenant.people import TeamMember, TeamRecord, team_permission, with_ancestors
from sandbox.tenant.permissions import Permission


def repositories_of(
    context: Context, owner: Account, archived: bool | None, visibility: str | None
) -> list[RepositoryRecord]:
    """The owner's repositories that the caller may see."""
    return [
        repository
        for repository in context.tenant.store.all(RepositoryRecord, str(owner.id))
        if context.permission(repository) >= Permission.READ
        and archived in (None, repository.archived)
        and visibility in (None, repository.visibility.upper())
    ]


def _repositories(owner: Account, info: Any, **arguments: Any) -> Any:
    found = repositories_of(context_of(info), owner, arguments.get("isArchived"), arguments.get("visibility"))
    private = {"PRIVATE": True, "PUBLIC": False}.get(arguments.get("privacy") or "")
    found = [
        repository
        for repository in found
        if private in (None, repository.visibility != "public")
        and arguments.get("isFork") in (None, repository.fork_of is not None)
    ]
    if order := arguments.get("orderBy"):
        by = {"NAME": "name", "PUSHED_AT": "pushed_at", "UPDATED_AT": "updated_at"}.get(order["field"], "id")
        found.sort(key=lambda repository: str(getattr(repository, by)), reverse=order["direction"] == "DESC")
    document = connection(found, arguments, "repositories")
    return document | {"totalDiskUsage": sum(repository.size for repository in found)}


def _repository(owner: Account, info: Any, name: str, **_: Any) -> RepositoryRecord | None:
    context = context_of(info)
    found = context.tenant.repository(owner, name) or context.tenant.renamed(owner, name)
    return found if found and context.permission(found) >= Permission.READ else None


def _team(owner: Account, info: Any, slug: str) -> TeamRecord | None:
    token = context_of(info).token
    if not token.has("admin:org", "write:org", "read:org"):
        raise ResolveError(
            "INSUFFICIENT_SCOPES",
            "Your token has not been granted the required scopes to execute this query. The 'slug' field requires one "
            f"of the following scopes: ['read:org', 'read:discussion'], but your token has only been granted the: "
            f"{list(token.scopes or ())} scopes.",
        )
    return context_of(info).tenant.store.by_key(TeamRecord, str(owner.id), slug.lower())


def _teams(owner: Account, info: Any, **arguments: Any) -> Any:
    return connection(context_of(info).tenant.store.all(TeamRecord, str(owner.id)), arguments, "teams")


def _members_with_role(owner: Account, info: Any, **arguments: Any) -> Any:
    store = context_of(info).tenant.store
    members = [
        (membership, store.by_id(Account, membership.user_id))
        for membership in store.all(Membership, str(owner.id))
        if membership.state == "active"
    ]
    return connection(
        members,
        arguments,
        "membersWithRole",
        edge=lambda pair: {"role": pair[0].role.upper()},
        node=lambda pair: pair[1],
    )


def _organization_rulesets(owner: Account, info: Any, **arguments: Any) -> Any:
    context = context_of(info)
    found = (
        context.tenant.store.all(RulesetRecord, str(owner.id)) if context.tenant.is_owner(owner, context.user) else []
    )
    return connection(found, arguments, "rulesets")


def _organization_of_user(user: Account, info: Any, login: str) -> Account | None:
    tenant = context_of(info).tenant
    found = tenant.account(login)
    return found if found and tenant.membership(found.id, user) else None


def _page(account: Account | App, info: Any) -> str:
    html = context_of(info).site.html
    return f"{html}/{account.login}" if isinstance(account, Account) else f"{html}/apps/{account.slug}"


def _owner(each: TeamRecord, info: Any) -> Account:
    owner = context_of(info).tenant.store.by_id(Account, each.organization_id)
    assert owner is not None, f"team {each.id} has lost its organization"
    return owner


def _team_members(each: TeamRecord, info: Any, **arguments: Any) -> Any:
    """https://docs.github.com/graphql/reference/enums#teammembershiptype: ALL counts members of child teams as well."""
    store, kind = context_of(info).tenant.store, arguments.get("membership", "ALL")
    children = [team for team in store.all(TeamRecord) if each in with_ancestors(store, team) and team.id != each.id]
    teams = {"IMMEDIATE": [each], "CHILD_TEAM": children}.get(kind, [each, *children])
    found = {member.user_id: member for team in teams for member in store.all(TeamMember, str(team.id))}
    members = [(member, store.by_id(Account, number)) for number, member in found.items()]
    return connection(
        members, arguments, "members", edge=lambda pair: {"role": pair[0].role.upper()}, node=lambda pair: pair[1]
    )


def _team_repositories(each: TeamRecord, info: Any, **arguments: Any) -> Any:
    store = context_of(info).tenant.store
    found = [
        (repository, permission)
        for repository in store.all(RepositoryRecord, str(each.organization_id))
        if (permission := team_permission(store, each, repository))
    ]
    return connection(
        found, arguments, "repositories", edge=lambda pair: {"permission": pair[1].name}, node=lambda pair: pair[0]
    )


ACCOUNT = {
    "databaseId": lambda account, info: account.id,
    "email": lambda account, info: account.email or "",
    "url": _page,
    "resourcePath": lambda account, info: f"/{account.login}",
    "repository": _repository,
    "repositories": _repositories,
}
RESOLVERS = {
    "User": ACCOUNT
    | {
        "isViewer": lambda user, info: user.id == context_of(info).user.id,
        "organization": _organization_of_user,
    },
    "Organization": ACCOUNT
    | {
        "description": lambda account, info: None,
        "viewerCanAdminister": lambda account, info: info.context.tenant.is_owner(account, info.context.user),
        "viewerCanCreateRepositories": lambda account, info: (
            info.context.tenant.membership(account.id, info.context.user) is not None
        ),
        "viewerIsAMember": lambda account, info: (
            info.context.tenant.membership(account.id, info.context.user) is not None
        ),
        "team": _team,
        "teams": _teams,
        "membersWithRole": _members_with_role,
        "rulesets": _organization_rulesets,
    },
    "Team": {
        "databaseId": lambda each, info: each.id,
        "organization": _owner,
        "combinedSlug": lambda each, info: f"{_owner(each, info).login}/{each.slug}",
        "privacy": lambda each, info: {"closed": "VISIBLE"}.get(each.privacy, "SECRET"),
        "notificationSetting": lambda each, info: each.notification_setting.upper(),
        "url": lambda each, info: f"{info.context.site.html}/orgs/{_owner(each, info).login}/teams/{each.slug}",
        "resourcePath": lambda each, info: f"/orgs/{_owner(each, info).login}/teams/{each.slug}",
        "parentTeam": lambda each, info: (
            info.context.tenant.store.by_id(TeamRecord, each.parent_id) if each.parent_id else None
        ),
        "members": _team_members,
        "repositories": _team_repositories,
    },
    "App": {
        "databaseId": lambda app, info: app.id,
        "url": _page,
        "createdAt": lambda app, info: APP_CREATED,
        "updatedAt": lambda app, info: APP_CREATED,
    },
}

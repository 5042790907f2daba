"""Users, teams and apps that protection names: by global id in GraphQL, by login or slug in REST."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.records.apps import App, app_with
from sandbox.representations.accounts import simple_user
from sandbox.representations.teams import app_object, listed_team
from sandbox.tenant.entities import Account, RepositoryRecord, node_id, parse_node_id
from sandbox.tenant.people import TeamRecord
from sandbox.tenant.sites import Site
from sandbox.tenant.tenants import Tenant

Actor = Account | TeamRecord | App


def actor_with(tenant: Tenant, global_id: str) -> Actor | None:
    """The actor with this global id."""
    prefix, number, _ = parse_node_id(global_id) or ("", 0, "")
    if prefix == "T":
        return tenant.store.by_id(TeamRecord, number)
    if prefix == "A":
        return app_with(number=number)
    return tenant.store.by_id(Account, number) if prefix == "U" else None


def actor_ids(tenant: Tenant, repository: RepositoryRecord, names: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The global ids of {"users": [login], "teams": [slug], "apps": [slug]}; unknown ones are left out."""
    names = names or {}

    def listed(kind: str) -> list[str]:
        values = names.get(kind) or ()
        return [value for value in values if isinstance(value, str)] if isinstance(values, list | tuple) else []

    users = [tenant.account(login) for login in listed("users")]
    teams = [tenant.store.by_key(TeamRecord, str(repository.owner_id), slug) for slug in listed("teams")]
    apps = [app_with(slug=slug) for slug in listed("apps")]
    return (
        *(node_id("U", user.id) for user in users if user),
        *(node_id("T", team.id) for team in teams if team),
        *(node_id("A", app.id) for app in apps if app),
    )


def actor_objects(tenant: Tenant, site: Site, ids: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The actors as REST shows them, by kind."""
    actors = [actor for actor in (actor_with(tenant, each) for each in ids) if actor]
    return {
        "users": [simple_user(site, actor) for actor in actors if isinstance(actor, Account)],
        "teams": [listed_team(site, tenant, actor) for actor in actors if isinstance(actor, TeamRecord)],
        "apps": [app_object(site, actor) for actor in actors if isinstance(actor, App)],
    }

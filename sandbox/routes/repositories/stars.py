"""Starring and watching repositories.

https://docs.github.com/rest/activity/starring and https://docs.github.com/rest/activity/watching
"""

from typing import Any

from sandbox import errors
from sandbox.records.stars import Star, Subscription
from sandbox.representations.accounts import simple_user
from sandbox.representations.repositories import minimal_repository
from sandbox.rest.bodies import optional
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes, route
from sandbox.tenant.entities import Account, RepositoryRecord, now


def _star(call: Call) -> Star | None:
    key = (str(call.repository().id), str(call.signed_in().id))
    return call.tenant.store.by_key(Star, *key)


async def check_star(call: Call) -> Reply:
    """https://docs.github.com/rest/activity/starring#check-if-a-repository-is-starred-by-the-authenticated-user"""
    if _star(call) is None:
        raise errors.not_found()
    return Reply(status=204)


async def star(call: Call) -> Reply:
    """https://docs.github.com/rest/activity/starring#star-a-repository-for-the-authenticated-user"""
    store = call.tenant.store
    if _star(call) is None:
        repository, user = call.repository(), call.signed_in()
        store.put(Star(id=store.next_id(), repository_id=repository.id, user_id=user.id, starred_at=now()))
    return Reply(status=204)


async def unstar(call: Call) -> Reply:
    """https://docs.github.com/rest/activity/starring#unstar-a-repository-for-the-authenticated-user"""
    if present := _star(call):
        call.tenant.store.remove(present)
    return Reply(status=204)


def _users(call: Call, records: list[Star] | list[Subscription]) -> Reply:
    found = [call.tenant.store.by_id(Account, record.user_id) for record in records]
    return page(call, [user for user in found if user], lambda user: simple_user(call.site, user))


async def list_stargazers(call: Call) -> Reply:
    """https://docs.github.com/rest/activity/starring#list-stargazers"""
    return _users(call, call.tenant.store.all(Star, str(call.repository().id)))


async def list_subscribers(call: Call) -> Reply:
    """https://docs.github.com/rest/activity/watching#list-watchers"""
    found = call.tenant.store.all(Subscription, str(call.repository().id))
    return _users(call, [each for each in found if not each.is_ignored])


def _starred(call: Call, user: Account) -> Reply:
    stars = [each for each in call.tenant.store.all(Star) if each.user_id == user.id]
    found = [call.tenant.store.by_id(RepositoryRecord, each.repository_id) for each in stars]
    visible = [each for each in found if each and call.permission(each)]
    return page(
        call,
        visible,
        lambda each: minimal_repository(
            call.tenant, call.site, each, call.tenant.owner_of(each), call.permission(each)
        ),
    )


async def list_own_starred(call: Call) -> Reply:
    """https://docs.github.com/rest/activity/starring#list-repositories-starred-by-the-authenticated-user"""
    return _starred(call, call.signed_in())


async def list_starred(call: Call) -> Reply:
    """https://docs.github.com/rest/activity/starring#list-repositories-starred-by-a-user"""
    return _starred(call, call.account("login"))


def _subscription(call: Call) -> Subscription | None:
    key = (str(call.repository().id), str(call.signed_in().id))
    return call.tenant.store.by_key(Subscription, *key)


def _subscription_object(call: Call, subscription: Subscription) -> dict[str, Any]:
    api = call.addresses(call.repository()).api
    return {
        "subscribed": not subscription.is_ignored,
        "ignored": subscription.is_ignored,
        "reason": None,
        "created_at": subscription.created_at,
        "url": f"{api}/subscription",
        "repository_url": api,
    }


async def get_subscription(call: Call) -> Reply:
    """https://docs.github.com/rest/activity/watching#get-a-repository-subscription"""
    present = _subscription(call)
    if present is None:
        raise errors.not_found()
    return Reply(_subscription_object(call, present))


async def set_subscription(call: Call) -> Reply:
    """https://docs.github.com/rest/activity/watching#set-a-repository-subscription"""
    present, store = _subscription(call), call.tenant.store
    optional(call.body, "subscribed", bool)
    subscription = Subscription(
        id=present.id if present else store.next_id(),
        repository_id=call.repository().id,
        user_id=call.signed_in().id,
        is_ignored=optional(call.body, "ignored", bool, False),
        created_at=present.created_at if present else now(),
    )
    store.put(subscription)
    return Reply(_subscription_object(call, subscription))


async def delete_subscription(call: Call) -> Reply:
    """https://docs.github.com/rest/activity/watching#delete-a-repository-subscription"""
    if present := _subscription(call):
        call.tenant.store.remove(present)
    return Reply(status=204)


ROUTES = [
    *repository_routes("GET", "/stargazers", list_stargazers),
    *repository_routes("GET", "/subscribers", list_subscribers),
    *repository_routes("GET", "/subscription", get_subscription),
    *repository_routes("PUT", "/subscription", set_subscription),
    *repository_routes("DELETE", "/subscription", delete_subscription),
    route("GET", "/user/starred", list_own_starred),
    route("GET", "/user/starred/{owner}/{repository}", check_star),
    route("PUT", "/user/starred/{owner}/{repository}", star),
    route("DELETE", "/user/starred/{owner}/{repository}", unstar),
    route("GET", "/users/{login}/starred", list_starred),
]

"""Autolinks. https://docs.github.com/rest/repos/autolinks"""

from typing import Any

from sandbox.errors import invalid_field
from sandbox.records.repository_parts import Autolink
from sandbox.rest.bodies import optional, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.routing import repository_routes
from sandbox.tenant.entities import now
from sandbox.tenant.permissions import Permission


def _autolink_object(link: Autolink) -> dict[str, Any]:
    return {
        "id": link.id,
        "key_prefix": link.key_prefix,
        "url_template": link.url_template,
        "is_alphanumeric": link.is_alphanumeric,
        "updated_at": link.updated_at,
    }


async def list_autolinks(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/autolinks#get-all-autolinks-of-a-repository"""
    repository = call.repository(Permission.ADMIN)
    return Reply([_autolink_object(link) for link in call.tenant.store.all(Autolink, str(repository.id))])


async def create_autolink(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/autolinks#create-an-autolink-reference-for-a-repository"""
    repository = call.writable_repository()
    link = Autolink(
        id=call.tenant.store.next_id(),
        repository_id=repository.id,
        key_prefix=required(call.body, "key_prefix", str),
        url_template=required(call.body, "url_template", str),
        is_alphanumeric=optional(call.body, "is_alphanumeric", bool, True),
        updated_at=now(),
    )
    if "<num>" not in link.url_template:
        raise invalid_field("KeyLink", "url_template", "url_template must contain <num>", code="invalid")
    if call.tenant.store.by_key(Autolink, *link.key):
        raise invalid_field("KeyLink", "key_prefix", "key_prefix already exists", code="already_exists")
    call.tenant.store.put(link)
    return Reply(_autolink_object(link), 201, {"Location": f"{call.addresses(repository).api}/autolinks/{link.id}"})


async def get_autolink(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/autolinks#get-an-autolink-reference-of-a-repository"""
    return Reply(_autolink_object(call.numbered(Autolink, "autolink_id", call.repository(Permission.ADMIN))))


async def delete_autolink(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/autolinks#delete-an-autolink-reference-from-a-repository"""
    call.tenant.store.remove(call.numbered(Autolink, "autolink_id", call.writable_repository()))
    return Reply(status=204)


ROUTES = [
    *repository_routes("GET", "/autolinks", list_autolinks),
    *repository_routes("POST", "/autolinks", create_autolink),
    *repository_routes("GET", "/autolinks/{autolink_id}", get_autolink),
    *repository_routes("DELETE", "/autolinks/{autolink_id}", delete_autolink),
]

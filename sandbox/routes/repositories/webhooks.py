"""Webhooks: kept and shown, never called. https://docs.github.com/rest/repos/webhooks"""

from dataclasses import replace
from typing import Any

from sandbox.errors import GitHubError
from sandbox.records.repository_parts import Webhook
from sandbox.rest.bodies import items, optional, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes
from sandbox.tenant.entities import RepositoryRecord, now
from sandbox.tenant.permissions import Permission

HIDDEN = "********"


def _webhook_object(call: Call, repository: RepositoryRecord, hook: Webhook) -> dict[str, Any]:
    url = f"{call.addresses(repository).api}/hooks/{hook.id}"
    return {
        "type": "Repository",
        "id": hook.id,
        "name": "web",
        "active": hook.active,
        "events": list(hook.events),
        "config": {key: HIDDEN if key == "secret" else value for key, value in hook.config.items()},
        "created_at": hook.created_at,
        "updated_at": hook.updated_at,
        "url": url,
        "test_url": f"{url}/test",
        "ping_url": f"{url}/pings",
        "deliveries_url": f"{url}/deliveries",
        "last_response": {"code": None, "status": "unused", "message": None},
    }


def _config(values: dict[str, Any]) -> dict[str, Any]:
    """A webhook's settings, with what GitHub adds; insecure_ssl is text there."""
    required(values, "url", str)
    document = {"content_type": "form", "insecure_ssl": "0"} | values
    if not document.get("secret"):
        document.pop("secret", None)
    return document | {"insecure_ssl": str(document["insecure_ssl"])}


async def list_hooks(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/webhooks#list-repository-webhooks"""
    repository = call.repository(Permission.ADMIN)
    found = call.tenant.store.all(Webhook, str(repository.id))
    return page(call, found, lambda hook: _webhook_object(call, repository, hook))


async def create_hook(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/webhooks#create-a-repository-webhook"""
    repository, time = call.writable_repository(), now()
    hook = Webhook(
        id=call.tenant.store.next_id(),
        owner_id=repository.id,
        active=optional(call.body, "active", bool, True),
        events=tuple(items(call.body, "events", str, ["push"])),
        config=_config(required(call.body, "config", dict)),
        created_at=time,
        updated_at=time,
    )
    for other in call.tenant.store.all(Webhook, str(repository.id)):
        if (other.config["url"], set(other.events)) == (hook.config["url"], set(hook.events)):
            message = "Hook already exists on this repository"
            raise GitHubError(422, "Validation Failed", [{"resource": "Hook", "code": "custom", "message": message}])
    call.tenant.store.put(hook)
    document = _webhook_object(call, repository, hook)
    return Reply(document, 201, {"Location": document["url"]})


async def get_hook(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/webhooks#get-a-repository-webhook"""
    repository = call.repository(Permission.ADMIN)
    return Reply(_webhook_object(call, repository, call.numbered(Webhook, "hook_id", repository)))


async def update_hook(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/webhooks#update-a-repository-webhook

    A `config` replaces the old one, but for a secret that is left out.
    """
    repository = call.writable_repository()
    hook = call.numbered(Webhook, "hook_id", repository)
    events: list[str] = items(call.body, "events", str, hook.events)
    events += [each for each in items(call.body, "add_events", str) if each not in events]
    events = [each for each in events if each not in items(call.body, "remove_events", str)]
    config = hook.config
    if call.body.get("config"):
        secret = {"secret": config["secret"]} if "secret" in config else {}
        config = _config(secret | optional(call.body, "config", dict))
    active = optional(call.body, "active", bool, hook.active)
    changed = replace(hook, active=active, events=tuple(events), config=config, updated_at=now())
    call.tenant.store.put(changed)
    return Reply(_webhook_object(call, repository, changed))


async def delete_hook(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/webhooks#delete-a-repository-webhook"""
    call.tenant.store.remove(call.numbered(Webhook, "hook_id", call.writable_repository()))
    return Reply(status=204)


async def ping_hook(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/webhooks#ping-a-repository-webhook"""
    call.numbered(Webhook, "hook_id", call.writable_repository())
    return Reply(status=204)


ROUTES = [
    *repository_routes("GET", "/hooks", list_hooks),
    *repository_routes("POST", "/hooks", create_hook),
    *repository_routes("GET", "/hooks/{hook_id}", get_hook),
    *repository_routes("PATCH", "/hooks/{hook_id}", update_hook),
    *repository_routes("DELETE", "/hooks/{hook_id}", delete_hook),
    *repository_routes("POST", "/hooks/{hook_id}/pings", ping_hook),
]

"""Deploy keys. https://docs.github.com/rest/deploy-keys/deploy-keys"""

from typing import Any

from sandbox.errors import invalid_field
from sandbox.records.repository_parts import DeployKey
from sandbox.rest.bodies import optional, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes
from sandbox.tenant.entities import RepositoryRecord, now
from sandbox.tenant.permissions import Permission


def _deploy_key_object(call: Call, repository: RepositoryRecord, key: DeployKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "key": key.public_key,
        "url": f"{call.addresses(repository).api}/keys/{key.id}",
        "title": key.title,
        "verified": True,
        "created_at": key.created_at,
        "read_only": key.read_only,
        "added_by": key.added_by,
        "last_used": None,
        "enabled": True,
    }


async def list_keys(call: Call) -> Reply:
    """https://docs.github.com/rest/deploy-keys/deploy-keys#list-deploy-keys"""
    repository = call.repository(Permission.ADMIN)
    found = call.tenant.store.all(DeployKey, str(repository.id))
    return page(call, found, lambda key: _deploy_key_object(call, repository, key))


async def create_key(call: Call) -> Reply:
    """https://docs.github.com/rest/deploy-keys/deploy-keys#create-a-deploy-key

    The comment at the end of a key is not kept; a key serves one repository only.
    """
    repository = call.writable_repository()
    words = required(call.body, "key", str).split()
    if len(words) < 2:
        raise invalid_field("PublicKey", "key", "key is invalid. You must supply a key in OpenSSH public key format")
    public_key = " ".join(words[:2])
    if any(each.public_key == public_key for each in call.tenant.store.all(DeployKey)):
        raise invalid_field("PublicKey", "key", "key is already in use")
    key = DeployKey(
        id=call.tenant.store.next_id(),
        repository_id=repository.id,
        title=optional(call.body, "title", str, ""),
        public_key=public_key,
        read_only=optional(call.body, "read_only", bool, False),
        added_by=call.signed_in().login,
        created_at=now(),
    )
    call.tenant.store.put(key)
    document = _deploy_key_object(call, repository, key)
    return Reply(document, 201, {"Location": document["url"]})


async def get_key(call: Call) -> Reply:
    """https://docs.github.com/rest/deploy-keys/deploy-keys#get-a-deploy-key"""
    repository = call.repository(Permission.ADMIN)
    return Reply(_deploy_key_object(call, repository, call.numbered(DeployKey, "key_id", repository)))


async def delete_key(call: Call) -> Reply:
    """https://docs.github.com/rest/deploy-keys/deploy-keys#delete-a-deploy-key"""
    call.tenant.store.remove(call.numbered(DeployKey, "key_id", call.writable_repository()))
    return Reply(status=204)


ROUTES = [
    *repository_routes("GET", "/keys", list_keys),
    *repository_routes("POST", "/keys", create_key),
    *repository_routes("GET", "/keys/{key_id}", get_key),
    *repository_routes("DELETE", "/keys/{key_id}", delete_key),
]

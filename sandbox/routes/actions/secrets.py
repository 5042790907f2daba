"""Secrets of repositories, environments and organizations, for Actions and for Dependabot.

https://docs.github.com/rest/actions/secrets and https://docs.github.com/rest/dependabot/secrets
"""

import base64
import binascii
import re
from dataclasses import replace
from typing import Any

from starlette.routing import Route

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.records.secrets import Secret, SecretScope, key_pair
from sandbox.representations.repositories import minimal_repository
from sandbox.rest.bodies import choice, items, required, required_items
from sandbox.rest.calls import Call, Handler, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import organization_routes, repository_routes
from sandbox.routes.actions.environments import environment_of
from sandbox.tenant.entities import RepositoryRecord, now
from sandbox.tenant.permissions import Permission

VISIBILITIES = ("all", "private", "selected")
NAME = re.compile(r"[A-Z_][A-Z0-9_]*")


def place_of(call: Call) -> SecretScope:
    """The place that the path names; for who may administer it."""
    path: str = call.request.scope["path"]
    area = "dependabot" if "/dependabot/" in path else "actions"
    parameters = call.request.path_params
    if "organization" in parameters or "organization_id" in parameters:
        return SecretScope(call.owned_organization().id, area)
    writing = call.request.method not in {"GET", "HEAD"}
    repository = call.writable_repository(Permission.WRITE) if writing else call.repository(Permission.WRITE)
    if "environment" in parameters:
        area = environment_of(call, repository).area
    return SecretScope(repository.id, area)


def checked_name(name: str, kind: str) -> str:
    """The name in upper case. Raises 422 for one that GitHub refuses. kind: "Secret" or "Variable"."""
    upper = name.upper()
    if not NAME.fullmatch(upper):
        raise GitHubError(
            422,
            f"{kind} names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). "
            "Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_).",
        )
    if upper.startswith("GITHUB_"):
        raise GitHubError(422, f"{kind} names must not start with GITHUB_.")
    return upper


def _is_organization(call: Call) -> bool:
    return bool({"organization", "organization_id"} & set(call.request.path_params))


def usage(call: Call, kind: str, each: Any) -> dict[str, Any]:
    """Who may use a secret or variable of an organization; nothing for others. kind: the folder in addresses."""
    if not _is_organization(call):
        return {}
    document = {"visibility": each.visibility}
    if each.visibility == "selected":
        address = f"{call.site.api}/orgs/{call.organization().login}/{kind}/{each.name}/repositories"
        document["selected_repositories_url"] = address
    return document


def usage_in(call: Call, present: Any) -> dict[str, Any]:
    """Who may use it, in a request. present: what it was before."""
    if not _is_organization(call):
        return {}
    before = present.visibility if present else ""
    chosen = present.repository_ids if present else ()
    selected = None
    if call.body.get("selected_repository_ids") is not None:
        selected = items(call.body, "selected_repository_ids", int)
    return {
        "visibility": choice(call.body, "visibility", VISIBILITIES, before),
        "repository_ids": chosen if selected is None else tuple(selected),
    }


def _secret_object(call: Call, secret: Secret) -> dict[str, Any]:
    document = {"name": secret.name, "created_at": secret.created_at, "updated_at": secret.updated_at}
    return document | usage(call, f"{secret.area}/secrets", secret)


def _secret(call: Call) -> Secret:
    place = place_of(call)
    return call.known(Secret, place.owner_id, place.area, call.parameter("name").upper())


async def list_secrets(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/secrets#list-repository-secrets"""
    place = place_of(call)
    found = call.tenant.store.all(Secret, str(place.owner_id), place.area)
    return page(
        call, sorted(found, key=lambda each: each.name), lambda each: _secret_object(call, each), wrap="secrets"
    )


async def get_public_key(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/secrets#get-a-repository-public-key"""
    pair = key_pair(call.tenant.store, place_of(call))
    return Reply({"key_id": str(pair.id), "key": pair.public})


async def get_secret(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/secrets#get-a-repository-secret"""
    return Reply(_secret_object(call, _secret(call)))


async def set_secret(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/secrets#create-or-update-a-repository-secret"""
    place, store, time = place_of(call), call.tenant.store, now()
    name = checked_name(call.parameter("name"), "Secret")
    present = store.by_key(Secret, str(place.owner_id), place.area, name)
    keeps = present is not None and "encrypted_value" not in call.body
    sealed = present.encrypted_value if present and keeps else _seal_in(call, place)
    secret = Secret(
        id=present.id if present else store.next_id(),
        owner_id=place.owner_id,
        area=place.area,
        name=name,
        encrypted_value=sealed,
        created_at=present.created_at if present else time,
        updated_at=time,
        **usage_in(call, present),
    )
    store.put(secret)
    return Reply(status=204) if present else Reply({}, 201)


def _seal_in(call: Call, place: SecretScope) -> str:
    """The sealed value of the request, for the place's key. Raises 422.

    GitHub takes anything in Base64 here, and finds out that it cannot be opened when a job needs it.
    """
    sealed = required(call.body, "encrypted_value", str)
    if required(call.body, "key_id", str) != str(key_pair(call.tenant.store, place).id):
        raise GitHubError(422, "Invalid request. The key_id does not belong to this public key.")
    try:
        base64.b64decode(sealed, validate=True)
    except binascii.Error:
        raise GitHubError(422, "Bad request - Improperly encrypted secret") from None
    return sealed


async def delete_secret(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/secrets#delete-a-repository-secret"""
    call.tenant.store.remove(_secret(call))
    return Reply(status=204)


async def list_selected(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/secrets#list-selected-repositories-for-an-organization-secret"""
    return selected_page(call, _secret(call).repository_ids)


def selected_page(call: Call, numbers: tuple[int, ...]) -> Reply:
    """One page of the repositories with these ids."""
    store = call.tenant.store
    found = [repository for number in numbers if (repository := store.by_id(RepositoryRecord, number))]
    owner = call.organization()
    return page(
        call,
        found,
        lambda each: minimal_repository(call.tenant, call.site, each, owner, call.permission(each)),
        wrap="repositories",
    )


async def set_selected(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/secrets#set-selected-repositories-for-an-organization-secret"""
    secret = _secret(call)
    _check_selected(secret)
    numbers = tuple(required_items(call.body, "selected_repository_ids", int))
    call.tenant.store.put(replace(secret, repository_ids=numbers))
    return Reply(status=204)


def _check_selected(secret: Secret) -> None:
    if secret.visibility != "selected":
        raise GitHubError(409, "Visibility type is not set to selected")


async def select(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/secrets#add-selected-repository-to-an-organization-secret"""
    secret, number = _secret(call), call.request.path_params["selected_id"]
    _check_selected(secret)
    call.tenant.store.put(replace(secret, repository_ids=tuple({*secret.repository_ids, number})))
    return Reply(status=204)


async def deselect(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/secrets#remove-selected-repository-from-an-organization-secret"""
    secret, number = _secret(call), call.request.path_params["selected_id"]
    _check_selected(secret)
    if number not in secret.repository_ids:
        raise errors.not_found()
    left = tuple(each for each in secret.repository_ids if each != number)
    call.tenant.store.put(replace(secret, repository_ids=left))
    return Reply(status=204)


def _everywhere(method: str, suffix: str, handler: Handler) -> list[Route]:
    """A route for every place that has secrets."""
    return [
        *repository_routes(method, f"/actions/secrets{suffix}", handler),
        *repository_routes(method, f"/dependabot/secrets{suffix}", handler),
        *repository_routes(method, f"/environments/{{environment}}/secrets{suffix}", handler),
        *_organization(method, suffix, handler),
    ]


def _organization(method: str, suffix: str, handler: Handler) -> list[Route]:
    return [
        *organization_routes(method, f"/actions/secrets{suffix}", handler),
        *organization_routes(method, f"/dependabot/secrets{suffix}", handler),
    ]


ROUTES = [
    *_everywhere("GET", "", list_secrets),
    *_everywhere("GET", "/public-key", get_public_key),
    *_everywhere("GET", "/{name}", get_secret),
    *_everywhere("PUT", "/{name}", set_secret),
    *_everywhere("DELETE", "/{name}", delete_secret),
    *_organization("GET", "/{name}/repositories", list_selected),
    *_organization("PUT", "/{name}/repositories", set_selected),
    *_organization("PUT", "/{name}/repositories/{selected_id:id}", select),
    *_organization("DELETE", "/{name}/repositories/{selected_id:id}", deselect),
]

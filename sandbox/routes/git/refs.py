"""Refs: what a branch or a tag points at. https://docs.github.com/rest/git/refs"""

from typing import Any
from urllib.parse import quote

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.git import bare_repository
from sandbox.git.bare_repository import BRANCHES, GitCommandError, Ref
from sandbox.operations import ref_updates
from sandbox.rest.calls import Call, Reply
from sandbox.rest.routing import repository_routes
from sandbox.rules.enforcement import RefUpdate
from sandbox.tenant.entities import RepositoryRecord, node_id
from sandbox.tenant.permissions import Permission
from sandbox.tenant.sites import Addresses

HIDDEN = ("refs/pull/", "refs/sandbox/")


async def get_ref(call: Call) -> Reply:
    """https://docs.github.com/rest/git/refs#get-a-reference"""
    repository = call.repository()
    if bare_repository.is_empty(call.git_directory(repository)):
        raise errors.empty_repository()
    return Reply(await _ref(call, repository, f"refs/{call.parameter('ref')}"))


async def matching_refs(call: Call) -> Reply:
    """https://docs.github.com/rest/git/refs#list-matching-references

    All of them: this list has no pages.
    """
    repository = call.repository()
    start = f"refs/{call.parameter('ref')}"
    addresses = call.addresses(repository)
    found = await bare_repository.refs(call.git_directory(repository), start.rpartition("/")[0])
    return Reply([_ref_object(addresses, ref) for ref in found if ref.name.startswith(start)])


async def create_ref(call: Call) -> Reply:
    """https://docs.github.com/rest/git/refs#create-a-reference

    An existing ref is refused without an `errors` array: clients match the text.
    """
    repository = call.writable_repository(Permission.WRITE)
    name, sha = _text(call, "ref"), _text(call, "sha")
    if not name.startswith("refs/") or name.count("/") < 2:
        raise GitHubError(422, "Reference name must start with 'refs/' and have at least two slashes.")
    _check_public(name)
    directory = call.git_directory(repository)
    if bare_repository.is_empty(directory):
        raise errors.empty_repository()
    if bare_repository.object_id(directory, name):
        raise GitHubError(422, "Reference already exists")
    await _update(call, repository, name, sha, None)
    document = await _ref(call, repository, name)
    return Reply(document, 201, {"Location": document["url"]})


async def update_ref(call: Call) -> Reply:
    """https://docs.github.com/rest/git/refs#update-a-reference"""
    repository = call.writable_repository(Permission.WRITE)
    name, sha = f"refs/{call.parameter('ref')}", _text(call, "sha")
    _check_public(name)
    directory = call.git_directory(repository)
    current = bare_repository.object_id(directory, name)
    if current is None:
        raise GitHubError(422, "Reference does not exist")
    if call.body.get("force") is not True and not await _is_ancestor(call, repository, current, sha):
        raise GitHubError(422, "Update is not a fast forward")
    await _update(call, repository, name, sha, current)
    return Reply(await _ref(call, repository, name))


async def delete_ref(call: Call) -> Reply:
    """https://docs.github.com/rest/git/refs#delete-a-reference"""
    repository = call.writable_repository(Permission.WRITE)
    name = f"refs/{call.parameter('ref')}"
    _check_public(name)
    directory = call.git_directory(repository)
    current = bare_repository.object_id(directory, name)
    if current is None:
        raise GitHubError(422, "Reference does not exist")
    if name == BRANCHES + repository.default_branch:
        raise GitHubError(422, "Cannot delete the default branch")
    await ref_updates.update(call.tenant, repository, call.user, RefUpdate(name, current, None))
    return Reply(status=204)


def _check_public(name: str) -> None:
    """Refuse what only GitHub itself writes: the heads of pull requests."""
    if name.startswith(HIDDEN):
        raise GitHubError(422, f"Reference update failed: deny updating a hidden ref: {name}")


async def _update(call: Call, repository: RepositoryRecord, name: str, sha: str, old: str | None) -> None:
    directory = call.git_directory(repository)
    try:
        await bare_repository.git(directory, "cat-file", "-e", sha)
    except GitCommandError:
        raise GitHubError(422, "Object does not exist") from None
    await ref_updates.update(call.tenant, repository, call.user, RefUpdate(name, old, sha))


async def _is_ancestor(call: Call, repository: RepositoryRecord, old: str, new: str) -> bool:
    try:
        await bare_repository.git(call.git_directory(repository), "merge-base", "--is-ancestor", old, new)
    except GitCommandError:
        return False
    return True


async def _ref(call: Call, repository: RepositoryRecord, name: str) -> dict[str, Any]:
    for ref in await bare_repository.refs(call.git_directory(repository), name):
        if ref.name == name:
            return _ref_object(call.addresses(repository), ref)
    raise errors.not_found()


def _ref_object(addresses: Addresses, ref: Ref) -> dict[str, Any]:
    return {
        "ref": ref.name,
        "node_id": node_id("REF", addresses.repository_id, ref.name),
        "url": f"{addresses.api}/git/{quote(ref.name)}",
        "object": {"sha": ref.sha, "type": ref.type, "url": f"{addresses.api}/git/{ref.type}s/{ref.sha}"},
    }


def _text(call: Call, field: str) -> str:
    value = call.body.get(field)
    if value is None:
        raise GitHubError(422, f'Invalid request.\n\n"{field}" wasn\'t supplied.')
    if not isinstance(value, str) or "\0" in value:
        raise errors.wrong_type(field, value, "a string")
    return value


ROUTES = [
    *repository_routes("GET", "/git/ref/{ref:path}", get_ref),
    *repository_routes("GET", "/git/matching-refs/{ref:path}", matching_refs),
    *repository_routes("POST", "/git/refs", create_ref),
    *repository_routes("PATCH", "/git/refs/{ref:path}", update_ref),
    *repository_routes("DELETE", "/git/refs/{ref:path}", delete_ref),
]

"""Branches and tags. https://docs.github.com/rest/branches/branches"""

from typing import Any
from urllib.parse import quote

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.git import bare_repository
from sandbox.git.bare_repository import BRANCHES, TAGS, GitCommandError, Ref
from sandbox.git.commits import read_commit
from sandbox.operations import repositories
from sandbox.records.protection import protection_of
from sandbox.representations.commits import commit_object
from sandbox.representations.protection import branch_summary
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes
from sandbox.tenant.entities import RepositoryRecord, node_id
from sandbox.tenant.permissions import Permission
from sandbox.tenant.sites import Addresses


async def list_branches(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branches#list-branches"""
    repository = call.repository()
    addresses = call.addresses(repository)
    found = await bare_repository.refs(call.git_directory(repository), BRANCHES)
    guarded = {ref.name for ref in found if protection_of(call.tenant.store, repository, ref.name[len(BRANCHES) :])}
    requested = call.request.query_params.get("protected")
    if requested in {"true", "false"}:
        found = [ref for ref in found if (ref.name in guarded) == (requested == "true")]
    return page(call, found, lambda ref: _short_branch(call, repository, addresses, ref))


def _short_branch(call: Call, repository: RepositoryRecord, addresses: Addresses, ref: Ref) -> dict[str, Any]:
    name = ref.name.removeprefix(BRANCHES)
    return {
        "name": name,
        "commit": {"sha": ref.sha, "url": f"{addresses.api}/commits/{ref.sha}"},
        **branch_summary(protection_of(call.tenant.store, repository, name)),
        "protection_url": f"{addresses.api}/branches/{quote(name, safe='')}/protection",
    }


async def get_branch(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branches#get-a-branch"""
    return Reply(await _branch(call, call.repository(), call.parameter("branch")))


async def _branch(call: Call, repository: RepositoryRecord, name: str) -> dict[str, Any]:
    directory = call.git_directory(repository)
    sha = bare_repository.object_id(directory, BRANCHES + name)
    if sha is None:
        raise errors.not_found("Branch not found")
    addresses = call.addresses(repository)
    address = f"{addresses.api}/branches/{quote(name, safe='')}"
    return {
        "name": name,
        "commit": commit_object(await read_commit(directory, sha), addresses),
        "_links": {"self": address, "html": f"{addresses.html}/tree/{quote(name)}"},
        **branch_summary(protection_of(call.tenant.store, repository, name)),
        "protection_url": f"{address}/protection",
    }


async def rename_branch(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branches#rename-a-branch"""
    repository = call.writable_repository(Permission.WRITE)
    old, new = call.parameter("branch"), call.body.get("new_name")
    if not isinstance(new, str):
        raise GitHubError(422, 'Invalid request.\n\n"new_name" wasn\'t supplied.')
    if bare_repository.object_id(call.git_directory(repository), BRANCHES + old) is None:
        raise errors.not_found("Branch not found")
    if old == repository.default_branch and call.permission(repository) < Permission.ADMIN:
        raise errors.must_be_admin()
    try:
        renamed = await repositories.rename_branch(call.tenant, repository, old, new)
    except GitCommandError as error:
        raise GitHubError(422, f"Validation Failed: {error}", errors=[]) from error
    return Reply(await _branch(call, renamed, new), 201)


async def list_tags(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#list-repository-tags"""
    repository = call.repository()
    addresses = call.addresses(repository)
    found = await bare_repository.refs(call.git_directory(repository), TAGS)
    return page(call, found[::-1], lambda ref: _tag(addresses, ref))


def _tag(addresses: Addresses, ref: Ref) -> dict[str, Any]:
    return {
        "name": ref.name.removeprefix(TAGS),
        "zipball_url": f"{addresses.html}/zipball/{quote(ref.name)}",
        "tarball_url": f"{addresses.html}/tarball/{quote(ref.name)}",
        "commit": {"sha": ref.peeled, "url": f"{addresses.api}/commits/{ref.peeled}"},
        "node_id": node_id("REF", addresses.repository_id, ref.name),
    }


ROUTES = [
    *repository_routes("GET", "/branches", list_branches),
    *repository_routes("GET", "/branches/{branch}", get_branch),
    *repository_routes("POST", "/branches/{branch}/rename", rename_branch),
    *repository_routes("GET", "/tags", list_tags),
]

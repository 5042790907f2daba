"""Releases, without files. https://docs.github.com/rest/releases/releases"""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from sandbox import errors
from sandbox.git import bare_repository
from sandbox.git.bare_repository import TAGS
from sandbox.git.commits import resolve
from sandbox.operations import ref_updates
from sandbox.records.repository_parts import Release
from sandbox.representations.accounts import simple_user
from sandbox.rest.bodies import fields, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes
from sandbox.routes.repositories.release_notes import release_notes
from sandbox.rules.enforcement import RefUpdate
from sandbox.tenant.entities import Account, RepositoryRecord, node_id, now
from sandbox.tenant.permissions import Permission

FIELDS = {"tag_name": str, "target_commitish": str, "name": str, "body": str, "draft": bool, "prerelease": bool}


def _release_object(call: Call, repository: RepositoryRecord, release: Release) -> dict[str, Any]:
    addresses = call.addresses(repository)
    url, tag = f"{addresses.api}/releases/{release.id}", quote(release.tag_name)
    author = call.tenant.store.by_id(Account, release.author_id)
    assert author is not None, f"release {release.id} has lost its author"
    return {
        "url": url,
        "html_url": f"{addresses.html}/releases/tag/{tag}",
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets{{?name,label}}",
        "tarball_url": None if release.draft else f"{addresses.api}/tarball/{tag}",
        "zipball_url": None if release.draft else f"{addresses.api}/zipball/{tag}",
        "id": release.id,
        "node_id": node_id("RE", release.id),
        "tag_name": release.tag_name,
        "target_commitish": release.target_commitish,
        "name": release.name,
        "body": release.body,
        "draft": release.draft,
        "prerelease": release.prerelease,
        "immutable": False,
        "created_at": release.created_at,
        "published_at": release.published_at,
        "author": simple_user(call.site, author),
        "assets": [],
    }


def _list(call: Call, repository: RepositoryRecord) -> list[Release]:
    """Newest first; drafts for those who may write."""
    writes = call.permission(repository) >= Permission.WRITE
    return [each for each in call.tenant.store.all(Release, str(repository.id))[::-1] if writes or not each.draft]


async def list_releases(call: Call) -> Reply:
    """https://docs.github.com/rest/releases/releases#list-releases"""
    repository = call.repository()
    return page(call, _list(call, repository), lambda release: _release_object(call, repository, release))


async def create_release(call: Call) -> Reply:
    """https://docs.github.com/rest/releases/releases#create-a-release

    Publishing makes the tag where it is missing.
    """
    repository = call.writable_repository(Permission.WRITE)
    required(call.body, "tag_name", str)
    time = now()
    values = {"target_commitish": repository.default_branch} | fields(call.body, **FIELDS)
    release = Release(
        id=call.tenant.store.next_id(),
        repository_id=repository.id,
        author_id=call.signed_in().id,
        created_at=time,
        published_at=None,
        **values,
    )
    if fields(call.body, generate_release_notes=bool).get("generate_release_notes"):
        notes = await release_notes(
            call, repository, release.tag_name, release.target_commitish, _last_tag(call, repository)
        )
        text = "\n\n".join(filter(None, [release.body, notes]))
        release = replace(release, body=text, name=release.name or release.tag_name)
    release = await _published(call, repository, release)
    call.tenant.store.put(release)
    document = _release_object(call, repository, release)
    return Reply(document, 201, {"Location": document["url"]})


async def generate_notes(call: Call) -> Reply:
    """https://docs.github.com/rest/releases/releases#generate-release-notes-content-for-a-release"""
    repository = call.writable_repository(Permission.WRITE)
    tag = required(call.body, "tag_name", str)
    values = fields(call.body, target_commitish=str, previous_tag_name=str)
    previous = values.get("previous_tag_name") or _last_tag(call, repository)
    target = values.get("target_commitish") or repository.default_branch
    return Reply({"name": tag, "body": await release_notes(call, repository, tag, target, previous)})


def _last_tag(call: Call, repository: RepositoryRecord) -> str | None:
    return next(
        (release.tag_name for release in _list(call, repository) if not (release.draft or release.prerelease)), None
    )


async def _published(call: Call, repository: RepositoryRecord, release: Release) -> Release:
    """The release; unless it is a draft, with its tag made and its date set."""
    for other in _list(call, repository):
        if other.id != release.id and other.tag_name == release.tag_name and not (other.draft or release.draft):
            raise errors.invalid_field("Release", "tag_name", "tag_name already exists", code="already_exists")
    if release.draft:
        return release
    directory = call.git_directory(repository)
    if bare_repository.object_id(directory, TAGS + release.tag_name) is None:
        target = await resolve(directory, release.target_commitish)
        if target is None:
            raise errors.invalid_field("Release", "target_commitish", "target_commitish is invalid", code="invalid")
        await ref_updates.update(call.tenant, repository, call.user, RefUpdate(TAGS + release.tag_name, None, target))
    return replace(release, published_at=release.published_at or now())


async def get_release(call: Call) -> Reply:
    """https://docs.github.com/rest/releases/releases#get-a-release"""
    repository = call.repository()
    return Reply(_release_object(call, repository, call.numbered(Release, "release_id", repository)))


async def get_latest(call: Call) -> Reply:
    """https://docs.github.com/rest/releases/releases#get-the-latest-release"""
    repository = call.repository()
    found = [release for release in _list(call, repository) if not (release.draft or release.prerelease)]
    if not found:
        raise errors.not_found()
    return Reply(_release_object(call, repository, found[0]))


async def get_by_tag(call: Call) -> Reply:
    """https://docs.github.com/rest/releases/releases#get-a-release-by-tag-name"""
    repository, tag = call.repository(), call.parameter("tag")
    for release in _list(call, repository):
        if release.tag_name == tag and not release.draft:
            return Reply(_release_object(call, repository, release))
    raise errors.not_found()


async def update_release(call: Call) -> Reply:
    """https://docs.github.com/rest/releases/releases#update-a-release"""
    repository = call.writable_repository(Permission.WRITE)
    release = replace(call.numbered(Release, "release_id", repository), **fields(call.body, **FIELDS))
    release = await _published(call, repository, release)
    call.tenant.store.put(release)
    return Reply(_release_object(call, repository, release))


async def delete_release(call: Call) -> Reply:
    """https://docs.github.com/rest/releases/releases#delete-a-release"""
    repository = call.writable_repository(Permission.WRITE)
    call.tenant.store.remove(call.numbered(Release, "release_id", repository))
    return Reply(status=204)


ROUTES = [
    *repository_routes("GET", "/releases", list_releases),
    *repository_routes("POST", "/releases", create_release),
    *repository_routes("POST", "/releases/generate-notes", generate_notes),
    *repository_routes("GET", "/releases/latest", get_latest),
    *repository_routes("GET", "/releases/tags/{tag:path}", get_by_tag),
    *repository_routes("GET", "/releases/{release_id}", get_release),
    *repository_routes("PATCH", "/releases/{release_id}", update_release),
    *repository_routes("DELETE", "/releases/{release_id}", delete_release),
]

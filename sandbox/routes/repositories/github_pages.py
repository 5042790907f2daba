"""GitHub Pages: the settings; no site is built. https://docs.github.com/rest/pages/pages"""

from dataclasses import replace
from typing import Any

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.rest.bodies import choice, optional, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.routing import repository_routes
from sandbox.tenant.entities import RepositoryRecord
from sandbox.tenant.kept_settings import keep, setting

CHAPTER = "pages"


def _with_pages(call: Call, repository: RepositoryRecord) -> dict[str, Any]:
    if not repository.has_pages:
        raise errors.not_found()
    return setting(call.tenant.store, repository, CHAPTER)


def _pages_object(call: Call, repository: RepositoryRecord, pages: dict[str, Any]) -> dict[str, Any]:
    addresses = call.addresses(repository)
    document = {
        "url": f"{addresses.api}/pages",
        "status": None,
        "cname": pages["cname"],
        "custom_404": False,
        "html_url": f"{addresses.html}/pages/",
        "build_type": pages["build_type"],
        "public": repository.visibility == "public",
        "https_enforced": pages["https_enforced"],
    }
    return document | ({"source": pages["source"]} if pages["source"] else {})


def _source(values: dict[str, Any]) -> dict[str, str]:
    return {"branch": required(values, "branch", str), "path": choice(values, "path", ("/", "/docs"), "/")}


async def get_pages(call: Call) -> Reply:
    """https://docs.github.com/rest/pages/pages#get-a-apiname-pages-site"""
    repository = call.repository()
    return Reply(_pages_object(call, repository, _with_pages(call, repository)))


async def create_pages(call: Call) -> Reply:
    """https://docs.github.com/rest/pages/pages#create-a-apiname-pages-site"""
    repository = call.writable_repository()
    if repository.has_pages:
        raise GitHubError(409, "GitHub Pages is already enabled.")
    build = choice(call.body, "build_type", ("legacy", "workflow"), "legacy")
    source = _source(required(call.body, "source", dict)) if build == "legacy" else None
    pages = setting(call.tenant.store, repository, CHAPTER) | {"build_type": build, "source": source}
    keep(call.tenant.store, repository, CHAPTER, pages)
    call.tenant.store.put(replace(repository, has_pages=True))
    return Reply(_pages_object(call, repository, pages), 201)


async def update_pages(call: Call) -> Reply:
    """https://docs.github.com/rest/pages/pages#update-information-about-a-apiname-pages-site"""
    repository = call.writable_repository()
    pages = _with_pages(call, repository)
    pages["build_type"] = choice(call.body, "build_type", ("legacy", "workflow"), pages["build_type"])
    if isinstance(call.body.get("source"), dict):
        pages["source"] = _source(call.body["source"])
    if "cname" in call.body:
        pages["cname"] = optional(call.body, "cname", str)
    pages["https_enforced"] = optional(call.body, "https_enforced", bool, pages["https_enforced"])
    keep(call.tenant.store, repository, CHAPTER, pages)
    return Reply(status=204)


async def delete_pages(call: Call) -> Reply:
    """https://docs.github.com/rest/pages/pages#delete-a-apiname-pages-site"""
    repository = call.writable_repository()
    _with_pages(call, repository)
    call.tenant.store.put(replace(repository, has_pages=False))
    return Reply(status=204)


ROUTES = [
    *repository_routes("GET", "/pages", get_pages),
    *repository_routes("POST", "/pages", create_pages),
    *repository_routes("PUT", "/pages", update_pages),
    *repository_routes("DELETE", "/pages", delete_pages),
]

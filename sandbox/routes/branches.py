"""Branches, refs, tags and commits. https://docs.github.com/rest/branches/branches"""

from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sandbox import bare_repository, errors, repositories
from sandbox.bare_repository import BRANCHES, TAGS, GitError, Ref
from sandbox.commits import ChangedFile, Commit, changed_files, read_commit, resolve
from sandbox.entities import Repository, node_id
from sandbox.errors import GitHubError
from sandbox.rest import Call, Reply, page
from sandbox.routes import repository_routes
from sandbox.worlds import Permission

UNPROTECTED = {
    "enabled": False,
    "required_status_checks": {"enforcement_level": "off", "contexts": [], "checks": []},
}


def _directory(call: Call, repository: Repository) -> Path:
    return call.world.git_directory(repository)


def _addresses(call: Call, repository: Repository) -> tuple[str, str]:
    """The repository's address in the API, and its page."""
    name = f"{call.world.owner_of(repository).login}/{repository.name}"
    return f"{call.site.api}/repos/{name}", f"{call.site.html}/{name}"


def _refuse_empty(call: Call, repository: Repository) -> None:
    if bare_repository.is_empty(_directory(call, repository)):
        raise GitHubError(409, "Git Repository is empty.")


async def list_branches(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branches#list-branches"""
    repository = call.repository()
    api, _ = _addresses(call, repository)
    found = await bare_repository.refs(_directory(call, repository), BRANCHES)
    if call.request.query_params.get("protected") == "true":
        found = []
    return page(call, found, lambda ref: _short_branch(api, ref))


def _short_branch(api: str, ref: Ref) -> dict[str, Any]:
    name = ref.name.removeprefix(BRANCHES)
    return {
        "name": name,
        "commit": {"sha": ref.sha, "url": f"{api}/commits/{ref.sha}"},
        "protected": False,
        "protection": UNPROTECTED,
        "protection_url": f"{api}/branches/{quote(name, safe='')}/protection",
    }


async def get_branch(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branches#get-a-branch"""
    return Reply(await _branch(call, call.repository(), call.parameter("branch")))


async def _branch(call: Call, repository: Repository, name: str) -> dict[str, Any]:
    sha = bare_repository.object_id(_directory(call, repository), BRANCHES + name)
    if sha is None:
        raise errors.not_found("Branch not found")
    api, html = _addresses(call, repository)
    commit = await read_commit(_directory(call, repository), sha)
    address = f"{api}/branches/{quote(name, safe='')}"
    return {
        "name": name,
        "commit": _commit(commit, api, html),
        "_links": {"self": address, "html": f"{html}/tree/{quote(name)}"},
        "protected": False,
        "protection": UNPROTECTED,
        "protection_url": f"{address}/protection",
    }


async def rename_branch(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branches#rename-a-branch"""
    repository = call.writable_repository(Permission.WRITE)
    directory, old, new = _directory(call, repository), call.parameter("branch"), call.body.get("new_name")
    if not isinstance(new, str):
        raise GitHubError(422, 'Invalid request.\n\n"new_name" wasn\'t supplied.')
    if bare_repository.object_id(directory, BRANCHES + old) is None:
        raise errors.not_found("Branch not found")
    if old == repository.default_branch and call.permission(repository) < Permission.ADMIN:
        raise errors.must_be_admin()
    try:
        renamed = await repositories.rename_branch(call.world, repository, old, new)
    except GitError as failure:
        raise GitHubError(422, f"Validation Failed: {failure}", errors=[]) from failure
    return Reply(await _branch(call, renamed, new), 201)


async def get_ref(call: Call) -> Reply:
    """https://docs.github.com/rest/git/refs#get-a-reference"""
    repository = call.repository()
    _refuse_empty(call, repository)
    name = f"refs/{call.parameter('ref')}"
    found = [ref for ref in await bare_repository.refs(_directory(call, repository), name) if ref.name == name]
    if not found:
        raise errors.not_found()
    return Reply(_ref(_addresses(call, repository)[0], found[0]))


async def matching_refs(call: Call) -> Reply:
    """https://docs.github.com/rest/git/refs#list-matching-references"""
    repository = call.repository()
    start = f"refs/{call.parameter('ref')}"
    api, _ = _addresses(call, repository)
    found = await bare_repository.refs(_directory(call, repository), start.rpartition("/")[0])
    return page(call, [ref for ref in found if ref.name.startswith(start)], lambda ref: _ref(api, ref))


def _ref(api: str, ref: Ref) -> dict[str, Any]:
    return {
        "ref": ref.name,
        "node_id": node_id("REF", int(ref.sha[:8], 16)),
        "url": f"{api}/git/{quote(ref.name)}",
        "object": {"sha": ref.sha, "type": ref.type, "url": f"{api}/git/{ref.type}s/{ref.sha}"},
    }


async def list_tags(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#list-repository-tags"""
    repository = call.repository()
    api, html = _addresses(call, repository)
    found = await bare_repository.refs(_directory(call, repository), TAGS)
    return page(call, found[::-1], lambda ref: _tag(api, html, ref))


def _tag(api: str, html: str, ref: Ref) -> dict[str, Any]:
    return {
        "name": ref.name.removeprefix(TAGS),
        "zipball_url": f"{html}/zipball/{quote(ref.name)}",
        "tarball_url": f"{html}/tarball/{quote(ref.name)}",
        "commit": {"sha": ref.peeled, "url": f"{api}/commits/{ref.peeled}"},
        "node_id": node_id("REF", int(ref.sha[:8], 16)),
    }


async def get_commit(call: Call) -> Reply:
    """https://docs.github.com/rest/commits/commits#get-a-commit"""
    repository = call.repository()
    _refuse_empty(call, repository)
    directory, ref = _directory(call, repository), call.parameter("ref")
    sha = await resolve(directory, ref)
    if sha is None:
        raise GitHubError(422, f"No commit found for SHA: {ref}")
    api, html = _addresses(call, repository)
    files = await changed_files(directory, sha)
    additions, deletions = sum(file.additions for file in files), sum(file.deletions for file in files)
    stats = {"total": additions + deletions, "additions": additions, "deletions": deletions}
    shown = _commit(await read_commit(directory, sha), api, html)
    return Reply({**shown, "stats": stats, "files": [_file(file, sha, api, html) for file in files]})


def _commit(commit: Commit, api: str, html: str) -> dict[str, Any]:
    address = f"{api}/commits/{commit.sha}"
    reason = "unknown_key" if commit.signature else "unsigned"
    return {
        "sha": commit.sha,
        "node_id": node_id("C", int(commit.sha[:8], 16)),
        "commit": {
            "author": asdict(commit.author),
            "committer": asdict(commit.committer),
            "message": commit.message,
            "tree": {"sha": commit.tree, "url": f"{api}/git/trees/{commit.tree}"},
            "url": f"{api}/git/commits/{commit.sha}",
            "comment_count": 0,
            "verification": {
                "verified": False,
                "reason": reason,
                "signature": commit.signature,
                "payload": commit.payload,
                "verified_at": None,
            },
        },
        "url": address,
        "html_url": f"{html}/commit/{commit.sha}",
        "comments_url": f"{address}/comments",
        "author": None,
        "committer": None,
        "parents": [
            {"sha": parent, "url": f"{api}/commits/{parent}", "html_url": f"{html}/commit/{parent}"}
            for parent in commit.parents
        ],
    }


def _file(file: ChangedFile, commit: str, api: str, html: str) -> dict[str, Any]:
    path = quote(file.path)
    shown = {
        "sha": file.sha,
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": f"{html}/blob/{commit}/{path}",
        "raw_url": f"{html}/raw/{commit}/{path}",
        "contents_url": f"{api}/contents/{path}?ref={commit}",
    }
    return shown | ({"previous_filename": file.previous_path} if file.previous_path else {})


ROUTES = [
    *repository_routes("GET", "/branches", list_branches),
    *repository_routes("GET", "/branches/{branch}", get_branch),
    *repository_routes("POST", "/branches/{branch}/rename", rename_branch),
    *repository_routes("GET", "/git/ref/{ref:path}", get_ref),
    *repository_routes("GET", "/git/matching-refs/{ref:path}", matching_refs),
    *repository_routes("GET", "/tags", list_tags),
    *repository_routes("GET", "/commits/{ref:path}", get_commit),
]

"""Files of a repository, read and written one at a time. https://docs.github.com/rest/repos/contents"""

import base64
import binascii
from typing import Any
from urllib.parse import quote

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.git import bare_repository
from sandbox.git.bare_repository import BRANCHES, LsTreeEntry, ObjectContent, read_objects, tree_entries
from sandbox.git.commits import read_commit, resolve
from sandbox.git.object_writing import Change, commit_files
from sandbox.operations import ref_updates
from sandbox.operations.ref_updates import RuleViolationError
from sandbox.representations.commits import git_commit_object
from sandbox.rest.bodies import identity_in, optional, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.routing import repository_routes
from sandbox.rules.enforcement import RefUpdate
from sandbox.tenant.entities import RepositoryRecord
from sandbox.tenant.permissions import Permission

LINE = 60  # characters of base64
LARGEST_CONTENT = 1_000_000  # bytes; larger files come without their content


async def get_contents(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/contents#get-repository-content"""
    repository = call.repository()
    path = _path(call)
    ref = call.request.query_params.get("ref") or repository.default_branch
    directory = call.git_directory(repository)
    commit = await resolve(directory, ref)
    if commit is None:
        empty = bare_repository.is_empty(directory)
        raise errors.not_found("This repository is empty." if empty else f"No commit found for the ref {ref}")
    found, entry = await _object_and_entry(call, repository, commit, path)
    if found is None or entry is None:
        raise errors.not_found()
    if found.type == "tree":
        children = [(f"{path}/{each.name}" if path else each.name, each) for each in tree_entries(found.content)]
        sizes = await _sizes(call, repository, [each.sha for _, each in children])
        document = [_entry(call, repository, where, each, ref, sizes.get(each.sha, 0)) for where, each in children]
        return Reply(
            _entry(call, repository, path, entry, ref, 0) | {"entries": document} if call.wants("object") else document
        )
    if call.wants("raw"):
        return Reply(found.content)
    return Reply(_file(call, repository, path, entry, ref, found.content))


def _path(call: Call) -> str:
    return call.parameter("path").strip("/") if "path" in call.request.path_params else ""


async def _object_and_entry(
    call: Call, repository: RepositoryRecord, commit: str, path: str
) -> tuple[ObjectContent | None, LsTreeEntry | None]:
    """What lies at the path in this commit, and its entry in the folder above; both read by one process."""
    folder, _, name = path.rpartition("/")
    parent, found = await read_objects(call.git_directory(repository), [f"{commit}:{folder}", f"{commit}:{path}"])
    if not path:
        return found, LsTreeEntry("", "040000", "tree", found.sha) if found else None
    entries = tree_entries(parent.content) if parent and parent.type == "tree" else []
    entry = next((each for each in entries if each.name == name), None)
    if entry and entry.type == "commit":  # a submodule: its commit is not here
        found = ObjectContent(entry.sha, "commit", b"")
    return found, entry


async def _sizes(call: Call, repository: RepositoryRecord, objects: list[str]) -> dict[str, int]:
    asked = "".join(f"{sha}\n" for sha in objects).encode()
    output = await bare_repository.git(
        call.git_directory(repository),
        "cat-file",
        "--batch-check=%(objectname) %(objecttype) %(objectsize)",
        stdin=asked,
    )
    rows = [line.split(" ") for line in output.decode().splitlines()]
    return {row[0]: int(row[2]) for row in rows if row[1] == "blob"}


def _entry(
    call: Call, repository: RepositoryRecord, path: str, entry: LsTreeEntry, ref: str, size: int
) -> dict[str, Any]:
    """What files, folders, links and submodules have in common."""
    addresses = call.addresses(repository)
    kinds = {"tree": "dir", "commit": "submodule"}
    kind = "symlink" if entry.mode == "120000" else kinds.get(entry.type, "file")
    url = f"{addresses.api}/contents/{quote(path)}?ref={quote(ref, safe='')}"
    git_url = f"{addresses.api}/git/{'trees' if entry.type == 'tree' else 'blobs'}/{entry.sha}"
    html_url = f"{addresses.html}/{'tree' if entry.type == 'tree' else 'blob'}/{quote(ref)}/{quote(path)}"
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": entry.sha,
        "size": size,
        "type": kind,
        "url": url,
        "git_url": git_url,
        "html_url": html_url,
        "download_url": f"{addresses.html}/raw/{quote(ref)}/{quote(path)}" if kind in {"file", "symlink"} else None,
        "_links": {"self": url, "git": git_url, "html": html_url},
    }


def _file(
    call: Call, repository: RepositoryRecord, path: str, entry: LsTreeEntry, ref: str, content: bytes
) -> dict[str, Any]:
    document = _entry(call, repository, path, entry, ref, len(content))
    if document["type"] == "symlink":
        return document | {"target": content.decode(errors="replace")}
    if document["type"] == "submodule":
        return document | {"submodule_git_url": None}
    if len(content) > LARGEST_CONTENT:
        return document | {"content": "", "encoding": "none"}
    encoded = base64.b64encode(content).decode()
    lines = [encoded[start : start + LINE] for start in range(0, len(encoded), LINE)]
    return document | {"content": "".join(f"{line}\n" for line in lines), "encoding": "base64"}


async def put_contents(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/contents#create-or-update-file-contents

    In an empty repository it makes the first commit, on the default branch.
    """
    repository, path = call.writable_repository(Permission.WRITE), _path(call)
    message = required(call.body, "message", str)
    try:
        content = base64.b64decode(required(call.body, "content", str))
    except binascii.Error:
        raise GitHubError(422, "content is not valid Base64") from None
    if {"", ".", "..", ".git"} & set(path.split("/")):
        raise GitHubError(422, "path contains a malformed path component")
    head, present = await _current(call, repository, path)
    _check_sha(call, path, present, needed=present is not None)
    sha = await _commit(call, repository, head, Change(path, content), message, "update" if present else "create")
    _, entry = await _object_and_entry(call, repository, sha, path)
    assert entry is not None, f"{path} was written and is not there"
    document = _entry(call, repository, path, entry, _branch(call, repository), len(content))
    commit = git_commit_object(await read_commit(call.git_directory(repository), sha), call.addresses(repository))
    return Reply({"content": document, "commit": commit}, 200 if present else 201)


async def delete_contents(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/contents#delete-a-file"""
    repository, path = call.writable_repository(Permission.WRITE), _path(call)
    message = required(call.body, "message", str)
    head, present = await _current(call, repository, path)
    if present is None:
        raise errors.not_found()
    _check_sha(call, path, present, needed=True)
    sha = await _commit(call, repository, head, Change(path), message, "delete")
    commit = git_commit_object(await read_commit(call.git_directory(repository), sha), call.addresses(repository))
    return Reply({"content": None, "commit": commit})


def _branch(call: Call, repository: RepositoryRecord) -> str:
    name: str = optional(call.body, "branch", str, repository.default_branch)
    return name.removeprefix(BRANCHES)


async def _current(call: Call, repository: RepositoryRecord, path: str) -> tuple[str | None, ObjectContent | None]:
    """The head of the branch that is written to, and what lies at the path there."""
    branch, directory = _branch(call, repository), call.git_directory(repository)
    head = bare_repository.object_id(directory, BRANCHES + branch)
    if head is None:
        if bare_repository.is_empty(directory):
            return None, None
        raise errors.not_found(f"Branch {branch} not found")
    found, _ = await _object_and_entry(call, repository, head, path)
    if found and found.type == "tree":
        raise GitHubError(422, f"{path} is a directory")
    return head, found


def _check_sha(call: Call, path: str, present: ObjectContent | None, *, needed: bool) -> None:
    sha = optional(call.body, "sha", str)
    if needed and sha is None:
        raise errors.missing("sha")
    if sha and (present is None or sha != present.sha):
        raise GitHubError(409, f"{path} does not match {sha}")


async def _commit(
    call: Call, repository: RepositoryRecord, head: str | None, change: Change, message: str, verb: str
) -> str:
    user = call.signed_in()
    author = identity_in(call.body, "author", user, identity_in(call.body, "committer", user))
    committer = identity_in(call.body, "committer", user)
    sha = await commit_files(call.git_directory(repository), head, [change], message, author, committer)
    update = RefUpdate(BRANCHES + _branch(call, repository), head, sha)
    try:
        await ref_updates.update(call.tenant, repository, user, update, status=409)
    except RuleViolationError as error:
        if not error.summary.startswith("Repository rule violations"):
            raise GitHubError(409, f"Could not {verb} file: {error.summary}") from None
        raise
    except GitHubError as error:
        current = bare_repository.object_id(call.git_directory(repository), update.ref)
        raise GitHubError(409, f"is at {current} but expected {head}") from error
    return sha


async def get_readme(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/contents#get-a-repository-readme"""
    repository = call.repository()
    ref = call.request.query_params.get("ref") or repository.default_branch
    commit = await resolve(call.git_directory(repository), ref)
    root = (await read_objects(call.git_directory(repository), [f"{commit}:"]))[0] if commit else None
    for entry in tree_entries(root.content) if root else ():
        if entry.name.lower().partition(".")[0] == "readme" and entry.type == "blob":
            [found] = await read_objects(call.git_directory(repository), [entry.sha])
            content = found.content if found else b""
            if call.wants("raw"):
                return Reply(content)
            return Reply(_file(call, repository, entry.name, entry, ref, content))
    raise errors.not_found()


ROUTES = [
    *repository_routes("GET", "/contents", get_contents),
    *repository_routes("GET", "/contents/{path:path}", get_contents),
    *repository_routes("PUT", "/contents/{path:path}", put_contents),
    *repository_routes("DELETE", "/contents/{path:path}", delete_contents),
    *repository_routes("GET", "/readme", get_readme),
]

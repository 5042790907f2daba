"""Blobs, trees, commits and tags as objects. https://docs.github.com/rest/git"""

import base64
import binascii
from typing import Any

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.git import bare_repository
from sandbox.git.bare_repository import GitCommandError, git, read_objects
from sandbox.git.commits import parse_commit, parse_tag, resolve
from sandbox.git.object_writing import Change, types_of, write_object, write_tree
from sandbox.representations.commits import git_commit_object
from sandbox.rest.bodies import choice, identity_in, items, optional, required, required_items
from sandbox.rest.calls import Call, Reply
from sandbox.rest.routing import repository_routes
from sandbox.tenant.entities import RepositoryRecord, node_id
from sandbox.tenant.permissions import Permission

MODES = ("100644", "100755", "040000", "160000", "120000")
UNSIGNED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}


def _write(call: Call) -> RepositoryRecord:
    repository = call.writable_repository(Permission.WRITE)
    if bare_repository.is_empty(call.git_directory(repository)):
        raise errors.empty_repository()
    return repository


async def _object(call: Call, repository: RepositoryRecord, sha: str, kind: str) -> bytes:
    [found] = await read_objects(call.git_directory(repository), [sha])
    if found is None or found.type != kind or found.sha != sha:
        raise errors.not_found()
    return found.content


async def create_blob(call: Call) -> Reply:
    """https://docs.github.com/rest/git/blobs#create-a-blob"""
    repository = _write(call)
    text = required(call.body, "content", str)
    content = text.encode()
    if choice(call.body, "encoding", ("utf-8", "base64"), "utf-8") == "base64":
        try:
            content = base64.b64decode("".join(text.split()), validate=True)
        except binascii.Error:
            raise GitHubError(422, "content is not valid Base64") from None
    sha = await write_object(call.git_directory(repository), "blob", content)
    url = f"{call.addresses(repository).api}/git/blobs/{sha}"
    return Reply({"sha": sha, "url": url}, 201, {"Location": url})


async def get_blob(call: Call) -> Reply:
    """https://docs.github.com/rest/git/blobs#get-a-blob"""
    repository, sha = call.repository(), call.parameter("sha")
    content = await _object(call, repository, sha, "blob")
    if call.wants("raw"):
        return Reply(content)
    return Reply(
        {
            "sha": sha,
            "node_id": node_id("B", repository.id, sha),
            "size": len(content),
            "url": f"{call.addresses(repository).api}/git/blobs/{sha}",
            "content": base64.encodebytes(content).decode(),
            "encoding": "base64",
        }
    )


async def create_tree(call: Call) -> Reply:
    """https://docs.github.com/rest/git/trees#create-a-tree"""
    repository = _write(call)
    directory = call.git_directory(repository)
    entries: list[dict[str, Any]] = required_items(call.body, "tree", dict)
    base = optional(call.body, "base_tree", str)
    if base is not None:
        [found] = await read_objects(directory, [f"{base}^{{tree}}"])
        if found is None:
            raise GitHubError(422, "base_tree is not a valid tree")
        base = found.sha
    changes = [_change(entry) for entry in entries]
    named = [change.object for change in changes if change.object and change.mode != "160000"]
    for name, kind in zip(named, await types_of(directory, named), strict=True):
        if kind not in {"blob", "tree"}:
            raise GitHubError(422, f"tree.sha {name} is not a valid blob")
    if not changes and base is None:
        raise GitHubError(422, "Invalid tree info")
    try:
        sha = await write_tree(directory, base, changes)
    except GitCommandError as error:
        raise GitHubError(422, f"GitRPC::BadObjectState: {error}") from error
    return Reply(await _tree(call, repository, sha), 201)


def _change(entry: dict[str, Any]) -> Change:
    path, mode = required(entry, "path", str), choice(entry, "mode", MODES, MODES[0])
    if {"", ".", "..", ".git"} & set(path.split("/")):
        raise GitHubError(422, "tree.path contains a malformed path component")
    content = optional(entry, "content", str)
    if content is not None and entry.get("sha"):
        raise GitHubError(422, "Must supply either tree.sha or tree.content. Both are supplied.")
    if content is None and "sha" not in entry:
        raise GitHubError(422, "Must supply either tree.sha or tree.content.")
    return Change(path, None if content is None else content.encode(), mode, optional(entry, "sha", str))


async def get_tree(call: Call) -> Reply:
    """https://docs.github.com/rest/git/trees#get-a-tree"""
    repository, name = call.repository(), call.parameter("sha")
    directory = call.git_directory(repository)
    if bare_repository.is_empty(directory):
        raise errors.empty_repository()
    commit = await resolve(directory, name)
    [found] = await read_objects(directory, [f"{commit or name}^{{tree}}"])
    if found is None:
        raise errors.not_found()
    recursive = "recursive" in call.request.query_params
    return Reply(await _tree(call, repository, found.sha, recursive=recursive))


async def _tree(call: Call, repository: RepositoryRecord, sha: str, *, recursive: bool = False) -> dict[str, Any]:
    api = call.addresses(repository).api
    options = ("-r", "-t") if recursive else ()
    output = await git(call.git_directory(repository), "ls-tree", "-z", "-l", *options, sha)
    rows = []
    for line in output.decode(errors="replace").split("\0")[:-1]:
        columns, _, path = line.partition("\t")
        mode, kind, each, size = columns.split()
        entry: dict[str, Any] = {"path": path, "mode": mode, "type": kind, "sha": each}
        if kind == "blob":
            entry["size"] = int(size)
        if kind != "commit":
            entry["url"] = f"{api}/git/{kind}s/{each}"
        rows.append(entry)
    return {"sha": sha, "url": f"{api}/git/trees/{sha}", "tree": rows, "truncated": False}


async def create_commit(call: Call) -> Reply:
    """https://docs.github.com/rest/git/commits#create-a-commit"""
    repository = _write(call)
    directory, user = call.git_directory(repository), call.signed_in()
    message, tree = required(call.body, "message", str), required(call.body, "tree", str)
    parents: list[str] = items(call.body, "parents", str)
    kinds = await types_of(directory, [tree, *parents])
    if kinds[0] != "tree":
        raise GitHubError(422, "Tree SHA does not exist")
    if any(kind != "commit" for kind in kinds[1:]):
        raise GitHubError(422, "Parent SHA does not exist or is not a commit object")
    author = identity_in(call.body, "author", user)
    committer = identity_in(call.body, "committer", user, author)
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
    lines += [f"author {author.line()}", f"committer {committer.line()}"]
    signature = optional(call.body, "signature", str)
    if signature:
        lines.append("gpgsig " + signature.rstrip("\n").replace("\n", "\n "))
    raw = ("\n".join(lines) + "\n\n" + message).encode()
    try:
        sha = await write_object(directory, "commit", raw)
    except GitCommandError as error:
        raise GitHubError(422, f"Could not create commit: {error}") from error
    return Reply(git_commit_object(parse_commit(sha, raw), call.addresses(repository)), 201)


async def get_commit(call: Call) -> Reply:
    """https://docs.github.com/rest/git/commits#get-a-commit-object"""
    repository, sha = call.repository(), call.parameter("sha")
    raw = await _object(call, repository, sha, "commit")
    return Reply(git_commit_object(parse_commit(sha, raw), call.addresses(repository)))


async def create_tag(call: Call) -> Reply:
    """https://docs.github.com/rest/git/tags#create-a-tag-object

    The object only: the ref that makes a tag of it is made by itself.
    """
    repository = _write(call)
    name, message = required(call.body, "tag", str), required(call.body, "message", str)
    target, kind = required(call.body, "object", str), required(call.body, "type", str)
    if await types_of(call.git_directory(repository), [target]) != [kind]:
        raise GitHubError(422, "Could not create tag: object does not exist or is of another type")
    tagger = identity_in(call.body, "tagger", call.signed_in()).line()
    text = message if message.endswith("\n") else f"{message}\n"
    raw = f"object {target}\ntype {kind}\ntag {name}\ntagger {tagger}\n\n{text}".encode()
    try:
        sha = await write_object(call.git_directory(repository), "tag", raw)
    except GitCommandError as error:
        raise GitHubError(422, f"Could not create tag: {error}") from error
    return Reply(_tag(call, repository, sha, raw), 201)


async def get_tag(call: Call) -> Reply:
    """https://docs.github.com/rest/git/tags#get-a-tag"""
    repository, sha = call.repository(), call.parameter("sha")
    return Reply(_tag(call, repository, sha, await _object(call, repository, sha, "tag")))


def _tag(call: Call, repository: RepositoryRecord, sha: str, raw: bytes) -> dict[str, Any]:
    tag, api = parse_tag(raw), call.addresses(repository).api
    return {
        "node_id": node_id("TA", repository.id, sha),
        "sha": sha,
        "url": f"{api}/git/tags/{sha}",
        "tag": tag.name,
        "message": tag.message,
        "tagger": vars(tag.tagger) if tag.tagger else None,
        "object": {"sha": tag.object, "type": tag.type, "url": f"{api}/git/{tag.type}s/{tag.object}"},
        "verification": UNSIGNED,
    }


ROUTES = [
    *repository_routes("POST", "/git/blobs", create_blob),
    *repository_routes("GET", "/git/blobs/{sha}", get_blob),
    *repository_routes("POST", "/git/trees", create_tree),
    *repository_routes("GET", "/git/trees/{sha:path}", get_tree),
    *repository_routes("POST", "/git/commits", create_commit),
    *repository_routes("GET", "/git/commits/{sha}", get_commit),
    *repository_routes("POST", "/git/tags", create_tag),
    *repository_routes("GET", "/git/tags/{sha}", get_tag),
]

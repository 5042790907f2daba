"""Refs, commits, trees, blobs and tags. https://docs.github.com/graphql/reference/objects#ref"""

from collections.abc import Callable
from typing import Any

from sandbox.git import bare_repository
from sandbox.git.bare_repository import BRANCHES, git, tree_entries
from sandbox.git.commits import Commit, CommitPerson, parse_commit, parse_tag
from sandbox.graphql.connections import connection
from sandbox.graphql.context import GitObject, context_of
from sandbox.graphql.nodes import RefNode
from sandbox.records import checks
from sandbox.records.protection import protection_of
from sandbox.rules.enforcement import SignedCommit
from sandbox.tenant.entities import RepositoryRecord

LARGEST_TEXT = 512_000  # bytes; GitHub leaves the text of larger blobs out


def ref_of(info: Any, repository: RepositoryRecord, name: str) -> RefNode | None:
    """The ref with this whole name."""
    sha = bare_repository.object_id(context_of(info).tenant.git_directory(repository), name)
    return RefNode(repository, name, sha) if sha else None


def ref(repository: RepositoryRecord, info: Any, **arguments: str) -> RefNode | None:
    """A ref by its whole name, or by a branch's or tag's short one."""
    name = arguments["qualifiedName"]
    candidates = (name, f"refs/{name}", f"refs/heads/{name}", f"refs/tags/{name}")
    return next((found for each in candidates if (found := ref_of(info, repository, each))), None)


def default_branch_ref(repository: RepositoryRecord, info: Any) -> RefNode | None:
    """The branch that the repository starts with."""
    return ref_of(info, repository, BRANCHES + repository.default_branch)


async def refs(repository: RepositoryRecord, info: Any, **arguments: Any) -> Any:
    """Branches or tags, by the start of their names."""
    directory = context_of(info).tenant.git_directory(repository)
    found = await bare_repository.refs(directory, arguments["refPrefix"])
    query = arguments.get("query") or ""
    nodes = [RefNode(repository, each.name, each.sha) for each in found if query in each.name.rpartition("/")[2]]
    return connection(nodes, arguments, "refs")


async def git_object(repository: RepositoryRecord, info: Any, **arguments: Any) -> GitObject | None:
    """What a revision such as "HEAD:README.md" stands for."""
    expression = arguments.get("expression") or arguments.get("oid")
    return await context_of(info).read(repository, expression) if expression else None


async def _target(each: RefNode, info: Any) -> GitObject | None:
    return await context_of(info).read(each.repository, each.sha)


def _parse(found: GitObject) -> Commit:
    return parse_commit(found.oid, found.content)


def _actor(person: CommitPerson) -> dict[str, Any]:
    return {"name": person.name, "email": person.email, "date": person.date, "user": None}


async def _commits(found: GitObject, info: Any, oids: list[str]) -> list[GitObject]:
    context = context_of(info)
    read = [await context.read(found.repository, oid) for oid in oids]
    return [each for each in read if each]


async def _parents(found: GitObject, info: Any, **arguments: Any) -> Any:
    return connection(await _commits(found, info, list(_parse(found).parents)), arguments, "parents")


async def history(found: GitObject, info: Any, **arguments: Any) -> Any:
    """All commits before this one, newest first; those of the page are read."""
    context = context_of(info)
    directory = context.tenant.git_directory(found.repository)
    path = ["--", arguments["path"]] if arguments.get("path") else []
    listed = (await git(directory, "rev-list", found.oid, *path)).decode().split()
    document = connection(listed, arguments, "history")
    for edge in document["edges"]:
        edge["node"] = await context.read(found.repository, edge["node"])
    return document | {"nodes": [edge["node"] for edge in document["edges"]]}


async def _commit_tree(found: GitObject, info: Any) -> GitObject | None:
    return await context_of(info).read(found.repository, _parse(found).tree)


def signature(found: GitObject, info: Any) -> dict[str, Any] | None:
    """A signature of the author's, or GitHub's own for commits that it made."""
    commit, store = _parse(found), context_of(info).tenant.store
    by_github = store.by_key(SignedCommit, str(found.repository.id), found.oid) is not None
    if not by_github and commit.signature is None:
        return None
    return {
        "__typename": "GpgSignature",
        "keyId": None,
        "isValid": by_github,
        "state": "VALID" if by_github else "UNKNOWN_KEY",
        "signature": commit.signature or "",
        "payload": commit.payload or "",
        "wasSignedByGitHub": by_github,
    }


def _status_check_rollup(found: GitObject, info: Any) -> dict[str, Any] | None:
    statuses = checks.latest_statuses(context_of(info).tenant.store, found.repository.id, found.oid)
    if not statuses:
        return None
    return {"id": f"SCR_{found.oid}", "state": checks.combined_state(statuses).upper()}


def _entries(found: GitObject, info: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": entry.name,
            "path": entry.name,
            "mode": int(entry.mode, 8),
            "type": entry.type,
            "oid": entry.sha,
            "repository": found.repository,
        }
        for entry in tree_entries(found.content)
    ]


async def _entry_object(entry: dict[str, Any], info: Any) -> GitObject | None:
    return await context_of(info).read(entry["repository"], entry["oid"])


async def _entry_size(entry: dict[str, Any], info: Any) -> int:
    found = await _entry_object(entry, info)
    return len(found.content) if found and found.type == "blob" else 0


def _is_binary(found: GitObject, info: Any) -> bool:
    return b"\0" in found.content[:8000]


def _text(found: GitObject, info: Any) -> str | None:
    if _is_binary(found, info) or len(found.content) > LARGEST_TEXT:
        return None
    return found.content.decode(errors="replace")


def _commit_path(found: GitObject, info: Any) -> str:
    owner = context_of(info).tenant.owner_of(found.repository).login
    return f"/{owner}/{found.repository.name}/commit/{found.oid}"


def _commit_url(found: GitObject, info: Any) -> str:
    return f"{context_of(info).site.html}{_commit_path(found, info)}"


def _tagger(found: GitObject, info: Any) -> dict[str, Any] | None:
    person = parse_tag(found.content).tagger
    return _actor(person) if person else None


async def _tag_target(found: GitObject, info: Any) -> GitObject | None:
    return await context_of(info).read(found.repository, parse_tag(found.content).object)


OBJECT = {
    "abbreviatedOid": lambda found, info: found.oid[:7],
    "commitUrl": _commit_url,
    "commitResourcePath": _commit_path,
}
RESOLVERS: dict[str, dict[str, Callable[..., Any]]] = {
    "Ref": {
        "name": lambda each, info: each.name.split("/", 2)[2],
        "prefix": lambda each, info: "/".join(each.name.split("/", 2)[:2]) + "/",
        "target": _target,
        "branchProtectionRule": lambda each, info: (
            protection_of(info.context.tenant.store, each.repository, each.name.removeprefix(BRANCHES))
            if each.name.startswith(BRANCHES)
            else None
        ),
    },
    "Commit": OBJECT
    | {
        "url": _commit_url,
        "resourcePath": _commit_path,
        "message": lambda found, info: _parse(found).message,
        "messageHeadline": lambda found, info: _parse(found).message.split("\n", 1)[0],
        "messageBody": lambda found, info: _parse(found).message.partition("\n")[2].lstrip("\n"),
        "authoredDate": lambda found, info: _parse(found).author.date,
        "committedDate": lambda found, info: _parse(found).committer.date,
        "author": lambda found, info: _actor(_parse(found).author),
        "committer": lambda found, info: _actor(_parse(found).committer),
        "tree": _commit_tree,
        "parents": _parents,
        "history": history,
        "signature": signature,
        "statusCheckRollup": _status_check_rollup,
    },
    "Tree": OBJECT | {"entries": _entries},
    "TreeEntry": {"object": _entry_object, "size": _entry_size},
    "Blob": OBJECT
    | {
        "byteSize": lambda found, info: len(found.content),
        "isBinary": _is_binary,
        "isTruncated": lambda found, info: len(found.content) > LARGEST_TEXT,
        "text": _text,
    },
    "Tag": OBJECT
    | {
        "name": lambda found, info: parse_tag(found.content).name,
        "message": lambda found, info: parse_tag(found.content).message,
        "tagger": _tagger,
        "target": _tag_target,
    },
}

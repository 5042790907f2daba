"""What the managed files' provider does in its own process: from the resource's properties to one commit, and back."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
from pulumi.dynamic import Config

from components.github.github_client import github_client
from components.github.github_server import graphql
from components.stack.provider_settings import settings_from
from components.stack.settings import Settings
from migration.errors import CodeMoveError

_COMMIT = """
mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }
"""


class CommitRefusedError(CodeMoveError):
    """GitHub rejected the commit of the managed files. Says why, and what to do."""


def commit_to_github(props: Mapping[str, Any], obsolete: Iterable[str], config: Config) -> None:
    """Commit the files to the default branch at once; GitHub signs the commit. No commit when nothing differs.

    obsolete: paths of files that were managed and are no longer, which the same commit deletes.
    Initial files are included while the branch has at most one commit: later changes to them are left alone.
    Raises CommitRefusedError.
    """
    settings = settings_from(config, props)
    initial: Mapping[str, str] = props.get("initial") or {}
    files: Mapping[str, str] = {**initial, **props["files"]}
    removed = set(obsolete) - set(files)
    found = _read_branch(settings, props, [*files, *removed])
    if found.head is None:
        # Nothing can be committed over GraphQL to a repository without a commit; this makes the first one.
        path = min(files)
        _make_first_commit(settings, props, path, files[path])
        found = _read_branch(settings, props, [*files, *removed])
    changed = {
        path: content
        for path, content in sorted(files.items())
        if (path in props["files"] and found.blobs.get(path) != _blob_id(content))
        or (path not in props["files"] and found.commits <= 1 and path not in found.blobs)
    }
    removed = {path for path in removed if path in found.blobs}
    if changed or removed:
        _create_commit(settings, props, found.head, changed, sorted(removed))


def files_on_github(props: Mapping[str, Any], config: Config) -> dict[str, Any] | None:
    """The properties as GitHub has them now, in one request; None when the repository is gone.

    A file that somebody changed shows as the id of its blob there, one that is gone not at all.
    """
    files: Mapping[str, str] = props["files"]
    try:
        blobs = _read_branch(settings_from(config, props), props, list(files)).blobs
    except RepositoryGoneError:
        return None
    found = {
        path: content if blobs[path] == _blob_id(content) else f"(changed on GitHub: {blobs[path]})"
        for path, content in files.items()
        if path in blobs
    }
    return {**props, "files": found}


class RepositoryGoneError(CommitRefusedError):
    """There is no such repository any more."""


@dataclass(frozen=True)
class _BranchContent:
    """The default branch: its head, None for none, and how many commits it has; the id of each path's blob."""

    head: str | None
    commits: int
    blobs: Mapping[str, str]


def _read_branch(settings: Settings, props: Mapping[str, Any], paths: list[str]) -> _BranchContent:
    """The default branch, with those of the paths that are there."""
    variables = {"owner": settings.owner, "name": props["repository"], "branch": f"refs/heads/{props['branch']}"}
    expressions = {f"file{number}": f"{props['branch']}:{path}" for number, path in enumerate(paths)}
    declared = "".join(f", ${alias}: String!" for alias in expressions)
    asked = " ".join(f"{alias}: object(expression: ${alias}) {{ oid }}" for alias in expressions)
    query = (
        f"query($owner: String!, $name: String!, $branch: String!{declared}) {{ repository(owner: $owner, name: $name) "
        f"{{ ref(qualifiedName: $branch) {{ target {{ oid ... on Commit {{ history(first: 1) {{ totalCount }} }} }} }} "
        f"{asked} }} }}"
    )
    repository = _query(settings, props, query, variables | expressions)["repository"]
    if repository is None:
        raise RepositoryGoneError(f"{props['repository']}: there is no such repository at {settings.github.address}.")
    head = (repository["ref"] or {}).get("target")
    blobs = {path: repository[alias] for path, alias in zip(paths, expressions, strict=True)}
    return _BranchContent(
        head=head and head["oid"],
        commits=head["history"]["totalCount"] if head else 0,
        blobs={path: blob["oid"] for path, blob in blobs.items() if blob},
    )


def _create_commit(
    settings: Settings, props: Mapping[str, Any], head: str | None, changed: Mapping[str, str], removed: list[str]
) -> None:
    """https://docs.github.com/en/graphql/reference/mutations#createcommitonbranch"""
    contents = {path: base64.b64encode(content.encode()).decode() for path, content in changed.items()}
    commit = {
        "branch": {
            "repositoryNameWithOwner": f"{settings.owner}/{props['repository']}",
            "branchName": props["branch"],
        },
        "expectedHeadOid": head,
        "message": {
            "headline": "Update the managed files",
            "body": "\n".join(f"- {path}" for path in (*changed, *removed)),
        },
        "fileChanges": {
            "additions": [{"path": path, "contents": text} for path, text in contents.items()],
            "deletions": [{"path": path} for path in removed],
        },
    }
    _query(settings, props, _COMMIT, {"input": commit})


def _make_first_commit(settings: Settings, props: Mapping[str, Any], path: str, text: str) -> None:
    """https://docs.github.com/en/rest/repos/contents#create-or-update-file-contents"""
    address = f"repos/{settings.owner}/{props['repository']}/contents/{quote(path)}"
    content = base64.b64encode(text.encode()).decode()
    body = {"message": "Add the managed files", "content": content, "branch": props["branch"]}
    try:
        with github_client(settings) as client:
            client.put(address, json=body).raise_for_status()
    except httpx.HTTPError as error:
        raise _refused(props, str(error)) from None


def _query(settings: Settings, props: Mapping[str, Any], query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    try:
        answer = graphql(settings, query, variables)
    except httpx.HTTPError as error:
        raise _refused(props, str(error)) from None
    errors = answer.get("errors", [])
    if errors and errors[0].get("type") != "NOT_FOUND":
        raise _refused(props, errors[0]["message"])
    data: dict[str, Any] = answer["data"]
    return data


def _refused(props: Mapping[str, Any], reason: str) -> CommitRefusedError:
    return CommitRefusedError(
        f"{props['repository']}: The managed files were not committed to {props['branch']}: {' '.join(reason.split())} "
        "Run pulumi up again after a concurrent push; if a rule forbids the commit, see `migration:` under "
        "`protection` in the plan."
    )


def _blob_id(content: str) -> str:
    """The id that git gives to a file: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects"""
    data = content.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()

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
    """GitHub did not take the commit of the managed files. Says why, and what to do."""


def commit_to_github(props: Mapping[str, Any], obsolete: Iterable[str], config: Config) -> None:
    """Bring the files to the default branch in one commit, which GitHub signs; none when they are there already.

    obsolete: paths of files that were managed and are no longer, which go with the same commit.
    Initial files come along while the branch has no commit but one: what people make of them is theirs.
    Raises CommitRefusedError.
    """
    settings = settings_from(config)
    initial: Mapping[str, str] = props.get("initial") or {}
    files: Mapping[str, str] = {**initial, **props["files"]}
    gone = set(obsolete) - set(files)
    seen = _look(settings, props, [*files, *gone])
    if seen.head is None:
        # Nothing can be committed over GraphQL to a repository without a commit; this makes the first one.
        path = min(files)
        _make_first_commit(settings, props, path, files[path])
        seen = _look(settings, props, [*files, *gone])
    wanted = {
        path: content
        for path, content in sorted(files.items())
        if (path in props["files"] and seen.blobs.get(path) != _blob_id(content))
        or (path not in props["files"] and seen.commits <= 1 and path not in seen.blobs)
    }
    gone = {path for path in gone if path in seen.blobs}
    if wanted or gone:
        _commit(settings, props, seen.head, wanted, sorted(gone))


def files_on_github(props: Mapping[str, Any], config: Config) -> dict[str, Any] | None:
    """The properties as GitHub has them now, in one request; None when the repository is gone.

    A file that somebody changed shows as the id of its blob there, one that is gone not at all.
    """
    files: Mapping[str, str] = props["files"]
    try:
        blobs = _look(settings_from(config), props, list(files)).blobs
    except RepositoryGoneError:
        return None
    seen = {
        path: content if blobs[path] == _blob_id(content) else f"(changed at GitHub: {blobs[path]})"
        for path, content in files.items()
        if path in blobs
    }
    return {**props, "files": seen}


class RepositoryGoneError(CommitRefusedError):
    """There is no such repository any more."""


@dataclass(frozen=True)
class _Seen:
    """The default branch: its head, None for none, and how many commits it has; the id of each path's blob."""

    head: str | None
    commits: int
    blobs: Mapping[str, str]


def _look(settings: Settings, props: Mapping[str, Any], paths: list[str]) -> _Seen:
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
    repository = _answer(settings, props, query, variables | expressions)["repository"]
    if repository is None:
        raise RepositoryGoneError(f"{props['repository']}: there is no such repository at {settings.github.address}.")
    head = (repository["ref"] or {}).get("target")
    blobs = {path: repository[alias] for path, alias in zip(paths, expressions, strict=True)}
    return _Seen(
        head=head and head["oid"],
        commits=head["history"]["totalCount"] if head else 0,
        blobs={path: blob["oid"] for path, blob in blobs.items() if blob},
    )


def _commit(
    settings: Settings, props: Mapping[str, Any], head: str | None, wanted: Mapping[str, str], gone: list[str]
) -> None:
    """https://docs.github.com/en/graphql/reference/mutations#createcommitonbranch"""
    contents = {path: base64.b64encode(content.encode()).decode() for path, content in wanted.items()}
    commit = {
        "branch": {
            "repositoryNameWithOwner": f"{settings.owner}/{props['repository']}",
            "branchName": props["branch"],
        },
        "expectedHeadOid": head,
        "message": {"headline": "Update the managed files", "body": "\n".join(f"- {one}" for one in (*wanted, *gone))},
        "fileChanges": {
            "additions": [{"path": path, "contents": text} for path, text in contents.items()],
            "deletions": [{"path": path} for path in gone],
        },
    }
    _answer(settings, props, _COMMIT, {"input": commit})


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


def _answer(settings: Settings, props: Mapping[str, Any], query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    try:
        answer = graphql(settings, query, variables)
    except httpx.HTTPError as error:
        raise _refused(props, str(error)) from None
    errors = answer.get("errors", [])
    if errors and errors[0].get("type") != "NOT_FOUND":
        raise _refused(props, errors[0]["message"])
    data: dict[str, Any] = answer["data"]
    return data


def _refused(props: Mapping[str, Any], told: str) -> CommitRefusedError:
    return CommitRefusedError(
        f"{props['repository']}: the managed files could not be brought to {props['branch']}: {' '.join(told.split())} "
        "Run pulumi up again when somebody pushed at the same moment; if a rule forbids it, see `migration:` under "
        "`protection` in the plan."
    )


def _blob_id(content: str) -> str:
    """The id that git gives to a file: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects"""
    data = content.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()

"""Issues and pull requests, as far as `gh` lists and opens them. https://docs.github.com/graphql/reference/objects#issue"""

from collections.abc import Mapping
from typing import Any

from sandbox.errors import GitHubError
from sandbox.graphql.connections import connection
from sandbox.graphql.context import Context, ResolveError, context_of
from sandbox.graphql.nodes import repository_with
from sandbox.records import issues, pull_requests
from sandbox.records.issues import Issue, LabelRecord
from sandbox.records.pull_requests import PullRequest
from sandbox.world.entities import Account, RepositoryRecord

ORDERS = {"CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "COMMENTS": "number"}


def _issue_of(value: Issue | PullRequest, info: Any) -> Issue:
    return value if isinstance(value, Issue) else pull_requests.issue_of(context_of(info).world, value)


def _repository_of(value: Issue | PullRequest, info: Any) -> RepositoryRecord:
    repository = context_of(info).world.store.by_id(RepositoryRecord, value.repository_id)
    assert repository is not None, f"{value.id} has lost its repository"
    return repository


def _url(value: Issue | PullRequest, info: Any) -> str:
    page = context_of(info).addresses(_repository_of(value, info)).html
    return f"{page}/{'issues' if isinstance(value, Issue) else 'pull'}/{value.number}"


def _labels(value: Issue | PullRequest, info: Any, **arguments: Any) -> Any:
    store = context_of(info).world.store
    found = [label for number in _issue_of(value, info).labels if (label := store.by_id(LabelRecord, number))]
    return connection(found, arguments, "labels")


def _state(value: Issue | PullRequest, info: Any) -> str:
    if isinstance(value, PullRequest) and value.merged_at:
        return "MERGED"
    return _issue_of(value, info).state.upper()


def _issue(repository: RepositoryRecord, info: Any, number: int) -> Issue:
    found = context_of(info).world.store.by_key(Issue, str(repository.id), str(number))
    if found is None or found.is_pull_request:
        raise ResolveError("NOT_FOUND", f"Could not resolve to an Issue with the number of {number}.")
    return found


def _issues(repository: RepositoryRecord, info: Any, **arguments: Any) -> Any:
    world, wanted = context_of(info).world, arguments.get("filterBy") or {}
    author = world.account(wanted["createdBy"]) if wanted.get("createdBy") else None
    states = arguments.get("states") or wanted.get("states") or ("OPEN", "CLOSED")
    found = [
        issue
        for issue in world.store.all(Issue, str(repository.id))
        if not issue.is_pull_request and issue.state.upper() in states and author in (None, _author(issue, info))
    ]
    return connection(_ordered(found, arguments), arguments, "issues")


def _pull_request(repository: RepositoryRecord, info: Any, number: int) -> PullRequest:
    found = context_of(info).world.store.by_key(PullRequest, str(repository.id), str(number))
    if found is None:
        raise ResolveError("NOT_FOUND", f"Could not resolve to a PullRequest with the number of {number}.")
    return found


def _pull_requests(repository: RepositoryRecord, info: Any, **arguments: Any) -> Any:
    states = arguments.get("states") or ("OPEN", "CLOSED", "MERGED")
    found = [
        pull
        for pull in context_of(info).world.store.all(PullRequest, str(repository.id))
        if _state(pull, info) in states
        and arguments.get("baseRefName") in (None, pull.base)
        and arguments.get("headRefName") in (None, pull.head)
    ]
    return connection(_ordered(found, arguments), arguments, "pullRequests")


def _ordered(found: list[Any], arguments: Mapping[str, Any]) -> list[Any]:
    order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    by = ORDERS[order["field"]]
    found.sort(key=lambda one: (getattr(one, by, one.number), one.number), reverse=order["direction"] == "DESC")
    return found


def _author(value: Issue | PullRequest, info: Any) -> Account | None:
    return context_of(info).world.store.by_id(Account, _issue_of(value, info).user_id)


async def _writable(context: Context, given: Mapping[str, Any]) -> RepositoryRecord:
    repository = await repository_with(context, given["repositoryId"])
    if repository.archived:
        raise ResolveError("UNPROCESSABLE", "Repository was archived so is read-only.")
    return repository


async def create_issue(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """https://docs.github.com/graphql/reference/mutations#createissue"""
    context, given = context_of(info), arguments["input"]
    repository = await _writable(context, given)
    if not repository.has_issues:
        raise ResolveError("UNPROCESSABLE", "Issues has been disabled in this repository.")
    issue = issues.opened(context.world.store, repository, context.user, given["title"], given.get("body"))
    context.world.store.put(issue)
    return {"issue": issue, "clientMutationId": given.get("clientMutationId")}


async def create_pull_request(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """https://docs.github.com/graphql/reference/mutations#createpullrequest"""
    context, given = context_of(info), arguments["input"]
    repository = await _writable(context, given)
    head = given["headRefName"].rpartition(":")[2]
    issue = issues.opened(context.world.store, repository, context.user, given["title"], given.get("body"), pull=True)
    try:
        pull = await pull_requests.open_pull(
            context.world, repository, issue, head, given["baseRefName"], draft=given.get("draft") or False
        )
    except GitHubError as error:
        told = [str(one.get("message", one.get("field", one))) for one in error.errors or ()]
        raise ResolveError("UNPROCESSABLE", ", ".join(told) or error.message) from None
    return {"pullRequest": pull, "clientMutationId": given.get("clientMutationId")}


SHARED = {
    "author": _author,
    "body": lambda value, info: _issue_of(value, info).body or "",
    "closed": lambda value, info: _issue_of(value, info).state == "closed",
    "createdAt": lambda value, info: _issue_of(value, info).created_at,
    "labels": _labels,
    "state": _state,
    "title": lambda value, info: _issue_of(value, info).title,
    "updatedAt": lambda value, info: _issue_of(value, info).updated_at,
    "url": _url,
}
RESOLVERS = {
    "Issue": SHARED
    | {"stateReason": lambda issue, info, **_: issue.state_reason.upper() if issue.state_reason else None},
    "PullRequest": SHARED
    | {
        "baseRefName": lambda pull, info: pull.base,
        "headRefName": lambda pull, info: pull.head,
        "headRepository": _repository_of,
        "headRepositoryOwner": lambda pull, info: info.context.world.owner_of(_repository_of(pull, info)),
        "isCrossRepository": lambda pull, info: False,
        "isDraft": lambda pull, info: pull.draft,
        "merged": lambda pull, info: pull.merged_at is not None,
    },
    "Repository": {
        "issue": _issue,
        "issues": _issues,
        "pullRequest": _pull_request,
        "pullRequests": _pull_requests,
    },
    "Mutation": {"createIssue": create_issue, "createPullRequest": create_pull_request},
}

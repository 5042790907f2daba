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
from sandbox.tenant.entities import Account, RepositoryRecord

ORDERS = {"CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "COMMENTS": "number"}


def _issue_of(value: Issue | PullRequest, info: Any) -> Issue:
    return value if isinstance(value, Issue) else pull_requests.issue_of(context_of(info).tenant, value)


def _repository_of(value: Issue | PullRequest, info: Any) -> RepositoryRecord:
    repository = context_of(info).tenant.store.by_id(RepositoryRecord, value.repository_id)
    assert repository is not None, f"{value.id} has lost its repository"
    return repository


def _url(value: Issue | PullRequest, info: Any) -> str:
    page = context_of(info).addresses(_repository_of(value, info)).html
    return f"{page}/{'issues' if isinstance(value, Issue) else 'pull'}/{value.number}"


def _labels(value: Issue | PullRequest, info: Any, **arguments: Any) -> Any:
    store = context_of(info).tenant.store
    found = [label for number in _issue_of(value, info).labels if (label := store.by_id(LabelRecord, number))]
    return connection(found, arguments, "labels")


def _state(value: Issue | PullRequest, info: Any) -> str:
    if isinstance(value, PullRequest) and value.merged_at:
        return "MERGED"
    return _issue_of(value, info).state.upper()


def _issue(repository: RepositoryRecord, info: Any, number: int) -> Issue:
    found = context_of(info).tenant.store.by_key(Issue, str(repository.id), str(number))
    if found is None or found.is_pull_request:
        raise ResolveError("NOT_FOUND", f"Could not resolve to an Issue with the number of {number}.")
    return found


def _issues(repository: RepositoryRecord, info: Any, **arguments: Any) -> Any:
    tenant, filters = context_of(info).tenant, arguments.get("filterBy") or {}
    author = tenant.account(filters["createdBy"]) if filters.get("createdBy") else None
    states = arguments.get("states") or filters.get("states") or ("OPEN", "CLOSED")
    found = [
        issue
        for issue in tenant.store.all(Issue, str(repository.id))
        if not issue.is_pull_request and issue.state.upper() in states and author in (None, _author(issue, info))
    ]
    return connection(_order(found, arguments), arguments, "issues")


def _pull_request(repository: RepositoryRecord, info: Any, number: int) -> PullRequest:
    found = context_of(info).tenant.store.by_key(PullRequest, str(repository.id), str(number))
    if found is None:
        raise ResolveError("NOT_FOUND", f"Could not resolve to a PullRequest with the number of {number}.")
    return found


def _pull_requests(repository: RepositoryRecord, info: Any, **arguments: Any) -> Any:
    states = arguments.get("states") or ("OPEN", "CLOSED", "MERGED")
    found = [
        pull
        for pull in context_of(info).tenant.store.all(PullRequest, str(repository.id))
        if _state(pull, info) in states
        and arguments.get("baseRefName") in (None, pull.base)
        and arguments.get("headRefName") in (None, pull.head)
    ]
    return connection(_order(found, arguments), arguments, "pullRequests")


def _order(found: list[Any], arguments: Mapping[str, Any]) -> list[Any]:
    order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    by = ORDERS[order["field"]]
    found.sort(key=lambda item: (getattr(item, by, item.number), item.number), reverse=order["direction"] == "DESC")
    return found


def _author(value: Issue | PullRequest, info: Any) -> Account | None:
    return context_of(info).tenant.store.by_id(Account, _issue_of(value, info).user_id)


async def _writable(context: Context, values: Mapping[str, Any]) -> RepositoryRecord:
    repository = await repository_with(context, values["repositoryId"])
    if repository.archived:
        raise ResolveError("UNPROCESSABLE", "Repository was archived so is read-only.")
    return repository


async def create_issue(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """https://docs.github.com/graphql/reference/mutations#createissue"""
    context, values = context_of(info), arguments["input"]
    repository = await _writable(context, values)
    if not repository.has_issues:
        raise ResolveError("UNPROCESSABLE", "Issues has been disabled in this repository.")
    issue = issues.opened(context.tenant.store, repository, context.user, values["title"], values.get("body"))
    context.tenant.store.put(issue)
    return {"issue": issue, "clientMutationId": values.get("clientMutationId")}


async def create_pull_request(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """https://docs.github.com/graphql/reference/mutations#createpullrequest"""
    context, values = context_of(info), arguments["input"]
    repository = await _writable(context, values)
    head = values["headRefName"].rpartition(":")[2]
    issue = issues.opened(
        context.tenant.store, repository, context.user, values["title"], values.get("body"), pull=True
    )
    try:
        pull = await pull_requests.open_pull(
            context.tenant, repository, issue, head, values["baseRefName"], draft=values.get("draft") or False
        )
    except GitHubError as error:
        reasons = [str(item.get("message", item.get("field", item))) for item in error.errors or ()]
        raise ResolveError("UNPROCESSABLE", ", ".join(reasons) or error.message) from None
    return {"pullRequest": pull, "clientMutationId": values.get("clientMutationId")}


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
        "headRepositoryOwner": lambda pull, info: info.context.tenant.owner_of(_repository_of(pull, info)),
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

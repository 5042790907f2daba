"""Issues, comments on them, and looking for them. https://docs.github.com/rest/issues/issues"""

import re
from dataclasses import replace
from typing import Any

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.records.issues import Comment, Issue, LabelRecord, opened
from sandbox.representations.issues import IssueRepresenter
from sandbox.rest.bodies import choice, items, optional, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes, route
from sandbox.routes.issues.labels import labels_named
from sandbox.tenant.entities import Account, RepositoryRecord, now
from sandbox.tenant.permissions import Permission

SORTS = {"created": "created_at", "updated": "updated_at"}


def _representer(call: Call, repository: RepositoryRecord) -> IssueRepresenter:
    return IssueRepresenter(call.tenant, call.site, repository)


def _with_issues(call: Call) -> RepositoryRecord:
    """The repository, where issues are enabled and the caller may write them."""
    call.signed_in()
    repository = call.writable_repository(Permission.READ)
    if not repository.has_issues:
        raise GitHubError(410, "Issues has been disabled in this repository.")
    return repository


def _issue(call: Call, repository: RepositoryRecord) -> Issue:
    return call.known(Issue, repository.id, call.parameter("issue_number"))


async def list_issues(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/issues#list-repository-issues

    Pull requests are among them.
    """
    repository, query = call.repository(), call.request.query_params
    issues = call.tenant.store.all(Issue, str(repository.id))
    state = query.get("state", "open")
    requested = {name.strip().lower() for name in query.get("labels", "").split(",") if name.strip()}
    labels = {label.id: label.name.lower() for label in call.tenant.store.all(LabelRecord, str(repository.id))}
    creator = call.tenant.account(query["creator"]) if query.get("creator") else None
    found = [
        issue
        for issue in issues
        if state in {"all", issue.state}
        and requested <= {labels.get(number, "") for number in issue.labels}
        and (creator is None or issue.user_id == creator.id)
        and _assigned(call, issue, query.get("assignee"))
        and query.get("milestone", "none") == "none"  # there are none here
        and issue.updated_at >= query.get("since", "")
    ]
    order = SORTS.get(query.get("sort", "created"), "created_at")
    descending = query.get("direction", "desc") == "desc"
    found.sort(key=lambda issue: (getattr(issue, order), issue.number), reverse=descending)
    return page(call, found, _representer(call, repository).issue)


def _assigned(call: Call, issue: Issue, assignee: str | None) -> bool:
    """Whether the issue is this login's, anyone's ("*") or nobody's ("none"); None asks nothing."""
    if assignee in {None, "none", "*"}:
        return assignee is None or bool(issue.assignees) == (assignee == "*")
    user = call.tenant.account(str(assignee))
    return user is not None and user.id in issue.assignees


async def create_issue(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/issues#create-an-issue

    Labels and assignees of who may not set them are left out without a word.
    """
    repository = _with_issues(call)
    title = str(call.body.get("title") or required(call.body, "title", str))
    issue = opened(call.tenant.store, repository, call.signed_in(), title, optional(call.body, "body", str))
    if call.permission(repository) >= Permission.TRIAGE:
        issue = replace(issue, **_sorting(call, repository))
    call.tenant.store.put(issue)
    document = _representer(call, repository).issue(issue)
    return Reply(document, 201, {"Location": document["url"]})


def _sorting(call: Call, repository: RepositoryRecord) -> dict[str, Any]:
    """Labels and assignees of the request, where it has them."""
    changes: dict[str, Any] = {}
    if call.body.get("labels") is not None:
        changes["labels"] = labels_named(call, repository, optional(call.body, "labels", list))
    logins = items(call.body, "assignees", str) if call.body.get("assignees") is not None else None
    if logins is None and optional(call.body, "assignee", str):
        logins = [call.body["assignee"]]
    if logins is not None:
        users = {str(login): call.tenant.account(str(login)) for login in logins}
        if unknown := [login for login, user in users.items() if user is None]:
            problem = {"value": unknown[0], "resource": "Issue", "field": "assignees", "code": "invalid"}
            raise GitHubError(422, "Validation Failed", [problem])
        changes["assignees"] = tuple(user.id for user in users.values() if user)
    return changes


async def get_issue(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/issues#get-an-issue"""
    repository = call.repository()
    return Reply(_representer(call, repository).issue(_issue(call, repository)))


async def update_issue(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/issues#update-an-issue"""
    repository = call.writable_repository(Permission.READ)
    issue, user = _issue(call, repository), call.signed_in()
    if issue.user_id != user.id and call.permission(repository) < Permission.TRIAGE:
        raise errors.must_be_admin()
    changed = replace(
        issue,
        title=optional(call.body, "title", str, issue.title),
        body=call.body.get("body", issue.body),
        **_sorting(call, repository),
        updated_at=now(),
    )
    changed = with_state(changed, choice(call.body, "state", ("open", "closed"), issue.state), user)
    if call.body.get("state_reason"):
        changed = replace(changed, state_reason=str(call.body["state_reason"]))
    call.tenant.store.put(changed)
    return Reply(_representer(call, repository).issue(changed))


def with_state(issue: Issue, state: str, user: Account) -> Issue:
    """The issue, closed or opened again by the user; itself when it is so already."""
    if state == issue.state:
        return issue
    if state == "closed":
        return replace(issue, state="closed", state_reason="completed", closed_at=now(), closed_by=user.id)
    return replace(issue, state="open", state_reason="reopened", closed_at=None, closed_by=None)


async def list_comments(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/comments#list-issue-comments"""
    repository = call.repository()
    issue = _issue(call, repository)
    found = call.tenant.store.all(Comment, str(repository.id), str(issue.number))
    return page(call, found, _representer(call, repository).comment)


async def list_all_comments(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/comments#list-issue-comments-for-a-repository"""
    repository, query = call.repository(), call.request.query_params
    order = SORTS.get(query.get("sort", "created"), "created_at")
    comments = call.tenant.store.all(Comment, str(repository.id))
    found = [comment for comment in comments if comment.updated_at >= query.get("since", "")]
    found.sort(key=lambda each: (getattr(each, order), each.id), reverse=query.get("direction") == "desc")
    return page(call, found, _representer(call, repository).comment)


async def create_comment(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/comments#create-an-issue-comment"""
    call.signed_in()
    repository = call.writable_repository(Permission.READ)
    issue, time = _issue(call, repository), now()
    comment = Comment(
        id=call.tenant.store.next_id(),
        repository_id=repository.id,
        number=issue.number,
        user_id=call.signed_in().id,
        body=required(call.body, "body", str),
        created_at=time,
        updated_at=time,
    )
    call.tenant.store.put(comment)
    call.tenant.store.put(replace(issue, updated_at=time))
    document = _representer(call, repository).comment(comment)
    return Reply(document, 201, {"Location": document["url"]})


async def get_comment(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/comments#get-an-issue-comment"""
    repository = call.repository()
    return Reply(_representer(call, repository).comment(call.numbered(Comment, "comment_id", repository)))


def _own_comment(call: Call, repository: RepositoryRecord) -> Comment:
    comment = call.numbered(Comment, "comment_id", repository)
    if comment.user_id != call.signed_in().id and call.permission(repository) < Permission.WRITE:
        raise errors.must_be_admin()
    return comment


async def update_comment(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/comments#update-an-issue-comment"""
    repository = call.writable_repository(Permission.READ)
    comment = _own_comment(call, repository)
    changed = replace(comment, body=required(call.body, "body", str), updated_at=now())
    call.tenant.store.put(changed)
    return Reply(_representer(call, repository).comment(changed))


async def delete_comment(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/comments#delete-an-issue-comment"""
    call.tenant.store.remove(_own_comment(call, call.writable_repository(Permission.READ)))
    return Reply(status=204)


async def search(call: Call) -> Reply:
    """https://docs.github.com/rest/search/search#search-issues-and-pull-requests

    Understands repo:, is:, state:, label:, author:, in:title and words of the title or the body.
    """
    text = call.request.query_params.get("q", "")
    if not text:
        raise errors.invalid_field("Search", "q", "q is missing", code="missing")
    terms = [term.replace('"', "") for term in re.findall(r'[\w-]+:"[^"]*"|"[^"]*"|\S+', text)]
    found = [
        (repository, issue)
        for repository in call.tenant.store.all(RepositoryRecord)
        if call.permission(repository) >= Permission.READ
        for issue in call.tenant.store.all(Issue, str(repository.id))
        if all(_fits(call, repository, issue, *term.partition(":")[::2]) for term in terms)
    ]
    reply = page(call, found, lambda pair: {**_representer(call, pair[0]).issue(pair[1]), "score": 1.0}, wrap="items")
    reply.body |= {"incomplete_results": False, "search_type": "lexical"}
    reply.resource = "search"
    return reply


def _fits(call: Call, repository: RepositoryRecord, issue: Issue, name: str, value: str) -> bool:
    if name == "repo":
        return f"{call.tenant.owner_of(repository).login}/{repository.name}".lower() == value.lower()
    if name in {"org", "user"}:
        return call.tenant.owner_of(repository).login.lower() == value.lower()
    if name in {"is", "state", "type"}:
        return value in {issue.state, "pr" if issue.is_pull_request else "issue"}
    if name == "label":
        label = call.tenant.store.by_key(LabelRecord, str(repository.id), value.lower())
        return label is not None and label.id in issue.labels
    if name == "author":
        author = call.tenant.account(value)
        return author is not None and author.id == issue.user_id
    if name == "in":
        return True
    return name.lower() in f"{issue.title}\n{issue.body or ''}".lower()


ROUTES = [
    *repository_routes("GET", "/issues", list_issues),
    *repository_routes("POST", "/issues", create_issue),
    *repository_routes("GET", "/issues/comments", list_all_comments),
    *repository_routes("GET", "/issues/comments/{comment_id}", get_comment),
    *repository_routes("PATCH", "/issues/comments/{comment_id}", update_comment),
    *repository_routes("DELETE", "/issues/comments/{comment_id}", delete_comment),
    *repository_routes("GET", "/issues/{issue_number}", get_issue),
    *repository_routes("PATCH", "/issues/{issue_number}", update_issue),
    *repository_routes("GET", "/issues/{issue_number}/comments", list_comments),
    *repository_routes("POST", "/issues/{issue_number}/comments", create_comment),
    route("GET", "/search/issues", search),
]

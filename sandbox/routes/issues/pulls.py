"""Pull requests, and merging them. https://docs.github.com/rest/pulls/pulls"""

from dataclasses import replace
from typing import Any

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.git import bare_repository
from sandbox.git.bare_repository import BRANCHES, git
from sandbox.git.commits import as_text, differing_files
from sandbox.operations import merging, ref_updates
from sandbox.records.issues import Comment, opened
from sandbox.records.pull_requests import PullRequest, close, invalid, is_ancestor, issue_of, open_pull, refused
from sandbox.representations.commits import commit_object, file_object
from sandbox.representations.issues import IssueRepresenter
from sandbox.rest.bodies import choice, optional, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes
from sandbox.routes.issues.issues import with_state
from sandbox.rules.enforcement import Enforcement, RefUpdate, sign
from sandbox.rules.refusals import refusal
from sandbox.tenant.entities import RepositoryRecord, now
from sandbox.tenant.permissions import Permission

NOT_ALLOWED = {"merge": "Merge commits are", "squash": "Squash merges are", "rebase": "Rebase merges are"}


def representer(call: Call, repository: RepositoryRecord) -> IssueRepresenter:
    """Shows what belongs to the repository."""
    return IssueRepresenter(call.tenant, call.site, repository)


def pull_of(call: Call, repository: RepositoryRecord) -> PullRequest:
    """The pull request that the path names. Raises 404."""
    return call.known(PullRequest, repository.id, call.parameter("pull_number"))


async def _whole(call: Call, repository: RepositoryRecord, pull: PullRequest) -> dict[str, Any]:
    """A pull request by itself, with what git knows of it."""
    directory, store = call.git_directory(repository), call.tenant.store
    commits = await merging.commits_of(directory, pull)
    files = await _files(call, repository, pull)
    mergeable, state = await _mergeability(call, repository, pull)
    show = representer(call, repository)
    return {
        **show.pull_request(pull),
        "merged": pull.merged_at is not None,
        "mergeable": mergeable,
        "rebaseable": mergeable,
        "mergeable_state": state,
        "merged_by": show.user(pull.merged_by),
        "comments": len(store.all(Comment, str(repository.id), str(pull.number))),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(commits),
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "changed_files": len(files),
    }


async def _files(call: Call, repository: RepositoryRecord, pull: PullRequest) -> list[Any]:
    directory = call.git_directory(repository)
    base = (await git(directory, "merge-base", pull.base_sha, pull.head_sha)).decode().strip()
    return await differing_files(directory, base, pull.head_sha)


async def _mergeability(call: Call, repository: RepositoryRecord, pull: PullRequest) -> tuple[bool | None, str]:
    """`mergeable` and `mergeable_state`: dirty, draft, blocked by rules, or clean."""
    if issue_of(call.tenant, pull).state == "closed":
        return None, "unknown"
    try:
        await merging.merged_tree(call.git_directory(repository), pull.base_sha, pull.head_sha)
    except merging.MergeConflict:
        return False, "dirty"
    if pull.draft:
        return True, "draft"
    update = RefUpdate(BRANCHES + pull.base, pull.base_sha, pull.head_sha, pull_request=pull)
    enforcement = Enforcement(call.tenant, repository, call.user)
    violations = await enforcement.violations(update)
    # The merge commit is not made yet, so rules about commits are checked when it is.
    waiting = [each for each in violations if each.rule.type in {"pull_request", "required_status_checks"}]
    if refusal(waiting) is None:
        return True, "clean"
    is_strict = any(each.rule.parameters.get("strict_required_status_checks_policy") for each in waiting)
    return True, "behind" if is_strict and await enforcement.is_behind(update) else "blocked"


async def list_pulls(call: Call) -> Reply:
    """https://docs.github.com/rest/pulls/pulls#list-pull-requests"""
    repository, query = call.repository(), call.request.query_params
    state, head = query.get("state", "open"), query.get("head", "").rpartition(":")[2]
    found = [
        pull
        for pull in call.tenant.store.all(PullRequest, str(repository.id))
        if state in {"all", issue_of(call.tenant, pull).state}
        and head in {"", pull.head}
        and query.get("base", pull.base) == pull.base
    ]
    if query.get("direction", "desc") == "desc":
        found.reverse()
    return page(call, found, representer(call, repository).pull_request)


async def create_pull(call: Call) -> Reply:
    """https://docs.github.com/rest/pulls/pulls#create-a-pull-request"""
    user = call.signed_in()
    repository = call.writable_repository(Permission.READ)
    head, base = _own_branch(call, repository, required(call.body, "head", str)), required(call.body, "base", str)
    title, body = required(call.body, "title", str), optional(call.body, "body", str)
    issue = opened(call.tenant.store, repository, user, title, body, pull=True)
    draft = optional(call.body, "draft", bool, False)
    pull = await open_pull(call.tenant, repository, issue, head, base, draft=draft)
    document = await _whole(call, repository, pull)
    return Reply(document, 201, {"Location": document["url"]})


def _own_branch(call: Call, repository: RepositoryRecord, head: str) -> str:
    """The branch that "branch" or "owner:branch" names. Raises 422, and 501 for a branch of a fork."""
    login, _, branch = head.rpartition(":")
    account = call.tenant.account(login) if login else call.tenant.owner_of(repository)
    if account is None:
        raise invalid("head")
    if account.id != repository.owner_id:
        raise GitHubError(501, f"The sandbox does not imitate pull requests from forks, as {head}")
    return branch


async def get_pull(call: Call) -> Reply:
    """https://docs.github.com/rest/pulls/pulls#get-a-pull-request"""
    repository = call.repository()
    pull = pull_of(call, repository)
    directory = call.git_directory(repository)
    if (text := await as_text(directory, call.wants, pull.base_sha, pull.head_sha)) is not None:
        return Reply(text)
    return Reply(await _whole(call, repository, pull))


async def update_pull(call: Call) -> Reply:
    """https://docs.github.com/rest/pulls/pulls#update-a-pull-request"""
    repository, user = call.writable_repository(Permission.READ), call.signed_in()
    pull = pull_of(call, repository)
    issue = issue_of(call.tenant, pull)
    if issue.user_id != user.id and call.permission(repository) < Permission.WRITE:
        raise errors.must_be_admin()
    state = choice(call.body, "state", ("open", "closed"), issue.state)
    if pull.merged_at and state != issue.state:
        raise refused("state cannot be changed. The pull request is merged.")
    base = optional(call.body, "base", str, pull.base)
    base_sha = bare_repository.object_id(call.git_directory(repository), BRANCHES + base)
    if base_sha is None:
        raise invalid("base")
    changed = replace(
        issue,
        title=optional(call.body, "title", str, issue.title),
        body=call.body.get("body", issue.body),
        updated_at=now(),
    )
    moved = replace(pull, base=base, base_sha=base_sha) if issue.state == "open" else pull
    with call.tenant.store.transaction():
        call.tenant.store.put(replace(with_state(changed, state, user), state_reason=None))
        call.tenant.store.put(moved)
    return Reply(await _whole(call, repository, moved))


async def update_branch(call: Call) -> Reply:
    """https://docs.github.com/rest/pulls/pulls#update-a-pull-request-branch"""
    repository, user = call.writable_repository(Permission.WRITE), call.signed_in()
    pull, directory = pull_of(call, repository), call.git_directory(repository)
    if optional(call.body, "expected_head_sha", str, pull.head_sha) != pull.head_sha:
        raise GitHubError(422, "expected head sha didn't match current head ref.")
    if await is_ancestor(call.tenant, repository, pull.base_sha, pull.head_sha):
        raise GitHubError(422, "There are no new commits on the base branch.")
    try:
        sha = await merging.merge_base_into_head(directory, pull, user)
    except merging.MergeConflict:
        raise GitHubError(422, "merge conflict between base and head") from None
    await ref_updates.update(call.tenant, repository, user, RefUpdate(BRANCHES + pull.head, pull.head_sha, sha))
    address = f"{call.addresses(repository).api}/pulls/{pull.number}"
    return Reply({"message": "Updating pull request branch.", "url": address}, 202)


async def list_files(call: Call) -> Reply:
    """https://docs.github.com/rest/pulls/pulls#list-pull-requests-files"""
    repository = call.repository()
    pull, addresses = pull_of(call, repository), call.addresses(repository)
    files = await _files(call, repository, pull)
    return page(call, files, lambda file: file_object(file, pull.head_sha, addresses))


async def list_commits(call: Call) -> Reply:
    """https://docs.github.com/rest/pulls/pulls#list-commits-on-a-pull-request"""
    repository = call.repository()
    commits = await merging.commits_of(call.git_directory(repository), pull_of(call, repository))
    return page(call, commits, lambda commit: commit_object(commit, call.addresses(repository)))


async def list_review_comments(call: Call) -> Reply:
    """https://docs.github.com/rest/pulls/comments#list-review-comments-on-a-pull-request

    Nobody can comment on lines here.
    """
    pull_of(call, call.repository())
    return Reply([])


async def list_all_review_comments(call: Call) -> Reply:
    """https://docs.github.com/rest/pulls/comments#list-review-comments-in-a-repository"""
    call.repository()
    return Reply([])


async def check_merged(call: Call) -> Reply:
    """https://docs.github.com/rest/pulls/pulls#check-if-a-pull-request-has-been-merged"""
    if pull_of(call, call.repository()).merged_at is None:
        raise errors.not_found()
    return Reply(status=204)


async def merge_pull(call: Call) -> Reply:
    """https://docs.github.com/rest/pulls/pulls#merge-a-pull-request"""
    repository, user = call.writable_repository(Permission.WRITE), call.signed_in()
    pull = pull_of(call, repository)
    issue, method = issue_of(call.tenant, pull), choice(call.body, "merge_method", merging.METHODS, "merge")
    if issue.state == "closed" or pull.draft:
        raise GitHubError(405, "Pull Request is still a draft" if pull.draft else "Pull Request is not mergeable")
    if not getattr(repository, {"merge": "allow_merge_commit"}.get(method, f"allow_{method}_merge")):
        raise GitHubError(405, f"{NOT_ALLOWED[method]} not allowed on this repository.")
    if optional(call.body, "sha", str, pull.head_sha) != pull.head_sha:
        raise GitHubError(409, "Head branch was modified. Review and try the merge again.")
    text = (optional(call.body, "commit_title", str), optional(call.body, "commit_message", str))
    try:
        owner, directory = call.tenant.owner_of(repository), call.git_directory(repository)
        sha = await merging.merge(directory, repository, pull, issue, owner, user, method, text)
    except merging.MergeConflict:
        raise GitHubError(405, "Pull Request is not mergeable") from None
    if method != "rebase":  # GitHub signs what it makes, but not what it makes again
        sign(call.tenant.store, repository, sha)
    update = RefUpdate(BRANCHES + pull.base, pull.base_sha, sha, pull_request=pull, merge_method=method)
    await ref_updates.update(call.tenant, repository, user, update, status=405)
    close(call.tenant, pull, merged_by=user.id, merge_commit_sha=sha)
    if repository.delete_branch_on_merge:
        await _delete_head(call, repository, pull)
    return Reply({"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


async def _delete_head(call: Call, repository: RepositoryRecord, pull: PullRequest) -> None:
    """Delete the head branch, unless a rule keeps it."""
    deletion = RefUpdate(BRANCHES + pull.head, pull.head_sha, None)
    if refusal(await Enforcement(call.tenant, repository, call.user).violations(deletion)) is None:
        await ref_updates.update(call.tenant, repository, call.user, deletion)


ROUTES = [
    *repository_routes("GET", "/pulls", list_pulls),
    *repository_routes("POST", "/pulls", create_pull),
    *repository_routes("GET", "/pulls/comments", list_all_review_comments),
    *repository_routes("GET", "/pulls/{pull_number}", get_pull),
    *repository_routes("PATCH", "/pulls/{pull_number}", update_pull),
    *repository_routes("PUT", "/pulls/{pull_number}/update-branch", update_branch),
    *repository_routes("GET", "/pulls/{pull_number}/files", list_files),
    *repository_routes("GET", "/pulls/{pull_number}/comments", list_review_comments),
    *repository_routes("GET", "/pulls/{pull_number}/commits", list_commits),
    *repository_routes("GET", "/pulls/{pull_number}/merge", check_merged),
    *repository_routes("PUT", "/pulls/{pull_number}/merge", merge_pull),
]

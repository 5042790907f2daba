"""Pull requests and their reviews: the records, and whether the reviews suffice.

https://docs.github.com/rest/pulls
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from sandbox.errors import GitHubError
from sandbox.git.bare_repository import BRANCHES, GitCommandError, git, object_id
from sandbox.records.issues import Issue
from sandbox.records.protection import rules_for
from sandbox.tenant.entities import Account, Record, RepositoryRecord, now
from sandbox.tenant.permissions import Permission
from sandbox.tenant.tenants import Tenant


@dataclass(frozen=True, kw_only=True)
class PullRequest(Record):
    """What a pull request has beyond its issue. head_sha: the last one seen; kept when the branch goes.

    last_pusher_id: who pushed the head; None when nobody has since the pull request was opened.

    head and base are branches of the same repository: the sandbox has no forks.
    """

    record_kind: ClassVar[str] = "PullRequest"

    repository_id: int
    number: int
    head: str
    head_sha: str
    base: str
    base_sha: str
    last_pusher_id: int | None = None
    draft: bool = False
    merged_at: str | None = None
    merged_by: int | None = None
    merge_commit_sha: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and number."""
        return (str(self.repository_id), str(self.number))


@dataclass(frozen=True, kw_only=True)
class Review(Record):
    """A review. state: APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED or PENDING."""

    record_kind: ClassVar[str] = "Review"

    repository_id: int
    number: int
    user_id: int
    state: str
    body: str = ""
    commit_id: str
    submitted_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and pull request; several of each, distinguished by id."""
        return (str(self.repository_id), str(self.number), str(self.id))


def issue_of(tenant: Tenant, pull: PullRequest) -> Issue:
    """The issue that the pull request is."""
    issue = tenant.store.by_key(Issue, *pull.key)
    assert issue is not None, f"pull request {pull.id} has lost its issue"
    return issue


def deciding_reviews(tenant: Tenant, repository: RepositoryRecord, pull: PullRequest) -> list[Review]:
    """The last word of each reviewer who may write, apart from the author: approval or demand for changes."""
    author = issue_of(tenant, pull).user_id
    last: dict[int, Review] = {}
    for review in tenant.store.all(Review, str(repository.id), str(pull.number)):
        reviewer = tenant.store.by_id(Account, review.user_id)
        counts = reviewer and tenant.role(reviewer, repository) >= Permission.WRITE and reviewer.id != author
        if counts and review.state in {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}:
            last[review.user_id] = review
    return [review for review in last.values() if review.state != "DISMISSED"]


async def note_push(tenant: Tenant, repository: RepositoryRecord, pusher: Account | None) -> None:
    """Bring open pull requests up to date with their branches: moved, gone, or contained in the base."""
    directory = tenant.git_directory(repository)
    for pull in tenant.store.all(PullRequest, str(repository.id)):
        issue = issue_of(tenant, pull)
        if issue.state == "closed":
            continue
        head, base = (object_id(directory, BRANCHES + name) for name in (pull.head, pull.base))
        if (head, base) == (pull.head_sha, pull.base_sha):
            continue
        if head and base and await is_ancestor(tenant, repository, head, base):
            close(tenant, pull, merged_by=issue.user_id, merge_commit_sha=base)
        elif head is None or base is None:
            close(tenant, pull)
        else:
            if head != pull.head_sha:
                await _show_head(directory, pull.number, head)
                _dismiss_stale_reviews(tenant, repository, pull)
                pull = replace(pull, last_pusher_id=pusher.id if pusher else None)
            tenant.store.put(replace(pull, head_sha=head, base_sha=base))


async def open_pull(
    tenant: Tenant, repository: RepositoryRecord, issue: Issue, head: str, base: str, *, draft: bool
) -> PullRequest:
    """A new pull request for the issue, both kept. head, base: branches. Raises 422."""
    directory = tenant.git_directory(repository)
    tips = {name: object_id(directory, BRANCHES + name) for name in (head, base)}
    for field, name in (("head", head), ("base", base)):
        if tips[name] is None:
            raise invalid(field)
    head_sha, base_sha = str(tips[head]), str(tips[base])
    if await is_ancestor(tenant, repository, head_sha, base_sha):
        raise refused(f"No commits between {base} and {head}")
    for other in tenant.store.all(PullRequest, str(repository.id)):
        if (other.head, other.base) == (head, base) and issue_of(tenant, other).state == "open":
            raise refused(f"A pull request already exists for {tenant.owner_of(repository).login}:{head}.")
    pull = PullRequest(
        id=tenant.store.next_id(),
        repository_id=repository.id,
        number=issue.number,
        head=head,
        head_sha=head_sha,
        base=base,
        base_sha=base_sha,
        draft=draft,
    )
    await _show_head(directory, pull.number, head_sha)
    with tenant.store.transaction():
        tenant.store.put(issue)
        tenant.store.put(pull)
    return pull


async def _show_head(directory: Path, number: int, sha: str) -> None:
    """Let anyone fetch it, also when its branch is gone.

    https://docs.github.com/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests
    """
    await git(directory, "update-ref", f"refs/pull/{number}/head", sha)


def invalid(field: str) -> GitHubError:
    """422: the field names nothing."""
    return GitHubError(422, "Validation Failed", [{"resource": "PullRequest", "field": field, "code": "invalid"}])


def refused(message: str) -> GitHubError:
    """422, with GitHub's reason."""
    return GitHubError(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": message}])


def close(
    tenant: Tenant, pull: PullRequest, *, merged_by: int | None = None, merge_commit_sha: str | None = None
) -> PullRequest:
    """The pull request, closed; merged when somebody did that."""
    time = now()
    issue = replace(issue_of(tenant, pull), state="closed", closed_at=time, updated_at=time, closed_by=merged_by)
    if merged_by is not None:
        pull = replace(pull, merged_at=time, merged_by=merged_by, merge_commit_sha=merge_commit_sha)
    with tenant.store.transaction():
        tenant.store.put(issue)
        tenant.store.put(pull)
    return pull


async def is_ancestor(tenant: Tenant, repository: RepositoryRecord, old: str, new: str) -> bool:
    """Whether the new commit contains the old one."""
    try:
        await git(tenant.git_directory(repository), "merge-base", "--is-ancestor", old, new)
    except GitCommandError:
        return False
    return True


def _dismiss_stale_reviews(tenant: Tenant, repository: RepositoryRecord, pull: PullRequest) -> None:
    rules = rules_for(tenant.store, repository, BRANCHES + pull.base)
    if not any(rule.parameters.get("dismiss_stale_reviews_on_push") for rule in rules):
        return
    for review in tenant.store.all(Review, str(repository.id), str(pull.number)):
        if review.state == "APPROVED":
            tenant.store.put(replace(review, state="DISMISSED"))

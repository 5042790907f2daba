"""Changing a ref over the API: under the rules that hold for it, and as one step.

A push goes another way, through git itself; see routes/pushes.py.
"""

from sandbox.errors import GitHubError
from sandbox.git.bare_repository import GitCommandError, git
from sandbox.operations.repositories import note_push
from sandbox.rules.enforcement import Enforcement, RefUpdate
from sandbox.rules.refusals import refusal
from sandbox.tenant.entities import Account, RepositoryRecord
from sandbox.tenant.tenants import Tenant

ABSENT = "0" * 40


class RuleViolationError(GitHubError):
    """A rule forbids the change. summary: GitHub's words, without what was being done."""

    def __init__(self, status: int, summary: str) -> None:
        super().__init__(status, summary)
        self.summary = summary


async def update(
    tenant: Tenant, repository: RepositoryRecord, user: Account | None, change: RefUpdate, *, status: int = 422
) -> None:
    """Point the ref elsewhere, make it or delete it. Raises RuleViolationError with this status, GitHubError 422.

    The ref must still be where `change` says it was: who came first wins.
    """
    violations = await Enforcement(tenant, repository, user).violations(change)
    summary = refusal(violations)
    if summary:
        raise RuleViolationError(status, summary)
    directory = tenant.git_directory(repository)
    try:
        if change.new is None:
            await git(directory, "update-ref", "-d", change.ref, change.old or ABSENT)
        else:
            await git(directory, "update-ref", change.ref, change.new, change.old or ABSENT)
    except GitCommandError as error:
        raise GitHubError(422, f"Reference update failed: {error}") from error
    await note_push(tenant, repository.id, user)

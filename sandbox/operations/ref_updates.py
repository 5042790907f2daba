"""Changing a ref over the API: under the rules that hold for it, and as one step.

A push goes another way, through git itself; see routes/pushes.py.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.git.bare_repository import GitError, git
from sandbox.git.object_writing import Identity, identity_of
from sandbox.operations.repositories import note_push
from sandbox.rest.bodies import optional, required
from sandbox.rules.enforcement import Enforcement, RefUpdate
from sandbox.rules.refusals import refusal
from sandbox.world.entities import Account, Repository
from sandbox.world.worlds import World

ABSENT = "0" * 40


class RuleViolationError(GitHubError):
    """A rule forbids the change. summary: GitHub's words, without what was being done."""

    def __init__(self, status: int, summary: str) -> None:
        super().__init__(status, summary)
        self.summary = summary


async def update(
    world: World, repository: Repository, user: Account | None, change: RefUpdate, *, status: int = 422
) -> None:
    """Point the ref elsewhere, make it or delete it. Raises RuleViolationError with this status, GitHubError 422.

    The ref must still be where `change` says it was: who came first wins.
    """
    violations = await Enforcement(world, repository, user).violations(change)
    summary = refusal(violations)
    if summary:
        raise RuleViolationError(status, summary)
    directory = world.git_directory(repository)
    try:
        if change.new is None:
            await git(directory, "update-ref", "-d", change.ref, change.old or ABSENT)
        else:
            await git(directory, "update-ref", change.ref, change.new, change.old or ABSENT)
    except GitError as error:
        raise GitHubError(422, f"Reference update failed: {error}") from error
    await note_push(world, repository.id)


def identity_in(body: Mapping[str, Any], field: str, user: Account, default: Identity | None = None) -> Identity:
    """The author or committer that a request names, otherwise the default, otherwise the user, now."""
    given = optional(body, field, dict)
    if not given:
        return default or identity_of(user)
    date = datetime.now(UTC)
    if text := optional(given, "date", str):
        try:
            date = datetime.fromisoformat(text)
        except ValueError:
            raise errors.wrong_type(f"{field}/date", text, "a date-time") from None
    return Identity(required(given, "name", str), required(given, "email", str), date)

"""Pull requests and their reviews: the records, and whether the reviews suffice.

https://docs.github.com/rest/pulls
"""

from dataclasses import dataclass

from sandbox.entities import Account, Record, Repository
from sandbox.issues import Issue
from sandbox.permissions import Permission
from sandbox.worlds import World


@dataclass(frozen=True, kw_only=True)
class PullRequest(Record):
    """What a pull request has beyond its issue. head_sha: the last one seen; kept when the branch goes.

    head and base are branches of the same repository: the sandbox has no forks.
    """

    repository_id: int
    number: int
    head: str
    head_sha: str
    base: str
    base_sha: str
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

    repository_id: int
    number: int
    user_id: int
    state: str
    body: str = ""
    commit_id: str
    submitted_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and pull request; several of each, told apart by their ids."""
        return (str(self.repository_id), str(self.number), str(self.id))


def issue_of(world: World, pull: PullRequest) -> Issue:
    """The issue that the pull request is."""
    issue = world.store.by_key(Issue, *pull.key)
    assert issue is not None, f"pull request {pull.id} has lost its issue"
    return issue


def deciding_reviews(world: World, repository: Repository, pull: PullRequest) -> list[Review]:
    """The last word of each reviewer who may write, apart from the author: approval or demand for changes."""
    author = issue_of(world, pull).user_id
    last: dict[int, Review] = {}
    for review in world.store.all(Review, str(repository.id), str(pull.number)):
        reviewer = world.store.by_id(Account, review.user_id)
        counts = reviewer and world.role(reviewer, repository) >= Permission.WRITE and reviewer.id != author
        if counts and review.state in {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}:
            last[review.user_id] = review
    return [review for review in last.values() if review.state != "DISMISSED"]

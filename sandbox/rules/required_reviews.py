"""Whether a pull request has the reviews that a rule demands: how many, by code owners, after the last push.

https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches
"""

from collections.abc import Mapping
from typing import Any

from sandbox.git.bare_repository import git
from sandbox.records.pull_requests import PullRequest, Review, deciding_reviews
from sandbox.rules.code_owners import people_of, read_owners
from sandbox.tenant.entities import Account, RepositoryRecord
from sandbox.tenant.tenants import Tenant


async def missing_reviews(
    tenant: Tenant, repository: RepositoryRecord, pull: PullRequest, demanded: Mapping[str, Any]
) -> str | None:
    """What GitHub says is missing; None for nothing. demanded: the parameters of the rule."""
    reviews = deciding_reviews(tenant, repository, pull)
    if any(review.state == "CHANGES_REQUESTED" for review in reviews):
        return "Changes have been requested."
    count = demanded.get("required_approving_review_count") or 0
    missing = []
    if len(reviews) < count:
        noun = "review is" if count == 1 else "reviews are"
        missing.append(f"At least {count} approving {noun} required by reviewers with write access.")
    if demanded.get("require_code_owner_review"):
        missing += await _missing_owners(tenant, repository, pull, {review.user_id for review in reviews})
    if demanded.get("require_last_push_approval"):
        missing += _missing_last_approval(tenant, pull, reviews)
    return " ".join(missing) or None


async def _missing_owners(
    tenant: Tenant, repository: RepositoryRecord, pull: PullRequest, approvers: set[int]
) -> list[str]:
    """The owners of changed files of whom nobody has approved; the file of the base branch counts."""
    owners = await read_owners(tenant, repository, pull.base_sha)
    if owners is None:
        return []
    directory = tenant.git_directory(repository)
    changed = await git(directory, "diff", "--name-only", "-z", "--no-renames", f"{pull.base_sha}...{pull.head_sha}")
    missing: dict[str, None] = {}
    for path in filter(None, changed.decode(errors="replace").split("\0")):
        named = owners.owners_of(path)
        known = {owner: people for owner in named if (people := people_of(tenant, repository, owner)) is not None}
        if known and not any(people & approvers for people in known.values()):
            missing |= dict.fromkeys(known)
    return [f"Waiting on code owner review from {owner.removeprefix('@')}." for owner in missing]


def _missing_last_approval(tenant: Tenant, pull: PullRequest, reviews: list[Review]) -> list[str]:
    """The last pusher cannot approve that push."""
    if any(review.commit_id == pull.head_sha and review.user_id != pull.last_pusher_id for review in reviews):
        return []
    pusher = tenant.store.by_id(Account, pull.last_pusher_id) if pull.last_pusher_id else None
    name = f"{pusher.login} because they were the last pusher" if pusher else "the last pusher"
    return [f"New changes require approval from someone other than {name}."]

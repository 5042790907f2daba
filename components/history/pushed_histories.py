"""Histories on GitHub that the plan, as it is now, would give otherwise."""

from collections.abc import Iterator

from components.github.inventory import GitHubInventory
from migration.delivery.vendor_tip import split_head_of
from migration.desired_state import DesiredState
from migration.git.command import GitError
from migration.git.merge import is_ancestor
from migration.plan import VENDOR_BRANCH
from migration.preflight import Finding, Severity
from migration.split.splitting import Split

_REMEDY = (
    "A pushed history never changes, so `up` refuses this. Undo what changes it: a change of `history` (such as an "
    "entry of `redact`), of moves, or of the monorepo's own history. If the change is meant, give the repository "
    "another name in the plan: the one on GitHub is archived, and the new history goes to the new one. A secret in the "
    "old one stays readable until you delete it."
)


def changed_histories(existing: GitHubInventory, state: DesiredState, split: Split) -> Iterator[Finding]:
    """A refusal for each repository that is synced and whose vendor branch the new history does not go on from."""
    for desired in state.repositories:
        found, history = existing.repositories.get(desired.name), split.histories.get(desired.name)
        if not found or not found.vendor or not history or not history.head or desired.cut_over or desired.archived:
            continue
        pushed = split_head_of(found.vendor_message) or found.vendor
        if not _goes_on(split, pushed, history.head):
            yield Finding(
                severity=Severity.REFUSAL,
                check="pushed-history",
                repository=desired.name,
                path="",
                problem=f"{VENDOR_BRANCH} on GitHub has {pushed[:12]}, which the history of this plan "
                f"({history.head[:12]}) does not have",
                remedy=_REMEDY,
            )


def _goes_on(split: Split, pushed: str, head: str) -> bool:
    try:
        return is_ancestor(split.git_dir, pushed, head)
    except GitError:  # the new split has no such commit
        return False

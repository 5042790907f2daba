"""What GitHub must refuse on the branches and tags of a repository: rulesets, or classic branch protection.

The words are those of https://docs.github.com/en/rest/repos/rules and
https://docs.github.com/en/graphql/reference/objects#branchprotectionrule
"""

from collections.abc import Sequence
from dataclasses import dataclass

from migration import plan as planned

DEFAULT_BRANCH = "~DEFAULT_BRANCH"
"""GitHub's own word for the default branch in a ruleset's conditions."""


@dataclass(frozen=True, kw_only=True)
class Reviews:
    """What a pull request needs before it is merged."""

    approvals: int
    code_owner_review: bool
    stale_dismissal: bool
    last_push_approval: bool
    conversation_resolution: bool


@dataclass(frozen=True, kw_only=True)
class Ruleset:
    """One ruleset. A rule that is False, None or empty is not part of it.

    target: "branch" or "tag". include: whole refs, as patterns of fnmatch, or DEFAULT_BRANCH.
    bypass: who may go past it: slugs of teams, "organization-admins", "repository-admins".
    checks: names of the status checks that must succeed, reported by GitHub Actions.
    creation, update, deletion, non_fast_forward: what only those who bypass may do.
    """

    name: str
    target: str
    include: Sequence[str]
    bypass: Sequence[str] = ()
    reviews: Reviews | None = None
    checks: Sequence[str] = ()
    linear_history: bool = False
    signatures: bool = False
    creation: bool = False
    update: bool = False
    deletion: bool = False
    non_fast_forward: bool = False


@dataclass(frozen=True, kw_only=True)
class BranchProtection:
    """One classic branch protection rule; it always forbids force pushes and deletion.

    Administrators go past it, which the migration's account therefore must be.
    pattern: name of the branch. bypass: slugs of the teams that need no pull request.
    migration_only: nobody else may push or create the branch.
    """

    pattern: str
    bypass: Sequence[str] = ()
    reviews: Reviews | None = None
    checks: Sequence[str] = ()
    linear_history: bool = False
    signatures: bool = False
    migration_only: bool = False


@dataclass(frozen=True, kw_only=True)
class ProtectionRules:
    """Everything that protects one repository."""

    rulesets: Sequence[Ruleset]
    branches: Sequence[BranchProtection] = ()


def protection_of(desired: planned.Protection, default_branch: str, checks: tuple[str, ...]) -> ProtectionRules:
    """The rules that the plan wants. checks: those that every pull request to the repository gets."""
    reviews = Reviews(
        approvals=desired.approvals,
        code_owner_review=desired.code_owner_review,
        stale_dismissal=desired.stale_dismissal,
        last_push_approval=desired.last_push_approval,
        conversation_resolution=desired.conversation_resolution,
    )
    tags = _release_tags(desired)
    if desired.mechanism == "branch_protection":
        default = BranchProtection(
            pattern=default_branch,
            bypass=desired.bypass,
            reviews=reviews,
            checks=checks,
            linear_history=desired.linear_history,
            signatures=desired.signatures,
        )
        vendor = BranchProtection(pattern=planned.VENDOR_BRANCH, migration_only=True)
        return ProtectionRules(rulesets=tags, branches=(default, vendor))
    return ProtectionRules(rulesets=(*_branches(desired, reviews, checks), *tags))


def _branches(desired: planned.Protection, reviews: Reviews, checks: tuple[str, ...]) -> tuple[Ruleset, ...]:
    """Who bypasses a ruleset bypasses all of it, so what nobody may do is a ruleset of its own."""
    vendor = f"refs/heads/{planned.VENDOR_BRANCH}"
    return (
        Ruleset(
            name="Default branch",
            target="branch",
            include=(DEFAULT_BRANCH,),
            bypass=tuple(dict.fromkeys((desired.migration, *desired.bypass))),
            reviews=reviews,
            checks=checks,
            linear_history=desired.linear_history,
            signatures=desired.signatures,
        ),
        Ruleset(
            name="Moved history",
            target="branch",
            include=(vendor,),
            bypass=(desired.migration,),
            creation=True,
            update=True,
        ),
        Ruleset(
            name="Nothing is lost",
            target="branch",
            include=(DEFAULT_BRANCH, vendor),
            deletion=True,
            non_fast_forward=True,
        ),
    )


def _release_tags(desired: planned.Protection) -> tuple[Ruleset, ...]:
    include = tuple(f"refs/tags/{pattern}" for pattern in desired.release_tags)
    if not include:
        return ()
    return (
        Ruleset(name="Release tags", target="tag", include=include, update=True, deletion=True, non_fast_forward=True),
    )

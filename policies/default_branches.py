"""Default branches, which nobody may delete or force-push."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pulumi_policy import (
    EnforcementLevel,
    PolicyResource,
    ReportViolation,
    StackValidationArgs,
    StackValidationPolicy,
)

from policies.approved import Approved
from policies.repositories import REPOSITORY

RULESET = "github:index/repositoryRuleset:RepositoryRuleset"
CLASSIC = "github:index/branchProtection:BranchProtection"
DEFAULT_BRANCH = "github:index/branchDefault:BranchDefault"


def check_planned_protection(args: StackValidationArgs, report_violation: ReportViolation) -> None:
    """Where the plan names protection, a repository without it is a fault of the program."""
    for name, repository in _unprotected(args):
        if Approved.of(repository.urn).names_protection(name):
            report_violation(
                f"{name}: anybody who may push may delete or overwrite its default branch, although the plan names "
                "protection. Give it a ruleset that forbids deletions and force pushes "
                "(components/repository/protection.py).",
                repository.urn,
            )


def check_missing_protection(args: StackValidationArgs, report_violation: ReportViolation) -> None:
    """Where the plan names none, protection stays as it is on GitHub, which may be none."""
    for name, repository in _unprotected(args):
        if not Approved.of(repository.urn).names_protection(name):
            report_violation(
                f"{name}: the stack does not protect its default branch. Say `protection: {{}}` in the plan, under "
                "defaults or for this repository.",
                repository.urn,
            )


def _unprotected(args: StackValidationArgs) -> Iterator[tuple[str, PolicyResource]]:
    """Repositories that people can write to and whose default branch no rule of the stack protects, by name."""
    branches = {
        _repository_of(resource): resource.props.get("branch")
        for resource in args.resources
        if _is(resource, DEFAULT_BRANCH)
    }
    for repository in args.resources:
        if not _is(repository, REPOSITORY) or repository.props.get("archived"):
            continue
        name = repository.props["name"]
        branch = branches.get(name) or Approved.of(repository.urn).default_branch(name)
        rules = [
            resource
            for resource in args.resources
            if _is(resource, RULESET, CLASSIC) and _repository_of(resource) == name
        ]
        if not {"deletion", "nonFastForward"} <= {word for rule in rules for word in _forbidden(rule, branch)}:
            yield name, repository


def _forbidden(rule: PolicyResource, branch: str) -> Iterator[str]:
    """What the rule forbids for the branch, in the words of rulesets."""
    props = rule.props
    if rule.resource_type == CLASSIC:
        if fnmatchcase(branch, props["pattern"]):
            yield from () if props.get("allowsDeletions") else ("deletion",)
            yield from () if props.get("allowsForcePushes") else ("nonFastForward",)
    elif props["target"] == "branch" and props["enforcement"] == "active" and _covers(rule, branch):
        yield from (word for word in ("deletion", "nonFastForward") if props["rules"].get(word))


def _covers(ruleset: PolicyResource, branch: str) -> bool:
    """https://docs.github.com/en/rest/repos/rules: whole refs as patterns, or two words for many of them."""
    names = ruleset.props["conditions"]["refName"]

    def among(patterns: list[str]) -> bool:
        return any(
            pattern in ("~ALL", "~DEFAULT_BRANCH") or fnmatchcase(f"refs/heads/{branch}", pattern)
            for pattern in patterns
        )

    return among(names.get("includes") or []) and not among(names.get("excludes") or [])


def _repository_of(resource: PolicyResource) -> str | None:
    """The name of the repository that the resource is about, which it says itself or by what it depends on."""
    if resource.resource_type != CLASSIC:
        return str(resource.props.get("repository"))
    needed = resource.property_dependencies.get("repositoryId", [])
    return next((resource.props["name"] for resource in needed if _is(resource, REPOSITORY)), None)


def _is(resource: PolicyResource, *types: str) -> bool:
    return resource.resource_type in types


default_branch_protected = StackValidationPolicy(
    name="default-branch-protected",
    description="A default branch that the plan protects cannot be deleted or force-pushed.",
    validate=check_planned_protection,
)

default_branch_without_protection = StackValidationPolicy(
    name="default-branch-without-protection",
    description="A default branch should not be open to deletion and force pushes.",
    enforcement_level=EnforcementLevel.ADVISORY,
    validate=check_missing_protection,
)

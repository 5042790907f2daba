from typing import Any

import pytest
from pulumi_policy import PolicyResource

from policies.default_branches import (
    CLASSIC,
    DEFAULT_BRANCH,
    RULESET,
    default_branch_protected,
    default_branch_without_protection,
)
from policies.repositories import REPOSITORY
from tests.policies.conftest import Write, resource, violations_of_stack

PLAN: dict[str, Any] = {"repositories": [{"name": "engine", "protection": {}}]}
ENGINE = resource(REPOSITORY, name="engine")
TRUNK = resource(DEFAULT_BRANCH, repository="engine", branch="trunk")
NOTHING_IS_LOST = {"deletion": True, "nonFastForward": True}


def ruleset(*includes: str, rules: dict[str, Any] = NOTHING_IS_LOST, **props: Any) -> PolicyResource:
    names = {"includes": list(includes), "excludes": props.pop("excludes", [])}
    defaults = {"repository": "engine", "target": "branch", "enforcement": "active", "rules": rules}
    return resource(RULESET, conditions={"refName": names}, **(defaults | props))


def classic(pattern: str, **props: Any) -> PolicyResource:
    return resource(CLASSIC, ENGINE, pattern=pattern, **props)


PROTECTING = {
    "a ruleset for the default branch": [ruleset("~DEFAULT_BRANCH")],
    "a ruleset for its name": [ruleset("refs/heads/trunk"), TRUNK],
    "a ruleset for a pattern": [ruleset("refs/heads/*")],
    "two rulesets together": [
        ruleset("~ALL", rules={"deletion": True}),
        ruleset("~DEFAULT_BRANCH", rules={"nonFastForward": True}),
    ],
    "classic protection": [classic("trunk"), TRUNK],
}

NOT_PROTECTING = {
    "nothing": [],
    "a ruleset that is off": [ruleset("~DEFAULT_BRANCH", enforcement="disabled")],
    "a ruleset for tags": [ruleset("~ALL", target="tag")],
    "a ruleset for another branch": [ruleset("refs/heads/monorepo")],
    "a ruleset that leaves it out": [ruleset("~ALL", excludes=["~DEFAULT_BRANCH"])],
    "a ruleset of another repository": [ruleset("~ALL", repository="site")],
    "a ruleset that allows force pushes": [ruleset("~DEFAULT_BRANCH", rules={"deletion": True})],
    "classic protection of another branch": [classic("main"), TRUNK],
    "classic protection that allows force pushes": [classic("trunk", allowsForcePushes=True), TRUNK],
}


@pytest.mark.parametrize("resources", PROTECTING.values(), ids=PROTECTING)
def test_a_default_branch_that_nobody_can_delete_or_overwrite_passes(
    project: Write, resources: list[PolicyResource]
) -> None:
    project(PLAN)
    assert violations_of_stack(default_branch_protected, ENGINE, *resources) == []


@pytest.mark.parametrize("resources", NOT_PROTECTING.values(), ids=NOT_PROTECTING)
def test_a_default_branch_that_the_plan_protects_and_the_stack_does_not_is_refused(
    project: Write, resources: list[PolicyResource]
) -> None:
    project(PLAN)
    (message,) = violations_of_stack(default_branch_protected, ENGINE, *resources)
    assert message.startswith("engine: anybody who may push may delete or overwrite its default branch")
    assert violations_of_stack(default_branch_without_protection, ENGINE, *resources) == []


def test_where_the_plan_names_no_protection_its_author_is_advised(project: Write) -> None:
    project({"repositories": [{"name": "engine"}]})
    assert violations_of_stack(default_branch_protected, ENGINE) == []
    (message,) = violations_of_stack(default_branch_without_protection, ENGINE)
    assert message.endswith("Say `protection: {}` in the plan, under defaults or for this repository.")


def test_an_archived_repository_needs_none(project: Write) -> None:
    project(PLAN)
    archived = resource(REPOSITORY, name="engine", archived=True)
    assert violations_of_stack(default_branch_protected, archived) == []

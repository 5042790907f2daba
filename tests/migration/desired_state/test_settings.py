"""How one repository is kept: defaults and overrides, rules, and what the pipelines need."""

import re
from typing import Any

import pytest

from migration.desired_state import DesiredSettings, ManagedFile, required_checks, settings_of
from migration.desired_state.protection_rules import DEFAULT_BRANCH, Ruleset
from migration.plan import Plan
from tests.migration.desired_state.conftest import REGISTRIES


def settings(defaults: dict[str, Any], own: dict[str, Any] | None = None) -> DesiredSettings:
    repository = {"name": "engine", "moves": [{"from": "engine"}], **(own or {})}
    plan = Plan.model_validate(
        {"monorepo": {"name": "m"}, "teams": [{"name": "core"}], "defaults": defaults, "repositories": [repository]}
    )
    return settings_of(plan, "engine", "acme", None)


def rulesets(protection: dict[str, Any]) -> dict[str, Ruleset]:
    found = settings({"protection": protection}).protection
    assert found
    return {ruleset.name: ruleset for ruleset in found.rulesets}


def test_a_plan_that_names_nothing_leaves_everything_as_it_is() -> None:
    desired = settings({})
    assert {desired.protection, desired.actions, desired.vulnerability_alerts, desired.security_updates} == {None}
    assert (desired.files, desired.environments, desired.secrets, desired.variables, desired.labels) == (
        (),
        (),
        (),
        (),
        (),
    )


def test_a_repository_overrides_single_keys_of_the_defaults() -> None:
    desired = settings({"protection": {"approvals": 2, "signatures": True}}, {"protection": {"approvals": 0}})
    assert desired.protection
    default_branch = desired.protection.rulesets[0]
    assert default_branch.reviews
    assert (default_branch.reviews.approvals, default_branch.signatures) == (0, True)


def test_a_repository_can_do_without_a_default() -> None:
    desired = settings({"protection": {}, "secrets": ["TOKEN"]}, {"protection": None, "secrets": []})
    assert (desired.protection, desired.secrets) == (None, ())


def test_environments_are_overridden_by_name() -> None:
    defaults = {"environments": [{"name": "staging"}, {"name": "production", "wait_minutes": 5, "tags": ["v*"]}]}
    desired = settings(defaults, {"environments": [{"name": "production", "wait_minutes": 0}, {"name": "demo"}]})
    assert [(environment.name, environment.wait_minutes, environment.tags) for environment in desired.environments] == [
        ("staging", 0, ()),
        ("production", 0, ("v*",)),
        ("demo", 0, ()),
    ]


def test_nobody_rewrites_or_deletes_the_branches_and_release_tags_whoever_bypasses_the_rest() -> None:
    found = rulesets({"bypass": ["core"]})
    for name in ("Nothing is lost", "Release tags"):
        assert found[name].bypass == ()
        assert found[name].deletion
        assert found[name].non_fast_forward
    assert found["Nothing is lost"].include == (DEFAULT_BRANCH, "refs/heads/monorepo")
    assert found["Release tags"].include == ("refs/tags/v*",)
    assert found["Release tags"].update
    assert not found["Release tags"].creation


def test_only_the_migration_writes_the_branch_of_moved_history() -> None:
    vendor = rulesets({"bypass": ["core"]})["Moved history"]
    assert vendor.include == ("refs/heads/monorepo",)
    assert vendor.bypass == ("organization-admins",)
    assert vendor.update
    assert vendor.creation


def test_the_migration_goes_past_the_reviews_with_the_teams_that_the_plan_names() -> None:
    found = rulesets({"bypass": ["core"], "migration": "repository-admins"})
    assert found["Default branch"].bypass == ("repository-admins", "core")


def test_without_release_tags_there_is_no_ruleset_for_them() -> None:
    assert "Release tags" not in rulesets({"release_tags": []})


def test_classic_protection_holds_the_branches_and_a_ruleset_the_tags() -> None:
    found = settings({"protection": {"as": "branch_protection", "bypass": ["core"]}}).protection
    assert found
    assert [ruleset.name for ruleset in found.rulesets] == ["Release tags"]
    default, vendor = found.branches
    assert (default.pattern, default.bypass, default.migration_only) == ("main", ("core",), False)
    assert (vendor.pattern, vendor.reviews, vendor.migration_only) == ("monorepo", None, True)


@pytest.mark.parametrize("mechanism", ["ruleset", "branch_protection"])
def test_required_are_the_checks_that_the_pipelines_report(maestro: Plan, mechanism: str) -> None:
    defaults = {"protection": {"as": mechanism}}
    plan = Plan.model_validate({**maestro.model_dump(by_alias=True, exclude_unset=True), "defaults": defaults})
    for repository in plan.repositories:
        desired = settings_of(plan, repository.name, "acme", REGISTRIES["devpi"])
        assert desired.protection
        rules = desired.protection.branches or desired.protection.rulesets
        assert rules[0].checks == required_checks(desired.files)
        assert rules[0].checks


def names_read(files: tuple[ManagedFile, ...], context: str) -> set[str]:
    pipelines = [file.content for file in files if file.path.startswith(".github/workflows/")]
    return {name for text in pipelines for name in re.findall(rf"\b{context}\.([A-Z_]+)", text)} - {"GITHUB_TOKEN"}


def test_every_secret_and_variable_that_a_pipeline_of_maestro_reads_is_named_in_its_plan(maestro: Plan) -> None:
    for repository in maestro.repositories:
        desired = settings_of(maestro, repository.name, "acme", REGISTRIES["devpi"])
        secrets = {*desired.secrets, *(name for environment in desired.environments for name in environment.secrets)}
        variables = {
            *desired.variables,
            *(name for environment in desired.environments for name in environment.variables),
        }
        assert names_read(desired.files, "secrets") <= secrets, repository.name
        assert names_read(desired.files, "vars") <= variables, repository.name
        dependabot = next((file.content for file in desired.files if file.path.endswith("dependabot.yml")), "")
        assert set(re.findall(r"secrets\.([A-Z_]+)", dependabot)) <= set(desired.dependabot_secrets), repository.name

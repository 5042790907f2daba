"""How repositories are kept: what a plan may say, and what is refused."""

import pytest

from tests.migration.plan.conftest import ErrorsOf

PLAN = """
monorepo: {{name: Mono}}
teams: [{{name: core}}]
defaults: {{{defaults}}}
repositories:
  - {{name: a, {own}}}
"""


def plan_with(defaults: str = "", own: str = "") -> str:
    return PLAN.format(defaults=defaults, own=own)


def test_every_key_has_a_good_value(errors_of: ErrorsOf) -> None:
    defaults = (
        "protection: {as: branch_protection, approvals: 2, bypass: [core], migration: repository-admins}, "
        "environments: [{name: production, reviewers: [core], wait_minutes: 5, branches: [main], tags: ['v*'], "
        "secrets: [TOKEN], variables: [URL]}], secrets: [TOKEN], dependabot_secrets: [TOKEN], variables: [URL], "
        "labels: [{name: bug, color: d73a4a}], actions: {allowed: selected, patterns: ['aws-actions/*']}, "
        "vulnerability_alerts: true, security_updates: true"
    )
    assert errors_of(plan_with(defaults)) == []
    assert errors_of(plan_with(own=defaults)) == []


@pytest.mark.parametrize("place", ["defaults", "own"])
@pytest.mark.parametrize(
    "settings",
    [
        "protection: {bypass: [cor]}",
        "protection: {migration: cor}",
        "environments: [{name: production, reviewers: [cor]}]",
    ],
)
def test_a_team_that_is_not_there_is_told_with_the_nearest(errors_of: ErrorsOf, place: str, settings: str) -> None:
    (fault,) = errors_of(plan_with(**{place: settings}))
    assert "there is no team 'cor'. Did you mean 'core'?" in fault


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ("secrets: [TOKEN, token]", "defaults.secrets[1]"),
        ("labels: [{name: bug, color: d73a4a}, {name: Bug, color: d73a4a}]", "defaults.labels[1]"),
        ("environments: [{name: staging}, {name: Staging}]", "defaults.environments[1]"),
        ("environments: [{name: staging, variables: [A, A]}]", "defaults.environments[0].variables[1]"),
    ],
)
def test_names_stand_once(errors_of: ErrorsOf, settings: str, key: str) -> None:
    (fault,) = errors_of(plan_with(settings))
    assert f"{key}: " in fault
    assert "is listed twice. Keep one." in fault


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "1ST", "WITH-DASH"])
def test_a_name_that_github_refuses_is_no_secret(errors_of: ErrorsOf, name: str) -> None:
    (fault,) = errors_of(plan_with(f"secrets: [{name}]"))
    assert f"'{name}' is not a name of a secret or variable. Use letters, digits and '_'" in fault


@pytest.mark.parametrize(
    ("settings", "told_of"),
    [
        ("protection: {approvals: 7}", "'7' is not possible here. Input should be less than or equal to 6."),
        ("protection: {approvals: two}", "Write a whole number."),
        ("protection: {as: rules}", "'rules' is not possible here. Did you mean 'ruleset'?"),
        ("protection: {signatures: 1}", "Write true or false."),
        ("labels: [{name: bug, color: '#d73a4a'}]", "is not a color. Write six hexadecimal digits without '#'"),
        ("environments: [{name: production, branches: ['a b']}]", "is not a pattern of branches or tags"),
        ("security_updates: true, vulnerability_alerts: false", "there are no alerts to answer to"),
        ("protection: {aprovals: 1}", "there is no such key. Did you mean 'approvals'?"),
    ],
)
def test_a_bad_value_is_told_with_what_to_do(errors_of: ErrorsOf, settings: str, told_of: str) -> None:
    (fault,) = errors_of(plan_with(settings))
    assert told_of in fault

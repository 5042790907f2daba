from typing import Any

import pytest

from components.github.replacements import changes

RULESET = {
    "id": 7,
    "name": "Release tags",
    "enforcement": "disabled",
    "rules": [{"type": "deletion"}],
    "_links": {"self": {"href": "https://api.github.com/…"}},
    "updated_at": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("kind", "found", "inputs", "lines"),
    [
        ("ActionsVariable", {"value": "a"}, {"value": "b"}, ['value: "a" → "b"']),
        ("ActionsVariable", {"value": "a"}, {"value": "a"}, []),
        ("TeamRepository", {"role_name": "read"}, {"permission": "maintain"}, ['permission: "pull" → "maintain"']),
        ("TeamRepository", {"role_name": "write"}, {"permission": "push"}, []),
        (
            "RepositoryRuleset",
            RULESET,
            {},
            [
                'it is replaced as a whole; GitHub has name = "Release tags", '
                'enforcement = "disabled", rules.0.type = "deletion"'
            ],
        ),
    ],
)
def test_what_changes_is_shown_from_what_to_what(
    kind: str, found: dict[str, Any], inputs: dict[str, Any], lines: list[str]
) -> None:
    assert list(changes(f"github:index:{kind}", found, inputs)) == lines


def test_an_environment_that_loses_its_reviewers_is_told() -> None:
    reviewer = {"type": "Team", "reviewer": {"id": 5}}
    rules = [{"type": "wait_timer", "wait_timer": 10}, {"type": "required_reviewers", "reviewers": [reviewer]}]
    found = {"protection_rules": rules, "deployment_branch_policy": None}
    inputs = {"waitTimer": 0.0, "reviewers": [], "deploymentBranchPolicy": {"customBranchPolicies": True}}
    assert list(changes("github:index:RepositoryEnvironment", found, inputs)) == [
        "wait_timer: 10 → 0",
        "reviewing_teams: [5] → []",
        "custom_branch_policies: false → true",
    ]


@pytest.mark.parametrize(
    ("desired", "lines"),
    [
        ({"teams": [7.0, 5.0], "users": [1005.0]}, []),
        ({"teams": [5.0, 7.0]}, ["reviewing_people: [1005] → []"]),
        (
            {"teams": [5.0, 7.0, 9.0]},
            ["reviewing_teams: [5, 7] → [5.0, 7.0, 9.0]", "reviewing_people: [1005] → []"],
        ),
    ],
)
def test_reviewers_who_are_people_are_compared_as_people(desired: dict[str, Any], lines: list[str]) -> None:
    numbers = (("Team", 5), ("User", 1005), ("Team", 7))
    reviewers = [{"type": kind, "reviewer": {"id": number}} for kind, number in numbers]
    rules = [{"type": "required_reviewers", "reviewers": reviewers}]
    found = {"protection_rules": rules, "deployment_branch_policy": None}
    assert list(changes("github:index:RepositoryEnvironment", found, {"reviewers": [desired]})) == lines


def test_a_secret_is_told_by_its_date_alone() -> None:
    found = {"updated_at": "2026-01-01T00:00:00Z"}
    (lines,) = changes("github:index:ActionsSecret", found, {"value": "s3cret"})
    assert lines == "its value, set at 2026-01-01T00:00:00Z, is overwritten"

"""The changes to a resource on GitHub that the stack replaces with its own, in words. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

SAYS_NOTHING = ("id", "node_id", "source", "source_type", "created_at", "updated_at", "current_user_can_bypass")
"""Keys of GitHub's answers that nobody sets."""

ROLES = {"read": "pull", "write": "push"}
"""Names of roles to those that give them."""


def changes(kind: str, found: Mapping[str, Any], inputs: Mapping[str, Any]) -> Iterator[str]:
    """What changes, "property: was → will be"; nothing where the stack's own is the same.

    kind: type token of the resource. found: as the REST API has it. inputs: of the resource; never shown for a secret.
    """
    if kind.endswith("Secret"):
        yield f"its value, set at {found['updated_at']}, is overwritten"
    elif kind.endswith("Variable"):
        yield from _differing(value=(found["value"], inputs.get("value")))
    elif kind.endswith("VulnerabilityAlerts"):
        yield from _differing(enabled=(found["enabled"], inputs.get("enabled")))
    elif kind.endswith("TeamRepository"):
        yield from _differing(permission=(ROLES.get(found["role_name"], found["role_name"]), inputs.get("permission")))
    elif kind.endswith("RepositoryEnvironment"):
        yield from _environment(found, inputs)
    else:
        # A rule is replaced as a whole; what it will be is in the preview as its own resource.
        existing = ", ".join(f"{path} = {_write(value)}" for path, value in _leaves(found))
        yield f"it is replaced as a whole; GitHub has {existing}"


def _environment(found: Mapping[str, Any], inputs: Mapping[str, Any]) -> Iterator[str]:
    rules = {rule["type"]: rule for rule in found["protection_rules"]}
    entries = rules.get("required_reviewers", {}).get("reviewers", ())
    teams, people = ([each["reviewer"]["id"] for each in entries if each["type"] == kind] for kind in ("Team", "User"))
    desired = inputs.get("reviewers") or ()
    policy = found["deployment_branch_policy"] or {}
    custom = (inputs.get("deploymentBranchPolicy") or {}).get("customBranchPolicies", False)
    yield from _differing(
        wait_timer=(rules.get("wait_timer", {}).get("wait_timer", 0), inputs.get("waitTimer") or 0),
        reviewing_teams=(_in_order(teams), _in_order(team for each in desired for team in each.get("teams") or ())),
        reviewing_people=(_in_order(people), _in_order(user for each in desired for user in each.get("users") or ())),
        custom_branch_policies=(policy.get("custom_branch_policies", False), custom),
        protected_branches=(policy.get("protected_branches", False), False),
    )


def _in_order(numbers: Iterable[Any]) -> list[Any]:
    """By their text: one may be known only after the run, and GitHub keeps no order of reviewers."""
    return sorted(numbers, key=str)


def _differing(**pairs: tuple[Any, Any]) -> Iterator[str]:
    for name, (was, will_be) in pairs.items():
        if was != will_be:
            yield f"{name}: {_write(was)} → {_write(will_be)}"


def _write(value: Any) -> str:
    """As JSON; what is not known before the run, as it says."""
    return json.dumps(value, ensure_ascii=False, default=lambda _: "(known after the run)")


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Everything that says something, by its path."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in SAYS_NOTHING and not key.endswith("url") and key != "_links":
                yield from _leaves(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list) and any(isinstance(inner, Mapping) for inner in value):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{path}.{number}")
    else:
        yield path, value

"""The table of docs/managed-settings.md: each field that the stack sets on GitHub, with what the tests have shown."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.drift.drift import THINGS
from tests.end_to_end.test_removal import KINDS

START, END = "<!-- generated: settings -->\n", "<!-- end -->"
_SECRET = "4dabf18193072939515e22adb298388d"
"""The key by which a state marks a secret value."""
_NAMES = ("repository", "repositoryId", "environment", "teamId", "secretName", "variableName")
"""Fields that say which thing is meant: it has another one when the thing is gone."""
_NAMES_OF = {
    "RepositoryCollaborator": ("username",),
    "RepositoryCustomProperty": ("propertyName", "propertyType"),
    "RepositoryWebhook": ("configuration.url",),
    "RepositoryDeployKey": ("title", "key", "readOnly"),
    "RepositoryAutolinkReference": ("keyPrefix", "targetUrlTemplate", "isAlphanumeric"),
}
"""The same, of one class. GitHub cannot change autolinks and deploy keys."""
EXEMPT = {
    ("Repository", "archiveOnDestroy"): "not on GitHub",
    ("IssueLabel", "name"): "names the label",
    ("RepositoryWebhook", "configuration.secret"): "GitHub never shows it",
    ("RepositoryCollaborator", "permissionDiffSuppression"): "not on GitHub",
    ("Team", "name"): "left to people",
    ("Team", "privacy"): "left to people",
    ("Team", "notificationSetting"): "left to people",
}
RETAINED = {
    "RepositoryEnvironment": "environments",
    "TeamRepository": "teams",
    "RepositoryRuleset": "rulesets",
    "BranchProtection": "branch protection",
    "RepositoryEnvironmentDeploymentPolicy": "branches that may deploy",
    "ActionsSecret": "secrets",
    "DependabotSecret": "Dependabot secrets",
    "ActionsEnvironmentSecret": "secrets of an environment",
    "ActionsVariable": "variables",
    "ActionsEnvironmentVariable": "variables of an environment",
    "IssueLabel": "labels of an issue",
    "ActionsRepositoryPermissions": "Actions",
    "WorkflowRepositoryPermissions": "token of Actions",
    "ActionsRepositoryOidcSubjectClaimCustomizationTemplate": "OIDC subject",
    "RepositoryVulnerabilityAlerts": "vulnerability alerts",
    "RepositoryDependabotSecurityUpdates": "security updates",
}
"""Class to the kind under which tests/end_to_end/test_removal.py compares it."""
assert {*RETAINED.values()} <= {*KINDS}


def settings_page() -> Path:
    return Path(__file__).parents[2] / "docs" / "managed-settings.md"


def kind_of(thing: str) -> str:
    """The class of what the report of drift calls so; "" for what is not GitHub's."""
    for token, name in THINGS.items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^:]+", re.escape(name))
        if token.startswith("github:") and re.fullmatch(pattern, thing):
            return token.rpartition(":")[2]
    return ""


def fields_set_by(state: str) -> set[tuple[str, str]]:
    """Class and property of each input that the program registered. state: as `pulumi stack export` prints it."""
    found = set()
    for resource in json.loads(state)["deployment"]["resources"]:
        kind = resource["type"].rpartition(":")[2]
        if resource["type"].startswith("github:"):
            found |= {(kind, name) for name in _leaves(resource.get("inputs") or {})}
    # An empty list of objects has no fields of its own.
    return {(kind, name) for kind, name in found if not any(other.startswith(f"{name}.") for _, other in found)}


def _leaves(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict) and _SECRET not in value:
        for key, inner in value.items():
            if not key.startswith("__"):
                yield from _leaves(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for inner in value:
            yield from _leaves(inner, path)
    else:
        yield path


@dataclass(frozen=True)
class Row:
    """passed: what a test has shown, to the fields of which it has."""

    kind: str
    name: str
    passed: Mapping[str, set[tuple[str, str]]]

    @property
    def is_name(self) -> bool:
        return self.name in (*_NAMES, *_NAMES_OF.get(self.kind, ()))

    @property
    def is_covered(self) -> bool:
        return self.is_name or {(self.kind, self.name)} <= self.passed["seen"] & self.passed["put back"]

    def __str__(self) -> str:
        return f"| `{self.kind}` | `{self.name}` | {' | '.join(self._cells())} |"

    def _cells(self) -> Iterator[str]:
        if self.is_name:
            is_missing = (self.kind, "") in self.passed["gone"] & self.passed["put back"]
            yield from (["yes, as gone", "yes", "names it", "names it", "names it"] if is_missing else ["names it"] * 5)
            return
        field = (self.kind, self.name)
        yield from ("yes" if field in self.passed[step] else "no" for step in ("seen", "put back"))
        untested = "not tested" if field in self.passed["edit"] else "no key"
        yield "yes" if field in self.passed["adopted"] else untested
        stays = field in self.passed["stays"] or self.kind in RETAINED
        yield "stays" if stays else "not tested"
        yield "waits" if field in self.passed["archived"] else "ignored"


def page_with(rows: Iterable[Row]) -> str:
    """The page with this table in the place of its own."""
    before, _, rest = settings_page().read_text(encoding="utf-8").partition(START)
    head = ("| resource | field | drift seen | put back | adopted | leaves the plan | archived |", "|---" * 7 + "|")
    return f"{before}{START}{chr(10).join([*head, *map(str, rows)])}\n{END}{rest.partition(END)[2]}"

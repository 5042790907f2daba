"""docs/managed-settings.md has each kind of setting that the stack manages, with what the tests of it cover."""

import re
from collections.abc import Iterator
from pathlib import Path

from components.drift.drift import THINGS
from tests.end_to_end.changes import ADOPTABLE, CHANGES
from tests.end_to_end.test_removal import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "managed-settings.md"
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


def rows() -> Iterator[str]:
    """One for each class, in the order of the report of drift."""
    for token, thing in THINGS.items():
        kind = token.rpartition(":")[2]
        if not token.startswith("github:"):
            continue
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^:]+", re.escape(thing)))
        changed = {key for key in CHANGES if pattern.fullmatch(key[1])}
        assert changed, f"{kind}: no change of it is tested"
        edit = "tested" if changed & set(ADOPTABLE) else "not tested"
        assert RETAINED.get(kind) in {*KINDS, None}
        yield f"| {thing.replace('{', '').replace('}', '')} | `{kind}` | {len(changed)} | {edit} |"


def test_the_page_lists_every_kind_and_what_is_tested_of_it() -> None:
    listed = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| .* \| `[A-Z]\w+` \|", line)
    ]
    assert listed == list(rows()), "\n".join(rows())

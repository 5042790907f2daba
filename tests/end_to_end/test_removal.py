"""What leaves the plan, or the stack, stays on GitHub; a repository that people renamed keeps its new name."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from engine import Engine
from sandbox.daemon.administration import create_tenant
from sandbox.daemon.process import Running
from tests.conftest import new_checkout, small_monorepo
from tests.end_to_end.changes import PLAN, GitHub
from tests.end_to_end.conftest import Stack, new_stack

SETTINGS = PLAN["repositories"][0]
BARE = {key: SETTINGS[key] for key in ("name", "moves")}
BACKUP = "maestro-platform-backup"

KINDS = {
    "labels": "{name}/labels",
    "labels of an issue": "{name}/issues/1/labels",
    "rulesets": "{name}/rulesets",
    "environments": "{name}/environments",
    "branches that may deploy": "{name}/environments/testing/deployment-branch-policies",
    "secrets": "{name}/actions/secrets",
    "Dependabot secrets": "{name}/dependabot/secrets",
    "secrets of an environment": "{name}/environments/production/secrets",
    "variables": "{name}/actions/variables",
    "variables of an environment": "{name}/environments/production/variables",
    "teams": "{name}/teams",
    "Actions": "{name}/actions/permissions",
    "selected actions": "{name}/actions/permissions/selected-actions",
    "token of Actions": "{name}/actions/permissions/workflow",
    "OIDC subject": "{name}/actions/oidc/customization/sub",
    "vulnerability alerts": "{name}/vulnerability-alerts",
    "security updates": "{name}/automated-security-fixes",
    "rulesets of the backup": f"{BACKUP}/rulesets",
    "branch protection": "site/branches/main/protection",
}
"""Everything that the stack sets around the code, and where the REST API shows it."""
STEPS = (
    "settings left the plan",
    "settings came back",
    "labels were renamed",
    "labels were renamed back",
    "the repository left the plan",
    "the repository came back",
    "people renamed it, then the plan",
    "destroy",
)


def visible(github: GitHub, name: str) -> dict[str, Any]:
    """Each kind with what identifies it, without what follows the repository's name."""
    return {kind: described(github, path.format(name=name)) for kind, path in KINDS.items()}


def described(github: GitHub, path: str) -> Any:
    answer = github.client.get(f"/repos/{github.organization}/{path}")
    assert answer.is_success, f"{path}: {answer.status_code}"
    return without_addresses(answer.json()) if answer.content else answer.status_code


def without_addresses(value: Any) -> Any:
    """In one order, without addresses, dates and ids, which change when something is renamed or written again."""
    if isinstance(value, dict):
        left_out = ("id", "node_id", "source", "created_at", "updated_at", "_links", "sub_claim_prefix")
        fields = {key: inner for key, inner in value.items() if key not in left_out and not key.endswith("url")}
        return {key: without_addresses(inner) for key, inner in fields.items()}
    if isinstance(value, list):
        return sorted((without_addresses(inner) for inner in value), key=json.dumps)
    return value


class Removals:
    """The stack after each of `STEPS`: what GitHub shows, and whether the repository is archived."""

    def __init__(self, stack: Stack, github: GitHub) -> None:
        self.stack, self.github, self.previews = stack, github, dict[str, str]()
        self.shown, self.archived = dict[str, Any](), dict[str, bool]()
        self.step("", SETTINGS)
        github.send("POST", "engine/issues", title="Broken", labels=["bug", "migration"])
        self.before = visible(github, "engine")
        self.step(STEPS[0], BARE)
        self.step(STEPS[1], SETTINGS)
        labels = [{"name": "Migration", "color": "5319e7"}, {"name": "defect", "formerly": "bug", "color": "000000"}]
        self.step(STEPS[2], SETTINGS | {"labels": labels})
        back = [{"name": "migration", "color": "5319e7"}, {"name": "bug", "formerly": "defect", "color": "000000"}]
        self.step(STEPS[3], SETTINGS | {"labels": back})
        self.step(STEPS[4])
        self.step(STEPS[5], SETTINGS)
        github.send("PATCH", "engine", name="motor")
        self.step(STEPS[6], SETTINGS | {"name": "motor"}, name="motor")
        stack.pulumi("destroy", "--yes", "--skip-preview")
        self.look(STEPS[7], "motor")

    def step(self, title: str, *engine: dict[str, Any], name: str = "engine") -> None:
        site = PLAN["repositories"][1]
        self.stack.write_plan(PLAN | {"repositories": [site, *engine]})
        if title:
            self.previews[title] = self.stack.pulumi("preview").stdout
        self.stack.up()
        if title:
            self.look(title, name)

    def look(self, title: str, name: str) -> None:
        self.shown[title] = visible(self.github, name)
        repository = self.github.send("GET", name)
        assert repository["name"] == name
        self.archived[title] = repository["archived"]


@pytest.fixture(scope="module")
def removals(server: Running, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Removals]:
    folder = tmp_path_factory.mktemp("removal")
    access = create_tenant(server, "removal")
    stack = new_stack(new_checkout(folder / "checkout"), access, server, small_monorepo(folder / "monorepo"), engine)
    for name in ("TOKEN", "KEY"):
        stack.pulumi("config", "set", "--secret", "--path", f"multirepo:secrets.{name}", f"ours-{name}")
    for name in ("URL", "PLACE"):
        stack.pulumi("config", "set", "--path", f"multirepo:variables.{name}", "https://packages.example")
    with httpx.Client(base_url=access.api_url, headers={"Authorization": f"Bearer {access.token}"}) as client:
        yield Removals(stack, GitHub(client, access.organization))


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", KINDS)
def test_it_stays(removals: Removals, kind: str, step: str) -> None:
    if step == "labels were renamed" and "labels" in kind:
        names = {label["name"] for label in removals.shown[step][kind]}
        assert names >= {"Migration", "defect"}
        assert len(removals.shown[step][kind]) == len(removals.before[kind])
    else:
        assert removals.shown[step][kind] == removals.before[kind]


def test_no_repository_is_archived_or_renamed_back(removals: Removals) -> None:
    assert not any(removals.archived.values())


def test_the_preview_says_that_it_stays(removals: Removals) -> None:
    assert removals.previews[STEPS[0]].count("[retain]") > len(KINDS), removals.previews[STEPS[0]]

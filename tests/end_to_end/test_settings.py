"""How GitHub keeps the repositories: made, kept, and put right, with the real engine, provider, git and sandbox."""

from typing import Any

import httpx
import pytest

from tests.end_to_end.conftest import Stack

PLAN: dict[str, Any] = {
    "monorepo": {"name": "maestro-platform"},
    "teams": [{"name": "core", "description": "The core"}],
    "defaults": {"protection": {"bypass": ["core"]}},
    "repositories": [
        {
            "name": "engine",
            "moves": [{"from": "engine"}],
            "teams": {"core": "maintain"},
        }
    ],
}


def plan_with(**defaults: object) -> dict[str, Any]:
    return PLAN | {"defaults": PLAN["defaults"] | defaults}


@pytest.fixture
def api(stack: Stack) -> httpx.Client:
    headers = {"Authorization": f"Bearer {stack.world.token}"}
    return httpx.Client(base_url=stack.world.api_url, headers=headers)


def repository(stack: Stack) -> str:
    return f"/repos/{stack.world.organization}/engine"


def second_up(stack: Stack) -> list[str]:
    """What it asks of GitHub."""
    before = len(stack.requests())
    assert "unchanged" in stack.up()
    return [f"{request.method} {request.path.rpartition('/')[2]}" for request in stack.requests()[before:]]


@pytest.mark.parametrize("mechanism", ["ruleset", "branch_protection"])
def test_protected_branches_and_tags_stay_so_while_the_monorepo_moves_on(
    stack: Stack, api: httpx.Client, mechanism: str
) -> None:
    stack.write_plan(plan_with(protection={"as": mechanism, "bypass": ["core"]}))
    stack.up()
    assert second_up(stack) == ["POST graphql", f"GET {stack.world.organization}"]
    stack.pulumi("preview", "--refresh", "--expect-no-changes")
    names = {one["name"] for one in api.get(f"{repository(stack)}/rulesets").json()}
    assert names >= {"Release tags"}
    stack.monorepo.commit("Engine: another", engine__main="3\n")
    stack.up()
    refs = stack.refs("engine")
    assert refs["refs/heads/main"] == refs["refs/heads/monorepo"]


def test_a_ruleset_that_somebody_switched_off_is_drift_and_up_switches_it_on(stack: Stack, api: httpx.Client) -> None:
    stack.write_plan(PLAN)
    stack.up()
    (ruleset,) = [one for one in api.get(f"{repository(stack)}/rulesets").json() if one["name"] == "Default branch"]
    address = f"{repository(stack)}/rulesets/{ruleset['id']}"
    api.put(address, json={"enforcement": "disabled"}).raise_for_status()
    stack.pulumi("preview", "--refresh", "--expect-no-changes", code=7)
    stack.up("--refresh")
    assert api.get(address).json()["enforcement"] == "active"


def test_a_team_that_lost_its_role_is_drift_and_up_gives_it_back(stack: Stack, api: httpx.Client) -> None:
    stack.write_plan(PLAN)
    stack.up()
    address = f"/orgs/{stack.world.organization}/teams/core{repository(stack)}"
    api.put(address, json={"permission": "pull"}).raise_for_status()
    stack.pulumi("preview", "--refresh", "--expect-no-changes", code=7)
    stack.up("--refresh")
    headers = {"Accept": "application/vnd.github.v3.repository+json"}
    assert api.get(address, headers=headers).json()["role_name"] == "maintain"


def test_teams_and_rulesets_that_are_there_already_make_room_and_teams_outlive_the_stack(
    stack: Stack, api: httpx.Client
) -> None:
    api.post(f"/orgs/{stack.world.organization}/teams", json={"name": "core"}).raise_for_status()
    api.post(f"/orgs/{stack.world.organization}/repos", json={"name": "engine", "private": True}).raise_for_status()
    ruleset = {"name": "Release tags", "target": "tag", "enforcement": "disabled", "rules": []}
    api.post(f"{repository(stack)}/rulesets", json=ruleset).raise_for_status()
    stack.write_plan(PLAN)
    stack.up()
    assert {one["enforcement"] for one in api.get(f"{repository(stack)}/rulesets").json()} == {"active"}
    stack.pulumi("destroy", "--yes", "--skip-preview")
    assert api.get(f"/orgs/{stack.world.organization}/teams/core").status_code == 200


def test_a_wave_that_is_rolled_back_keeps_its_settings_and_can_move_again(stack: Stack) -> None:
    stack.write_plan(PLAN)
    stack.up()
    stack.set_stage("rolled_back")
    stack.write_plan(plan_with(protection={"approvals": 2}))
    stack.up()
    stack.set_stage("moving")
    stack.up()
    stack.pulumi("preview", "--refresh", "--expect-no-changes")

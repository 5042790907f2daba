"""Environments: who reviews, how long to wait, which branches may deploy."""

from collections.abc import Callable

import httpx


def test_an_environment_is_set_and_reset(
    api: httpx.Client, repository: str, as_user: Callable[..., httpx.Client]
) -> None:
    as_user("zoe")
    user = api.get("users/zoe").json()["id"]
    team = api.post("orgs/maestro/teams", json={"name": "Core", "privacy": "closed"}).json()["id"]
    address = f"{repository}/environments/production%2Feu"
    body = {
        "wait_timer": 30,
        "prevent_self_review": True,
        "reviewers": [{"type": "User", "id": user}, {"type": "Team", "id": team}],
        "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
    }
    made = api.put(address, json=body).json()
    assert api.get(address).json() == made
    wait, review, branches = made["protection_rules"]
    assert (made["name"], wait["wait_timer"], branches["type"]) == ("production/eu", 30, "branch_policy")
    assert [each["reviewer"]["id"] for each in review["reviewers"]] == [user, team]
    reset = api.put(address, json=None).json()
    assert (reset["id"], reset["protection_rules"], reset["deployment_branch_policy"]) == (made["id"], [], None)
    assert api.get(f"{repository}/environments").json()["total_count"] == 1
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_what_an_environment_cannot_be_is_refused(api: httpx.Client, repository: str) -> None:
    address = f"{repository}/environments/production"
    for body in (
        {"wait_timer": 50000},
        {"reviewers": [{"type": "User", "id": 1}]},
        {"deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": True}},
    ):
        assert api.put(address, json=body).status_code == 422, body


def test_branch_policies_are_made_changed_and_deleted(api: httpx.Client, repository: str) -> None:
    address = f"{repository}/environments/production"
    policies = f"{address}/deployment-branch-policies"
    api.put(address, json={})
    assert api.post(policies, json={"name": "main"}).status_code == 404
    api.put(address, json={"deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True}})
    made = api.post(policies, json={"name": "v*", "type": "tag"}).json()
    assert api.post(policies, json={"name": "v*", "type": "tag"}).status_code == 303
    assert api.put(f"{policies}/{made['id']}", json={"name": "w*"}).json()["name"] == "w*"
    assert [each["name"] for each in api.get(policies).json()["branch_policies"]] == ["w*"]
    assert api.delete(f"{policies}/{made['id']}").status_code == 204
    assert api.get(f"{policies}/{made['id']}").status_code == 404

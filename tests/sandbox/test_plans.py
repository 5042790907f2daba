"""What a plan leaves out, and what a token without a scope is refused, in GitHub's words."""

from collections.abc import Callable

import httpx
import pytest

from sandbox.daemon.administration import TenantAccess, imitate
from sandbox.daemon.process import Running
from sandbox.errors import SandboxError

RULESET = {"name": "Main", "target": "branch", "enforcement": "active", "rules": []}


@pytest.fixture
def private(api: httpx.Client) -> str:
    """The path of a private repository."""
    api.post("orgs/maestro/repos", json={"name": "engine", "private": True}).raise_for_status()
    return "repos/maestro/engine"


def test_a_free_plan_protects_no_private_branch(
    api: httpx.Client, server: Running, world: TenantAccess, private: str
) -> None:
    imitate(server, world.name, plan="free")
    assert api.get("orgs/maestro").json()["plan"]["name"] == "free"
    refused = api.post(f"{private}/rulesets", json=RULESET)
    assert (refused.status_code, refused.json()["message"]) == (
        403,
        "Upgrade to GitHub Pro or make this repository public to enable this feature.",
    )
    api.patch(private, json={"private": False}).raise_for_status()
    assert api.post(f"{private}/rulesets", json=RULESET).status_code == 201


def test_a_team_plan_lets_no_private_deployment_wait(
    api: httpx.Client, server: Running, world: TenantAccess, private: str
) -> None:
    imitate(server, world.name, plan="team")
    refused = api.put(f"{private}/environments/production", json={"wait_timer": 5})
    assert refused.status_code == 422
    assert "billing plan supports the wait timer protection rule" in refused.json()["message"]
    assert api.put(f"{private}/environments/production", json={}).status_code == 200


def test_the_plan_is_the_owners_business(as_user: Callable[..., httpx.Client]) -> None:
    assert "plan" not in as_user("zoe").get("orgs/maestro").json()


def test_a_server_tells_its_version(api: httpx.Client, server: Running, world: TenantAccess) -> None:
    assert "X-GitHub-Enterprise-Version" not in api.get("meta").headers
    imitate(server, world.name, server_version="3.19.0")
    answer = api.get("meta")
    assert answer.json()["installed_version"] == answer.headers["X-GitHub-Enterprise-Version"] == "3.19.0"


def test_a_fine_grained_token_tells_no_scopes(as_user: Callable[..., httpx.Client]) -> None:
    assert "X-OAuth-Scopes" not in as_user("zoe", scopes=None).get("user").headers
    assert as_user("zoe", scopes=[]).get("user").headers["X-OAuth-Scopes"] == ""


def test_teams_need_a_scope_of_their_own(as_user: Callable[..., httpx.Client], world: TenantAccess) -> None:
    owner = as_user("zoe", role="admin", scopes=["repo"])
    assert owner.post("orgs/maestro/teams", json={"name": "core"}).status_code == 404
    query = '{organization(login: "maestro") {team(slug: "core") {name}}}'
    [error] = owner.post(world.graphql_url, json={"query": query}).json()["errors"]
    assert error["type"] == "INSUFFICIENT_SCOPES"


def test_an_unknown_plan_is_refused(server: Running, world: TenantAccess) -> None:
    with pytest.raises(SandboxError, match="'gold' is not a plan: free, pro, team, enterprise"):
        imitate(server, world.name, plan="gold")


@pytest.mark.parametrize("plan", ["free", "team"])
def test_only_an_enterprise_has_internal_repositories(
    api: httpx.Client, server: Running, world: TenantAccess, private: str, plan: str
) -> None:
    imitate(server, world.name, plan=plan)
    body = {"name": "inner", "visibility": "internal"}
    for refused in (api.post("orgs/maestro/repos", json=body), api.patch(private, json={"visibility": "internal"})):
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "visibility")
    imitate(server, world.name, plan="enterprise")
    # Not by `api`: GitHub's description of organizations' repositories has no "internal".
    made = httpx.post(f"{world.api_url}/orgs/maestro/repos", json=body, headers=api.headers)
    assert (made.status_code, made.json()["visibility"]) == (201, "internal")


def test_a_member_forks_no_private_repository_where_the_organization_forbids_it(
    api: httpx.Client, private: str, as_user: Callable[..., httpx.Client]
) -> None:
    """`members_can_fork_private_repositories` is off in every new organization."""
    refused = as_user("zoe").post(f"{private}/forks", json={})
    assert (refused.status_code, "forking" in refused.json()["message"]) == (403, True)
    api.patch(private, json={"private": False}).raise_for_status()
    assert as_user("zoe").post(f"{private}/forks", json={}).status_code == 202

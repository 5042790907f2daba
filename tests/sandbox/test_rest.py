"""What holds for every REST request: worlds, tokens, errors, pages, ETags, raw paths."""

import httpx
import pytest

from sandbox.daemon.administration import TenantAccess, create_tenant, delete_tenant, list_tenants
from sandbox.daemon.process import Running
from sandbox.errors import SandboxError
from tests.sandbox.conftest import client


def test_worlds_do_not_see_each_other(server: Running, world: TenantAccess, api: httpx.Client) -> None:
    api.post("orgs/maestro/repos", json={"name": "engine"})
    other = create_tenant(server, f"{world.name}-other")
    with client(other, other.token) as opened:
        assert opened.get("repos/maestro/engine").status_code == 404
        assert opened.get("orgs/maestro/repos").json() == []
    with client(other, world.token) as intruder:
        assert intruder.get("user").status_code == 401


def test_a_world_asked_for_again_has_the_same_token(server: Running, world: TenantAccess) -> None:
    assert create_tenant(server, world.name) == world


def test_a_deleted_world_comes_back_empty_with_another_token(
    server: Running, world: TenantAccess, api: httpx.Client
) -> None:
    api.post("orgs/maestro/repos", json={"name": "engine"})
    assert delete_tenant(server, world.name) is True
    assert delete_tenant(server, world.name) is False
    assert world.name not in list_tenants(server)
    again = create_tenant(server, world.name)
    assert again.token != world.token
    with client(again, again.token) as opened:
        assert opened.get("orgs/maestro/repos").json() == []


@pytest.mark.parametrize(
    ("name", "organization", "text"),
    [("Bad Name", "maestro", "is not a valid tenant name"), ("good", "bad_login", "is not a GitHub login")],
)
def test_a_world_with_an_impossible_name_is_refused(server: Running, name: str, organization: str, text: str) -> None:
    with pytest.raises(SandboxError, match=text):
        create_tenant(server, name, organization)


def test_a_world_keeps_its_organization(server: Running, world: TenantAccess) -> None:
    with pytest.raises(SandboxError, match="belongs to organization 'maestro'"):
        create_tenant(server, world.name, "other")


def test_worlds_are_made_by_the_holder_of_the_sandboxs_token_only(server: Running, world: TenantAccess) -> None:
    for headers in ({}, {"Authorization": f"Bearer {world.token}"}):
        assert httpx.put(f"{server.address}/_sandbox/worlds/mine", headers=headers).status_code == 401
    assert "mine" not in list_tenants(server)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "token"])
def test_a_token_is_taken_in_githubs_ways(world: TenantAccess, scheme: str) -> None:
    answer = httpx.get(f"{world.api_url}/user", headers={"Authorization": f"{scheme} {world.token}"})
    assert answer.json()["login"] == "maestro-owner"
    assert answer.headers["X-OAuth-Scopes"] == "admin:org, delete_repo, repo, workflow"
    assert httpx.get(f"{world.api_url}/user", auth=("anything", world.token)).status_code == 200


def test_a_wrong_token_and_a_missing_one_get_githubs_answers(world: TenantAccess, anonymous: httpx.Client) -> None:
    wrong = httpx.get(f"{world.api_url}/orgs/maestro", headers={"Authorization": "Bearer ghp_wrong"})
    assert wrong.status_code == 401
    assert wrong.json() == {
        "message": "Bad credentials",
        "documentation_url": "https://docs.github.com/rest",
        "status": "401",
    }
    missing = anonymous.get("user")
    assert (missing.status_code, missing.json()["message"]) == (401, "Requires authentication")
    assert anonymous.get("orgs/maestro").status_code == 200


@pytest.mark.parametrize("path", ["repos/maestro/engine/traffic/views", "nonsense", "repos/maestro"])
def test_what_is_not_imitated_answers_501_with_the_route(api: httpx.Client, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 501
    assert f"GET /{api.base_url.path.strip('/')}/{path}" in answer.json()["message"]


def test_an_unknown_world_is_named(server: Running) -> None:
    answer = httpx.get(f"{server.address}/nowhere/api/v3/user")
    assert answer.status_code == 404
    assert "no tenant 'nowhere'" in answer.json()["message"]


def test_paths_are_matched_as_they_were_sent(api: httpx.Client) -> None:
    api.post("orgs/maestro/repos", json={"name": "engine", "auto_init": True})
    sha = api.get("repos/maestro/engine/git/ref/heads/main").json()["object"]["sha"]
    api.post("repos/maestro/engine/git/refs", json={"ref": "refs/heads/feature/ä%b", "sha": sha})
    encoded = api.get("repos/maestro/engine/branches/feature%2F%C3%A4%25b")
    assert encoded.json()["name"] == "feature/ä%b"
    assert encoded.json()["protection_url"].endswith("/branches/feature%2F%C3%A4%25b/protection")
    assert api.get("repos/maestro/engine/branches/feature/%C3%A4%25b").status_code == 501
    assert api.get("repos/maestro/engine/git/ref/heads/feature/%C3%A4%25b").json()["object"]["sha"] == sha


@pytest.mark.parametrize("path", ["repos/maestro/engine/branches/%00", "repos/maestro/engine/commits/..%2F..%2Fx"])
def test_names_that_nothing_can_have_are_not_found(api: httpx.Client, path: str) -> None:
    api.post("orgs/maestro/repos", json={"name": "engine", "auto_init": True})
    assert api.get(path).status_code in {404, 422}


def test_an_organization_is_found_by_login_and_by_number(api: httpx.Client) -> None:
    by_login = api.get("orgs/Maestro").json()
    assert by_login["login"] == "maestro"
    assert api.get(f"organizations/{by_login['id']}").json() == by_login
    assert api.get("orgs/maestro-owner").status_code == 404
    assert api.get("users/maestro-owner").json()["type"] == "User"


def test_lists_come_in_pages_with_links(api: httpx.Client) -> None:
    for number in range(5):
        api.post("orgs/maestro/repos", json={"name": f"r{number}"})
    address = f"{api.base_url}orgs/maestro/repos?sort=full_name&per_page=2"
    first = api.get("orgs/maestro/repos?sort=full_name&per_page=2")
    assert [found["name"] for found in first.json()] == ["r0", "r1"]
    assert first.headers["Link"] == f'<{address}&page=2>; rel="next", <{address}&page=3>; rel="last"'
    last = api.get(f"{address}&page=3")
    assert [found["name"] for found in last.json()] == ["r4"]
    assert set(last.links) == {"prev", "first"}
    assert api.get(f"{address}&page=9").json() == []
    assert "Link" not in api.get("orgs/maestro/repos").headers
    assert len(api.get("orgs/maestro/repos?per_page=1000").json()) == 5


def test_an_unchanged_representation_answers_304_and_costs_nothing(api: httpx.Client) -> None:
    api.post("orgs/maestro/repos", json={"name": "engine"})
    first = api.get("repos/maestro/engine")
    tag = {"If-None-Match": first.headers["ETag"]}
    second = api.get("repos/maestro/engine", headers=tag)
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["X-RateLimit-Used"] == first.headers["X-RateLimit-Used"]
    api.patch("repos/maestro/engine", json={"description": "changed"})
    assert api.get("repos/maestro/engine", headers=tag).status_code == 200


def test_an_etag_belongs_to_one_address_and_method(api: httpx.Client) -> None:
    created = api.post("orgs/maestro/repos", json={"name": "engine"})
    response = api.get("repos/maestro/engine")
    assert response.json() == created.json()
    assert response.headers["ETag"] != created.headers["ETag"]
    tag = {"If-None-Match": response.headers["ETag"]}
    assert api.get("repos/maestro/engine?x=1", headers=tag).status_code == 200
    assert api.get("repos/maestro/engine/topics", headers=tag).status_code == 200


def test_every_answer_has_githubs_headers(api: httpx.Client) -> None:
    answer = api.get("user")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["X-GitHub-Request-Id"] != api.get("user").headers["X-GitHub-Request-Id"]
    assert answer.headers["X-RateLimit-Limit"] == "5000"
    assert int(api.get("rate_limit").json()["rate"]["used"]) == int(answer.headers["X-RateLimit-Used"]) + 1


def test_head_is_get_without_the_body(api: httpx.Client) -> None:
    response, head = api.get("user"), api.head("user")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == response.headers["ETag"]
    assert head.headers["Content-Length"] == response.headers["Content-Length"]


def test_a_web_page_cannot_reach_the_sandbox_under_another_name(world: TenantAccess) -> None:
    headers = {"Host": "evil.example:8418", "Authorization": f"Bearer {world.token}"}
    assert httpx.get(f"{world.api_url}/user", headers=headers).status_code == 421


def test_the_page_of_a_repository_is_there(api: httpx.Client, world: TenantAccess) -> None:
    created = api.post("orgs/maestro/repos", json={"name": "engine", "description": "<b>fast</b>"}).json()
    page = httpx.get(created["html_url"])
    assert page.status_code == 200
    assert "&lt;b&gt;fast&lt;/b&gt;" in page.text
    assert "git clone" in page.text
    assert httpx.get(created["owner"]["html_url"]).status_code == 200
    assert "maestro" in httpx.get(world.address).text


def test_the_root_tells_where_things_are(api: httpx.Client) -> None:
    root = api.get("")
    assert root.json()["current_user_url"] == f"{str(api.base_url).rstrip('/')}/user"
    assert "repo" in root.headers["X-OAuth-Scopes"]

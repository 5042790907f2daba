"""Repositories over REST, as https://docs.github.com/rest/repos/repos says."""

from typing import Any

import httpx
import pytest

from sandbox.daemon.administration import TenantAccess, create_token
from sandbox.daemon.process import Running
from tests.sandbox.conftest import client


def create(api: httpx.Client, name: str = "engine", **settings: Any) -> dict[str, Any]:
    answer = api.post("orgs/maestro/repos", json={"name": name, **settings})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_new_repository_has_githubs_defaults(api: httpx.Client, world: TenantAccess) -> None:
    created = create(api, description="Runs it all")
    assert created == api.get("repos/maestro/engine").json()
    assert created["full_name"] == "maestro/engine"
    assert created["default_branch"] == "main"
    assert created["description"] == "Runs it all"
    assert (created["visibility"], created["private"]) == ("public", False)
    assert (created["allow_merge_commit"], created["delete_branch_on_merge"]) == (True, False)
    assert created["clone_url"] == f"{world.address}/maestro/engine.git"
    assert created["homepage"] is None
    assert created["permissions"]["admin"] is True
    assert created["node_id"].startswith("R_kgDO")


def test_a_repository_can_belong_to_the_user(api: httpx.Client) -> None:
    created = api.post("user/repos", json={"name": "notes", "private": True}).json()
    assert created["full_name"] == "maestro-owner/notes"
    assert created["visibility"] == "private"
    assert "organization" not in created


def test_a_name_is_made_fit_as_github_does(api: httpx.Client) -> None:
    assert create(api, "the engine (new)")["name"] == "the-engine-new-"


def test_a_taken_name_is_refused_in_any_case(api: httpx.Client) -> None:
    create(api)
    answer = api.post("orgs/maestro/repos", json={"name": "Engine"})
    assert answer.status_code == 422
    assert answer.json() == {
        "message": "Repository creation failed.",
        "errors": [
            {
                "resource": "Repository",
                "code": "custom",
                "field": "name",
                "message": "name already exists on this account",
            }
        ],
        "documentation_url": "https://docs.github.com/rest/repos/repos#create-an-organization-repository",
        "status": "422",
    }


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"name": "x" * 101}, "name"),
        ({"name": ".."}, "name"),
        ({"name": "x", "description": "two\nlines"}, "description"),
        ({"name": "x", "description": "x" * 351}, "description"),
        (
            {"name": "x", "allow_merge_commit": False, "allow_squash_merge": False, "allow_rebase_merge": False},
            "merge_commit_allowed",
        ),
        ({"name": "x", "squash_merge_commit_message": "PR_BODY"}, "squash_merge_commit_title"),
    ],
)
def test_an_invalid_setting_is_refused_with_its_field(api: httpx.Client, settings: dict[str, Any], field: str) -> None:
    answer = api.post("orgs/maestro/repos", json=settings)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert api.get("orgs/maestro/repos").json() == []


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"has_issues": "yes"}, "For 'properties/has_issues', 'yes' is not a boolean."),
        ({"description": 7}, "For 'properties/description', 7 is not a string."),
        ({"visibility": "secret"}, "'secret' is not a member of"),
    ],
)
def test_a_setting_of_the_wrong_type_is_refused(api: httpx.Client, settings: dict[str, Any], text: str) -> None:
    create(api)
    answer = api.patch("repos/maestro/engine", json=settings)
    assert answer.status_code == 422
    assert text in answer.json()["message"]


def test_a_body_that_is_no_json_object_is_refused(api: httpx.Client) -> None:
    broken = api.post("orgs/maestro/repos", content=b"{name: engine")
    assert (broken.status_code, broken.json()["message"]) == (400, "Problems parsing JSON")
    array = api.post("orgs/maestro/repos", json=["engine"])
    assert (array.status_code, array.json()["message"]) == (400, "Body should be a JSON object")


def test_settings_are_patched_one_by_one(api: httpx.Client) -> None:
    create(api, description="old", has_wiki=False)
    patched = api.patch("repos/maestro/engine", json={"description": "new", "unknown": 1}).json()
    assert (patched["description"], patched["has_wiki"]) == ("new", False)
    assert api.get("repos/maestro/engine").json() == patched


def test_making_a_repository_what_it_is_already_changes_nothing(api: httpx.Client) -> None:
    create(api, visibility="private")
    answer = api.patch("repos/maestro/engine", json={"visibility": "private"})
    assert (answer.status_code, answer.json()["visibility"]) == (200, "private")


def test_a_renamed_repository_redirects_from_its_old_name(api: httpx.Client) -> None:
    number = create(api)["id"]
    assert api.patch("repos/maestro/engine", json={"name": "motor"}).json()["name"] == "motor"
    read = api.get("repos/maestro/engine/branches?per_page=1")
    assert read.status_code == 301
    assert read.headers["Location"].endswith(f"/repositories/{number}/branches?per_page=1")
    assert read.json()["message"] == "Moved Permanently"
    written = api.patch("repos/maestro/engine", json={"description": "d"}, follow_redirects=True)
    assert [step.status_code for step in written.history] == [307]
    assert written.json()["full_name"] == "maestro/motor"
    assert written.json()["description"] == "d"


def test_a_freed_name_can_be_used_again_and_redirects_no_more(api: httpx.Client) -> None:
    first = create(api)["id"]
    api.patch("repos/maestro/engine", json={"name": "motor"})
    second = create(api)["id"]
    assert api.get("repos/maestro/engine").json()["id"] == second != first
    taken = api.patch("repos/maestro/engine", json={"name": "Motor"})
    assert taken.json()["errors"][0]["message"] == "name already exists on this account"


def test_an_archived_repository_is_read_only_until_unarchived(api: httpx.Client) -> None:
    create(api)
    assert api.patch("repos/maestro/engine", json={"archived": True}).json()["archived"] is True
    for answer in (
        api.patch("repos/maestro/engine", json={"description": "new"}),
        api.put("repos/maestro/engine/topics", json={"names": ["x"]}),
        api.put("repos/maestro/engine/vulnerability-alerts"),
    ):
        assert answer.status_code == 403
        assert "archived" in answer.json()["message"]
    assert api.get("repos/maestro/engine").json()["description"] is None
    opened = api.patch("repos/maestro/engine", json={"archived": False, "description": "new"}).json()
    assert (opened["archived"], opened["description"]) == (False, "new")


def test_a_deleted_repository_is_gone_with_its_redirects(api: httpx.Client) -> None:
    create(api)
    api.patch("repos/maestro/engine", json={"name": "motor"})
    assert api.delete("repos/maestro/motor").status_code == 204
    assert api.get("repos/maestro/motor").status_code == 404
    assert api.get("repos/maestro/engine").status_code == 404


def test_topics_are_replaced_in_lower_case(api: httpx.Client) -> None:
    create(api)
    assert api.put("repos/maestro/engine/topics", json={"names": ["B2", "a"]}).json() == {"names": ["b2", "a"]}
    assert api.get("repos/maestro/engine").json()["topics"] == ["b2", "a"]
    assert api.put("repos/maestro/engine/topics", json={"names": ["no spaces"]}).status_code == 422
    assert api.get("repos/maestro/engine/topics").json() == {"names": ["b2", "a"]}


def test_alerts_and_security_fixes_are_switched(api: httpx.Client) -> None:
    create(api)
    assert api.get("repos/maestro/engine/vulnerability-alerts").status_code == 404
    assert api.put("repos/maestro/engine/automated-security-fixes").status_code == 422
    assert api.delete("repos/maestro/engine/automated-security-fixes").status_code == 422
    assert api.put("repos/maestro/engine/vulnerability-alerts").status_code == 204
    assert api.get("repos/maestro/engine/vulnerability-alerts").status_code == 204
    assert api.put("repos/maestro/engine/automated-security-fixes").status_code == 204
    fixes = api.get("repos/maestro/engine/automated-security-fixes")
    assert fixes.json() == {"enabled": True, "paused": False}
    document = api.get("repos/maestro/engine").json()["security_and_analysis"]
    assert document["dependabot_security_updates"] == {"status": "enabled"}


def test_auto_init_makes_a_first_commit(api: httpx.Client) -> None:
    create(api, auto_init=True)
    commit = api.get("repos/maestro/engine/commits/main").json()
    assert commit["commit"]["message"] == "Initial commit"
    assert [file["filename"] for file in commit["files"]] == ["README.md"]


def test_the_default_branch_must_exist(api: httpx.Client) -> None:
    create(api)
    empty = api.patch("repos/maestro/engine", json={"default_branch": "trunk"})
    assert "Cannot update default branch for an empty repository" in empty.json()["errors"][0]["message"]
    create(api, "site", auto_init=True)
    absent = api.patch("repos/maestro/site", json={"default_branch": "trunk"})
    assert absent.status_code == 422
    assert "The branch trunk was not found" in absent.json()["errors"][0]["message"]


def test_a_member_sees_private_repositories_but_administers_none(
    api: httpx.Client, server: Running, world: TenantAccess
) -> None:
    create(api, visibility="private")
    with client(world, create_token(server, world.name, "mia")) as member:
        document = member.get("repos/maestro/engine").json()
        assert document["permissions"] == {
            "admin": False,
            "maintain": False,
            "push": False,
            "triage": False,
            "pull": True,
        }
        assert "security_and_analysis" not in document
        refused = member.patch("repos/maestro/engine", json={"description": "mine"})
        assert refused.status_code == 403
        assert refused.json()["message"] == "Must have admin rights to Repository."


def test_outsiders_and_tokens_without_the_scope_learn_nothing_of_private_repositories(
    api: httpx.Client, server: Running, world: TenantAccess
) -> None:
    create(api, "hidden", visibility="private")
    create(api, "open")
    outsider = create_token(server, world.name, "otto", role="outsider")
    unscoped = create_token(server, world.name, "mia", scopes=[])
    for token in (None, outsider, unscoped):
        with client(world, token) as stranger:
            assert stranger.get("repos/maestro/hidden").status_code == 404
            assert [found["name"] for found in stranger.get("orgs/maestro/repos").json()] == ["open"]


def test_deleting_needs_its_own_scope(api: httpx.Client, server: Running, world: TenantAccess) -> None:
    create(api)
    with client(world, create_token(server, world.name, "ada", role="admin")) as admin:
        assert admin.delete("repos/maestro/engine").status_code == 403
    assert api.get("repos/maestro/engine").status_code == 200

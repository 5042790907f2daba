"""Teams, collaborators, members: and what they may do because of it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import Token

Users = Callable[..., httpx.Client]


@pytest.fixture
def private(api: httpx.Client) -> str:
    api.post("orgs/maestro/repos", json={"name": "vault", "private": True, "auto_init": True})
    return "repos/maestro/vault"


def team(api: httpx.Client, name: str, **settings: Any) -> dict[str, Any]:
    answer = api.post("orgs/maestro/teams", json={"name": name, "privacy": "closed"} | settings)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_team_is_made_renamed_and_deleted(api: httpx.Client) -> None:
    made = team(api, "Core Team", description="d")
    assert (made["slug"], made["members_count"], made["organization"]["login"]) == ("core-team", 1, "maestro")
    by_number = f"organizations/{made['organization']['id']}/team/{made['id']}"
    assert api.get(by_number).json() == api.get("orgs/maestro/teams/core-team").json()
    renamed = api.patch(by_number, json={"name": "Kernel", "parent_team_id": None}).json()
    assert (renamed["slug"], renamed["description"]) == ("kernel", "d")
    taken = api.post("orgs/maestro/teams", json={"name": "KERNEL"})
    assert (taken.status_code, taken.json()["errors"][0]["code"]) == (422, "already_exists")
    assert [each["slug"] for each in api.get("orgs/maestro/teams").json()] == ["kernel"]
    assert api.delete(by_number).status_code == 204
    assert api.get("orgs/maestro/teams/kernel").status_code == 404


def test_a_child_team_has_what_its_parent_has(api: httpx.Client, private: str, as_user: Users) -> None:
    parent = team(api, "Parent")
    child = team(api, "Child", parent_team_id=parent["id"])
    assert child["parent"]["slug"] == "parent"
    assert [each["slug"] for each in api.get("orgs/maestro/teams/parent/teams").json()] == ["child"]
    zoe = as_user("zoe")
    api.put("orgs/maestro/teams/child/memberships/zoe", json={"role": "member"})
    api.put("orgs/maestro/teams/parent/repos/maestro/vault", json={"permission": "maintain"})
    assert zoe.get(private).json()["permissions"] == {
        "admin": False,
        "maintain": True,
        "push": True,
        "triage": True,
        "pull": True,
    }
    refused = api.patch("orgs/maestro/teams/parent", json={"parent_team_id": child["id"]})
    assert refused.status_code == 422
    assert api.delete("orgs/maestro/teams/parent").status_code == 204
    assert api.get("orgs/maestro/teams").json() == []
    assert zoe.get(private).json()["permissions"]["push"] is False


def test_a_team_and_its_repositories(api: httpx.Client, private: str) -> None:
    number = team(api, "Core")["id"]
    base = f"organizations/{api.get('orgs/maestro').json()['id']}/team/{number}"
    address = f"{base}/repos/maestro/vault"
    assert api.get(address).status_code == 404
    assert api.put(address, json={"permission": "push"}).status_code == 204
    media = {"Accept": "application/vnd.github.v3.repository+json"}
    assert api.get(address, headers=media).json()["role_name"] == "write"
    assert api.get(address).status_code == 204
    assert [each["name"] for each in api.get(f"{base}/repos").json()] == ["vault"]
    [listed] = api.get(f"{private}/teams").json()
    assert (listed["slug"], listed["permission"]) == ("core", "push")
    assert api.put(address, json={"permission": "emperor"}).status_code == 422
    assert api.delete(address).status_code == 204
    assert api.get(f"{private}/teams").json() == []


def test_members_of_a_team(api: httpx.Client, as_user: Users) -> None:
    team(api, "Core")
    as_user("zoe")
    address = "orgs/maestro/teams/core/memberships/zoe"
    assert api.get(address).status_code == 404
    assert api.put(address, json={"role": "maintainer"}).json()["role"] == "maintainer"
    assert api.get(address).json()["state"] == "active"
    members = api.get("orgs/maestro/teams/core/members").json()
    assert [(each["login"], each["role"]) for each in members] == [
        ("maestro-owner", "maintainer"),
        ("zoe", "maintainer"),
    ]
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_only_owners_manage_teams(api: httpx.Client, as_user: Users) -> None:
    team(api, "Core")
    member, stranger = as_user("zoe"), as_user("mallory", role="outsider")
    assert member.post("orgs/maestro/teams", json={"name": "x"}).status_code == 403
    assert member.delete("orgs/maestro/teams/core").status_code == 403
    assert stranger.get("orgs/maestro/teams/core").status_code == 404


def test_an_outsider_gets_access_by_accepting_an_invitation(api: httpx.Client, private: str, as_user: Users) -> None:
    stranger = as_user("mallory", role="outsider")
    invited = api.put(f"{private}/collaborators/mallory", json={"permission": "triage"})
    assert (invited.status_code, invited.json()["permissions"]) == (201, "triage")
    assert stranger.get(private).status_code == 404
    [invitation] = api.get(f"{private}/invitations").json()
    changed = api.patch(f"{private}/invitations/{invitation['id']}", json={"permissions": "write"}).json()
    assert changed["permissions"] == "write"
    [mine] = stranger.get("user/repository_invitations").json()
    assert stranger.patch(f"user/repository_invitations/{mine['id']}").status_code == 204
    assert stranger.get(private).json()["permissions"]["push"] is True
    outside = api.get(f"{private}/collaborators", params={"affiliation": "outside"}).json()
    assert [(each["login"], each["role_name"]) for each in outside] == [("mallory", "write")]
    assert api.delete(f"{private}/collaborators/mallory").status_code == 204
    assert stranger.get(private).status_code == 404


def test_an_invitation_is_declined_or_taken_back(api: httpx.Client, private: str, as_user: Users) -> None:
    stranger = as_user("mallory", role="outsider")
    number = api.put(f"{private}/collaborators/mallory", json={}).json()["id"]
    assert stranger.delete(f"user/repository_invitations/{number}").status_code == 204
    number = api.put(f"{private}/collaborators/mallory", json={}).json()["id"]
    assert api.delete(f"{private}/invitations/{number}").status_code == 204
    assert stranger.get("user/repository_invitations").json() == []


def test_a_member_becomes_a_collaborator_at_once(api: httpx.Client, private: str, as_user: Users) -> None:
    member = as_user("zoe")
    assert member.get(private).json()["permissions"]["push"] is False
    assert api.put(f"{private}/collaborators/zoe", json={"permission": "admin"}).status_code == 204
    assert member.patch(private, json={"description": "mine"}).status_code == 200
    assert api.get(f"{private}/collaborators/zoe").status_code == 204
    document = api.get(f"{private}/collaborators/zoe/permission").json()
    assert (document["permission"], document["role_name"]) == ("admin", "admin")
    direct = api.get(f"{private}/collaborators", params={"affiliation": "direct"}).json()
    assert [each["login"] for each in direct] == ["zoe"]  # an owner has access by the organization, not by name


def test_members_join_change_their_role_and_leave(api: httpx.Client, as_user: Users, token: Token) -> None:
    stranger = as_user("mallory", role="outsider")
    pending = api.put("orgs/maestro/memberships/mallory", json={"role": "member"}).json()
    assert (pending["state"], pending["role"]) == ("pending", "member")
    assert api.get("orgs/maestro/members/mallory").status_code == 404
    assert stranger.patch("user/memberships/orgs/maestro", json={"state": "active"}).json()["state"] == "active"
    assert api.get("orgs/maestro/members/mallory").status_code == 204
    assert api.put("orgs/maestro/memberships/mallory", json={"role": "admin"}).json()["role"] == "admin"
    members = api.get("orgs/maestro/members", params={"role": "admin"}).json()
    assert [each["login"] for each in members] == ["maestro-owner", "mallory"]
    assert api.get("orgs/maestro/memberships/mallory").json()["role"] == "admin"
    assert api.delete("orgs/maestro/memberships/mallory").status_code == 204
    assert api.delete("orgs/maestro/members/maestro-owner").status_code == 403


def test_a_user_lists_the_organizations_that_took_them_in(
    api: httpx.Client, as_user: Callable[..., httpx.Client]
) -> None:
    outsider = as_user("otto", role="outsider")
    api.put("orgs/maestro/memberships/otto")
    assert outsider.get("user/orgs").json() == []  # invited, and has not accepted
    outsider.patch("user/memberships/orgs/maestro", json={"state": "active"})
    assert [found["login"] for found in outsider.get("user/orgs").json()] == ["maestro"]


def test_the_old_name_of_a_repository_redirects_under_its_teams_too(api: httpx.Client, private: str) -> None:
    team = api.post("orgs/maestro/teams", json={"name": "core"}).json()
    old = private
    assert api.put(f"orgs/maestro/teams/core/{old}").status_code == 204
    api.patch(private, json={"name": "motor"}).raise_for_status()
    by_number = f"organizations/{api.get('orgs/maestro').json()['id']}/team/{team['id']}/{old}"
    for address in (f"orgs/maestro/teams/core/{old}", by_number):
        accept = {"Accept": "application/vnd.github.v3.repository+json"}
        moved = api.get(address, headers=accept)
        assert (moved.status_code, moved.headers["Location"]) == (
            301,
            f"{api.base_url}{address.replace('vault', 'motor')}",
        )
        assert api.get(address, headers=accept, follow_redirects=True).json()["name"] == "motor"
    assert api.delete(by_number, follow_redirects=True).status_code == 204
    assert api.get(f"orgs/maestro/teams/core/{old.replace('vault', 'motor')}").status_code == 404


def test_access_to_an_archived_repository_cannot_be_changed(api: httpx.Client, private: str) -> None:
    api.post("orgs/maestro/teams", json={"name": "core"}).raise_for_status()
    address = f"orgs/maestro/teams/core/{private}"
    api.put(address).raise_for_status()
    api.patch(private, json={"archived": True}).raise_for_status()
    for answer in (api.put(address, json={"permission": "admin"}), api.delete(address)):
        assert (answer.status_code, answer.json()["message"]) == (403, "Repository was archived so is read-only.")
    assert api.get(address).status_code == 204

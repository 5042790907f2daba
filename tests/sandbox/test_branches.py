"""Branches, tags, refs and commits over REST, of what git pushed."""

from pathlib import Path

import httpx
import pytest

from sandbox.daemon.administration import TenantAccess
from tests.sandbox.conftest import Git


@pytest.fixture
def pushed(git: Git, work: str, api: httpx.Client, world: TenantAccess) -> str:
    """A repository with main and v1; the commit's id."""
    api.post("orgs/maestro/repos", json={"name": "engine"})
    git(work, "push", "--quiet", "--follow-tags", world.clone_url("engine"), "main")
    return git(work, "rev-parse", "main")


def test_branches_are_listed_and_shown(api: httpx.Client, pushed: str) -> None:
    [listed] = api.get("repos/maestro/engine/branches").json()
    assert (listed["name"], listed["commit"]["sha"], listed["protected"]) == ("main", pushed, False)
    document = api.get("repos/maestro/engine/branches/main").json()
    assert document["commit"]["commit"]["message"] == "First"
    assert document["commit"]["commit"]["author"] == {
        "name": "Zoë",
        "email": "zoe@maestro.example",
        "date": "2020-09-13T12:26:40Z",
    }
    absent = api.get("repos/maestro/engine/branches/none")
    assert (absent.status_code, absent.json()["message"]) == (404, "Branch not found")


def test_an_annotated_tag_shows_itself_as_a_ref_and_its_commit_as_a_tag(
    api: httpx.Client, git: Git, work: str, pushed: str
) -> None:
    ref = api.get("repos/maestro/engine/git/ref/tags/v1").json()
    assert ref["ref"] == "refs/tags/v1"
    assert (ref["object"]["type"], ref["object"]["sha"]) == ("tag", git(work, "rev-parse", "v1"))
    [tag] = api.get("repos/maestro/engine/tags").json()
    assert (tag["name"], tag["commit"]["sha"]) == ("v1", pushed)


def test_a_ref_is_matched_whole_and_matching_refs_by_their_start(api: httpx.Client, pushed: str) -> None:
    api.post("repos/maestro/engine/git/refs", json={"ref": "refs/heads/mainly", "sha": pushed})
    assert api.get("repos/maestro/engine/git/ref/heads/mai").status_code == 404
    assert api.get("repos/maestro/engine/git/ref/heads").status_code == 404
    found = api.get("repos/maestro/engine/git/matching-refs/heads/mai").json()
    assert [ref["ref"] for ref in found] == ["refs/heads/main", "refs/heads/mainly"]
    assert api.get("repos/maestro/engine/git/matching-refs/heads/x").json() == []


@pytest.mark.parametrize("ref", ["main", "heads/main", "v1", "tags/v1"])
def test_a_commit_is_found_by_branch_tag_and_id(api: httpx.Client, pushed: str, ref: str) -> None:
    assert api.get(f"repos/maestro/engine/commits/{ref}").json()["sha"] == pushed
    assert api.get(f"repos/maestro/engine/commits/{pushed[:7]}").json()["sha"] == pushed


def test_a_commit_shows_its_files(
    api: httpx.Client, git: Git, work: str, pushed: str, world: TenantAccess, tmp_path: Path
) -> None:
    (tmp_path / work / "ünï code").write_text("a\nb\n")
    git(work, "mv", "README", "READYOU")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", "Second\n\nWith a body")
    git(work, "push", "--quiet", world.clone_url("engine"), "main")
    commit = api.get("repos/maestro/engine/commits/main").json()
    assert commit["commit"]["message"] == "Second\n\nWith a body"
    assert [parent["sha"] for parent in commit["parents"]] == [pushed]
    assert commit["stats"] == {"total": 2, "additions": 2, "deletions": 0}
    files = [(file["filename"], file["status"], file.get("previous_filename")) for file in commit["files"]]
    assert files == [("READYOU", "renamed", "README"), ("ünï code", "added", None)]


def test_an_unknown_commit_and_an_empty_repository_have_githubs_answers(api: httpx.Client, pushed: str) -> None:
    unknown = api.get("repos/maestro/engine/commits/none")
    assert (unknown.status_code, unknown.json()["message"]) == (422, "No commit found for SHA: none")
    api.post("orgs/maestro/repos", json={"name": "empty"})
    for path in ("commits/main", "git/ref/heads/main"):
        assert api.get(f"repos/maestro/empty/{path}").status_code == 409
    assert api.get("repos/maestro/empty/branches").json() == []


def test_renaming_the_default_branch_keeps_it_the_default(api: httpx.Client, pushed: str) -> None:
    renamed = api.post("repos/maestro/engine/branches/main/rename", json={"new_name": "trunk"})
    assert (renamed.status_code, renamed.json()["name"]) == (201, "trunk")
    assert renamed.json()["commit"]["sha"] == pushed
    assert api.get("repos/maestro/engine").json()["default_branch"] == "trunk"
    assert [branch["name"] for branch in api.get("repos/maestro/engine/branches").json()] == ["trunk"]


def test_a_branch_is_not_renamed_to_a_taken_or_impossible_name(api: httpx.Client, pushed: str) -> None:
    api.post("repos/maestro/engine/git/refs", json={"ref": "refs/heads/next", "sha": pushed})
    for name in ("next", "a..b", "--force"):
        answer = api.post("repos/maestro/engine/branches/main/rename", json={"new_name": name})
        assert answer.status_code == 422
    assert api.get("repos/maestro/engine").json()["default_branch"] == "main"


def test_refs_are_made_moved_and_deleted(
    api: httpx.Client, git: Git, work: str, pushed: str, world: TenantAccess
) -> None:
    refs = "repos/maestro/engine/git/refs"
    made = api.post(refs, json={"ref": "refs/heads/next", "sha": pushed})
    assert (made.status_code, made.json()["object"]["sha"]) == (201, pushed)
    again = api.post(refs, json={"ref": "refs/heads/next", "sha": pushed})
    assert (again.status_code, again.json()["message"]) == (422, "Reference already exists")
    assert "errors" not in again.json()
    git(work, "commit", "--quiet", "--allow-empty", "--message", "Second")
    git(work, "push", "--quiet", world.clone_url("engine"), "main")
    second = git(work, "rev-parse", "main")
    assert api.patch(f"{refs}/heads/next", json={"sha": second}).json()["object"]["sha"] == second
    back = api.patch(f"{refs}/heads/next", json={"sha": pushed})
    assert (back.status_code, back.json()["message"]) == (422, "Update is not a fast forward")
    assert api.patch(f"{refs}/heads/next", json={"sha": pushed, "force": True}).status_code == 200
    assert api.post(refs, json={"ref": "refs/heads/no", "sha": "1" * 40}).status_code == 422
    assert api.delete(f"{refs}/heads/next").status_code == 204
    assert api.delete(f"{refs}/heads/next").status_code == 422
    assert api.delete(f"{refs}/heads/main").status_code == 422


def test_the_refs_of_pull_requests_are_nobodys_to_write(api: httpx.Client, repository: str) -> None:
    head = api.get(f"{repository}/git/ref/heads/main").json()["object"]["sha"]
    made = api.post(f"{repository}/git/refs", json={"ref": "refs/pull/1/head", "sha": head})
    moved = api.patch(f"{repository}/git/refs/pull/1/head", json={"sha": head})
    assert [made.status_code, moved.status_code] == [422, 422]
    assert api.delete(f"{repository}/git/refs/pull/1/head").status_code == 422
    assert "hidden ref" in made.json()["message"]

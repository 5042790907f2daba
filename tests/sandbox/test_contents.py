"""Files and git's objects over the API."""

import base64
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.daemon.administration import TenantAccess
from tests.sandbox.conftest import Git


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_file_is_made_read_changed_and_deleted(
    api: httpx.Client, repository: str, git: Git, work: str, world: TenantAccess
) -> None:
    address = f"{repository}/contents/docs/a%20b.md"
    made = api.put(address, json={"message": "Add", "content": encoded("one\n"), "branch": "main"})
    assert made.status_code == 201
    sha = made.json()["content"]["sha"]
    assert made.json()["content"]["url"].endswith("/contents/docs/a%20b.md?ref=main")
    read = api.get(address, params={"ref": "main"}).json()
    assert (base64.b64decode(read["content"]), read["path"], read["sha"]) == (b"one\n", "docs/a b.md", sha)
    changed = api.put(address, json={"message": "Change", "content": encoded("two\n"), "sha": sha})
    assert changed.status_code == 200
    commit = api.get(f"{repository}/commits/{changed.json()['commit']['sha']}").json()
    assert [(file["filename"], file["status"]) for file in commit["files"]] == [("docs/a b.md", "modified")]
    sha = changed.json()["content"]["sha"]
    missing = api.request("DELETE", address, json={"message": "Remove", "sha": sha, "branch": "main"})
    assert (missing.status_code, missing.json()["content"]) == (200, None)
    assert api.get(address).status_code == 404
    git(work, "pull", "--quiet", world.clone_url("engine"), "main")
    assert git(work, "log", "--format=%s", "-3") == "Remove\nChange\nAdd"


def test_a_file_is_written_by_whom_the_request_names(api: httpx.Client, repository: str) -> None:
    person = {"name": "Zoë", "email": "zoe@maestro.example", "date": "2020-09-13T12:26:40Z"}
    body = {"message": "Add", "content": encoded("x"), "committer": person}
    commit = api.put(f"{repository}/contents/x", json=body).json()["commit"]
    assert (commit["committer"], commit["author"]) == (person, person)


def test_only_who_knows_the_file_as_it_is_may_replace_it(api: httpx.Client, repository: str) -> None:
    body = {"message": "Change", "content": encoded("x")}
    unknown = api.put(f"{repository}/contents/README", json=body)
    assert (unknown.status_code, unknown.json()["message"]) == (422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    stale = api.put(f"{repository}/contents/README", json=body | {"sha": "0" * 40})
    assert (stale.status_code, stale.json()["message"]) == (409, f"README does not match {'0' * 40}")
    nowhere = api.put(f"{repository}/contents/x", json=body | {"branch": "none"})
    assert (nowhere.status_code, nowhere.json()["message"]) == (404, "Branch none not found")
    assert api.put(f"{repository}/contents/.git/config", json=body).status_code == 422


def test_the_first_file_of_an_empty_repository_makes_its_default_branch(api: httpx.Client) -> None:
    api.post("orgs/maestro/repos", json={"name": "site"})
    assert api.get("repos/maestro/site/contents/README.md").json()["message"] == "This repository is empty."
    body = {"message": "Begin", "content": encoded("x")}
    assert api.put("repos/maestro/site/contents/README.md", json=body).status_code == 201
    assert api.get("repos/maestro/site/commits").json()[0]["commit"]["message"] == "Begin"


def test_a_folder_lists_what_is_in_it(
    api: httpx.Client, repository: str, git: Git, work: str, world: TenantAccess, tmp_path: Path
) -> None:
    (tmp_path / work / "docs").mkdir()
    (tmp_path / work / "docs/a.md").write_text("a")
    (tmp_path / work / "link").symlink_to("README")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", "Docs")
    git(work, "push", "--quiet", world.clone_url("engine"), "main")
    listed = api.get(f"{repository}/contents").json()
    assert [(each["name"], each["type"], each["size"]) for each in listed] == [
        ("README", "file", 6),
        ("docs", "dir", 0),
        ("link", "symlink", 6),
    ]
    assert [each["path"] for each in api.get(f"{repository}/contents/docs/").json()] == ["docs/a.md"]
    assert api.get(f"{repository}/contents/link").json()["target"] == "README"
    assert api.get(f"{repository}/readme").json()["name"] == "README"
    raw = api.get(f"{repository}/contents/README", headers={"Accept": "application/vnd.github.raw+json"})
    assert raw.content == b"hello\n"


def test_a_write_to_a_protected_branch_is_refused(api: httpx.Client, repository: str) -> None:
    protection: dict[str, Any] = {
        "required_status_checks": None,
        "enforce_admins": True,
        "required_pull_request_reviews": {},
        "restrictions": None,
    }
    api.put(f"{repository}/branches/main/protection", json=protection)
    body = {"message": "Add", "content": encoded("x")}
    refused = api.put(f"{repository}/contents/x", json=body)
    message = "Could not create file: Changes must be made through a pull request."
    assert (refused.status_code, refused.json()["message"]) == (409, message)
    assert api.get(f"{repository}/contents/x").status_code == 404


def test_an_archived_repository_takes_no_files(api: httpx.Client, repository: str) -> None:
    api.patch(repository, json={"archived": True})
    refused = api.put(f"{repository}/contents/x", json={"message": "Add", "content": encoded("x")})
    assert (refused.status_code, "archived" in refused.json()["message"]) == (403, True)


def test_several_files_land_in_one_commit_through_git_objects(
    api: httpx.Client, repository: str, git: Git, work: str, world: TenantAccess, tmp_path: Path
) -> None:
    head = git(work, "rev-parse", "main")
    blob = api.post(f"{repository}/git/blobs", json={"content": encoded("ci\n"), "encoding": "base64"}).json()["sha"]
    entries = [
        {"path": ".github/ci.yml", "mode": "100644", "type": "blob", "sha": blob},
        {"path": "run.sh", "mode": "100755", "type": "blob", "content": "#!/bin/sh\n"},
        {"path": "README", "mode": "100644", "type": "blob", "sha": None},
    ]
    tree = api.post(f"{repository}/git/trees", json={"base_tree": head, "tree": entries}).json()
    assert [(entry["path"], entry["mode"]) for entry in tree["tree"]] == [(".github", "040000"), ("run.sh", "100755")]
    listed = api.get(f"{repository}/git/trees/{tree['sha']}", params={"recursive": "1"}).json()["tree"]
    assert [entry["path"] for entry in listed] == [".github", ".github/ci.yml", "run.sh"]
    body = {"message": "All at once", "tree": tree["sha"], "parents": [head]}
    commit = api.post(f"{repository}/git/commits", json=body).json()
    assert api.get(f"{repository}/git/commits/{commit['sha']}").json() == commit
    assert api.patch(f"{repository}/git/refs/heads/main", json={"sha": commit["sha"]}).status_code == 200
    git(work, "pull", "--quiet", world.clone_url("engine"), "main")
    assert (tmp_path / work / ".github/ci.yml").read_text() == "ci\n"
    assert not (tmp_path / work / "README").exists()
    assert git(work, "fsck", "--strict") == ""


def test_objects_that_are_not_there_are_refused(api: httpx.Client, repository: str) -> None:
    nothing = "0" * 40
    for path, body in (
        ("trees", {"tree": [{"path": "x", "mode": "100644", "type": "blob", "sha": nothing}]}),
        ("trees", {"base_tree": nothing, "tree": []}),
        ("commits", {"message": "x", "tree": nothing}),
        ("tags", {"tag": "v2", "message": "x", "object": nothing, "type": "commit"}),
    ):
        assert api.post(f"{repository}/git/{path}", json=body).status_code == 422, path
    for path in ("blobs", "commits", "tags"):
        assert api.get(f"{repository}/git/{path}/{nothing}").status_code == 404, path


def test_an_annotated_tag_is_made_and_read(api: httpx.Client, repository: str, git: Git, work: str) -> None:
    target = git(work, "rev-parse", "main")
    body = {"tag": "v2", "message": "Two", "object": target, "type": "commit"}
    tag = api.post(f"{repository}/git/tags", json=body).json()
    assert api.get(f"{repository}/git/tags/{tag['sha']}").json() == tag
    api.post(f"{repository}/git/refs", json={"ref": "refs/tags/v2", "sha": tag["sha"]})
    assert {each["name"]: each["commit"]["sha"] for each in api.get(f"{repository}/tags").json()}["v2"] == target


def test_commits_are_listed_by_path_and_compared(api: httpx.Client, repository: str, git: Git, work: str) -> None:
    first = git(work, "rev-parse", "main")
    for name in ("a", "b"):
        api.put(f"{repository}/contents/{name}", json={"message": f"Add {name}", "content": encoded(name)})
    listed = api.get(f"{repository}/commits", params={"per_page": 2})
    assert [commit["commit"]["message"] for commit in listed.json()] == ["Add b", "Add a"]
    assert 'rel="next"' in listed.headers["Link"]
    [only] = api.get(f"{repository}/commits", params={"path": "a"}).json()
    assert only["commit"]["message"] == "Add a"
    compared = api.get(f"{repository}/compare/{first}...main").json()
    assert (compared["status"], compared["ahead_by"], compared["behind_by"]) == ("ahead", 2, 0)
    assert [file["filename"] for file in compared["files"]] == ["a", "b"]
    paged = api.get(f"{repository}/compare/{first}...main", params={"per_page": 1})
    second = api.get(paged.links["next"]["url"]).json()
    assert [commit["sha"] for commit in paged.json()["commits"] + second["commits"]] == [
        commit["sha"] for commit in compared["commits"]
    ]
    assert (len(paged.json()["files"]), second["files"]) == (2, [])
    assert api.get(f"{repository}/compare/main...main").json()["status"] == "identical"
    [branch] = api.get(f"{repository}/commits/{compared['commits'][-1]['sha']}/branches-where-head").json()
    assert branch["name"] == "main"


@pytest.mark.parametrize("path", ["a/b", "heads/x", "ü", "per%20cent"])
def test_paths_of_any_spelling_are_found_again(api: httpx.Client, repository: str, path: str) -> None:
    api.put(f"{repository}/contents/{path}", json={"message": "Add", "content": encoded("x")})
    assert api.get(f"{repository}/contents/{path}").status_code == 200


@pytest.mark.parametrize("accept", ["application/vnd.github.raw+json", "application/vnd.github.v3.raw"])
def test_a_readme_is_read_as_it_is(api: httpx.Client, repository: str, accept: str) -> None:
    for address in ("readme", "contents/README"):
        assert api.get(f"{repository}/{address}", headers={"Accept": accept}).text == "hello\n"


def test_what_is_not_base64_makes_no_blob(api: httpx.Client, repository: str) -> None:
    refused = api.post(f"{repository}/git/blobs", json={"content": "@@", "encoding": "base64"})
    assert (refused.status_code, refused.json()["message"]) == (422, "content is not valid Base64")
    wrapped = api.post(f"{repository}/git/blobs", json={"content": "aGVs\nbG8K\n", "encoding": "base64"}).json()
    assert api.get(f"{repository}/git/blobs/{wrapped['sha']}").json()["size"] == 6


def test_a_commit_is_found_as_head(api: httpx.Client, repository: str) -> None:
    assert api.get(f"{repository}/commits/HEAD").json() == api.get(f"{repository}/commits/main").json()


def test_histories_that_share_nothing_are_not_compared(
    api: httpx.Client, repository: str, git: Git, work: str, world: TenantAccess
) -> None:
    git(work, "switch", "--quiet", "--orphan", "other")
    git(work, "commit", "--quiet", "--allow-empty", "--message", "Elsewhere")
    git(work, "push", "--quiet", world.clone_url("engine"), "other")
    refused = api.get(f"{repository}/compare/main...other")
    assert (refused.status_code, refused.json()["message"]) == (404, "No common ancestor between main and other.")


def test_commits_are_found_by_the_name_of_a_bot(
    api: httpx.Client, repository: str, git: Git, work: str, world: TenantAccess
) -> None:
    git(work, "commit", "--quiet", "--allow-empty", "--author", "renovate[bot] <r@bots.example>", "--message", "Bump")
    git(work, "push", "--quiet", world.clone_url("engine"), "main")
    found = api.get(f"{repository}/commits", params={"author": "renovate[bot]"}).json()
    assert [commit["commit"]["message"] for commit in found] == ["Bump"]

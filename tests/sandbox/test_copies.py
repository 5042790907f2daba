"""Forks, repositories made from templates, templates for files, Pages."""

from collections.abc import Callable

import httpx

from sandbox.daemon.administration import TenantAccess, create_organization
from sandbox.daemon.process import Running
from tests.sandbox.conftest import Git


def test_a_fork_has_the_commits_of_its_source(
    api: httpx.Client, repository: str, server: Running, world: TenantAccess, git: Git, work: str
) -> None:
    create_organization(server, world.name, "elsewhere")
    fork = api.post(f"{repository}/forks", json={"organization": "elsewhere", "name": "copy"}).json()
    assert (fork["full_name"], fork["fork"], fork["parent"]["full_name"]) == ("elsewhere/copy", True, "maestro/engine")
    ref = api.get("repos/elsewhere/copy/git/ref/heads/main").json()
    assert ref["object"]["sha"] == git(work, "rev-parse", "main")
    assert [each["full_name"] for each in api.get(f"{repository}/forks").json()] == ["elsewhere/copy"]
    again = api.post(f"{repository}/forks", json={"organization": "elsewhere", "name": "copy"}).json()
    assert again["id"] == fork["id"]


def test_a_template_gives_its_files_without_its_history(api: httpx.Client, repository: str) -> None:
    body = {"owner": "maestro", "name": "made", "description": "From a template"}
    assert api.post(f"{repository}/generate", json=body).status_code == 404
    api.patch(repository, json={"is_template": True})
    made = api.post(f"{repository}/generate", json=body).json()
    assert (made["template_repository"]["name"], made["fork"]) == ("engine", False)
    [commit] = api.get("repos/maestro/made/commits").json()
    assert commit["commit"]["message"] == "Initial commit"
    assert [each["name"] for each in api.get("repos/maestro/made/contents").json()] == ["README"]


def test_templates_for_files_put_them_into_the_first_commit(api: httpx.Client) -> None:
    body = {"name": "site", "auto_init": True, "gitignore_template": "Python", "license_template": "mit"}
    api.post("orgs/maestro/repos", json=body)
    listed = api.get("repos/maestro/site/contents").json()
    assert [each["name"] for each in listed] == [".gitignore", "LICENSE", "README.md"]


def test_pages_are_switched_on_changed_and_off(
    api: httpx.Client, repository: str, as_user: Callable[..., httpx.Client]
) -> None:
    assert api.get(f"{repository}/pages").status_code == 404
    made = api.post(f"{repository}/pages", json={"build_type": "legacy", "source": {"branch": "main"}}).json()
    assert (made["source"], api.get(repository).json()["has_pages"]) == ({"branch": "main", "path": "/"}, True)
    assert api.post(f"{repository}/pages", json={"build_type": "workflow"}).status_code == 409
    assert api.put(f"{repository}/pages", json={"cname": "maestro.example"}).status_code == 204
    assert api.get(f"{repository}/pages").json()["cname"] == "maestro.example"
    assert as_user("zoe").delete(f"{repository}/pages").status_code == 403
    assert api.delete(f"{repository}/pages").status_code == 204
    assert api.get(repository).json()["has_pages"] is False

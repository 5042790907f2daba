"""Clients that people use, unmodified: PyGithub, gh with TLS and on its own localhost, octokit."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from github import Auth, Github, GithubException, InputGitTreeElement

from sandbox.daemon.administration import OpenSecret, TenantAccess, imitate, open_host, read_secrets
from sandbox.daemon.process import Running
from tests.sandbox.programs import github_cli, octokit

Gh = Callable[..., Any]


@pytest.fixture
def github(world: TenantAccess) -> Iterator[Github]:
    with Github(base_url=world.api_url, auth=Auth.Token(world.token)) as opened:
        yield opened


def test_pygithub_manages_a_repository(github: Github, server: Running, world: TenantAccess) -> None:
    organization = github.get_organization("maestro")
    repository = organization.create_repo("engine", private=True, auto_init=True)
    repository.create_file("a.txt", "Add", "one", branch="main")
    file = repository.get_contents("a.txt")
    assert not isinstance(file, list)
    repository.update_file(file.path, "Change", "two", file.sha)
    assert [commit.commit.message for commit in repository.get_commits()] == ["Change", "Add", "Initial commit"]
    repository.create_secret("TOKEN", "s3cret")
    assert read_secrets(server, world.name) == [OpenSecret("engine", "actions", "TOKEN", "s3cret")]
    team = organization.create_team("Core", privacy="closed")
    team.update_team_repository(repository, "push")
    assert [each.name for each in team.get_repos()] == ["engine"]
    environment = repository.create_environment("production", wait_timer=5)
    assert [rule.type for rule in environment.protection_rules] == ["wait_timer"]


def test_pygithub_meets_the_rules_of_a_branch(github: Github) -> None:
    repository = github.get_organization("maestro").create_repo("engine", auto_init=True)
    branch = repository.get_branch("main")
    branch.edit_protection(required_approving_review_count=1, enforce_admins=True)
    head = repository.get_git_commit(branch.commit.sha)
    entry = InputGitTreeElement("x", "100644", "blob", content="x")
    commit = repository.create_git_commit("Add", repository.create_git_tree([entry], head.tree), [head])
    with pytest.raises(GithubException, match="Changes must be made through a pull request"):
        repository.get_git_ref("heads/main").edit(commit.sha)
    branch.remove_protection()
    repository.create_git_ref("refs/heads/feature", commit.sha)
    pull = repository.create_pull("main", "feature", title="A feature")
    assert pull.mergeable is True
    assert pull.merge(merge_method="squash").merged is True
    assert pull.is_merged() is True


@pytest.fixture(params=["https", "github.localhost"])
def gh(request: pytest.FixtureRequest, server: Running, world: TenantAccess, tmp_path: Path) -> Gh:
    """Run gh against the world; what it prints, read as JSON where it is."""
    program = github_cli()
    if isinstance(program, str):
        pytest.skip(program)
    imitate(server, world.name, server_version="3.19.0")
    host = open_host(server, world.name)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GH_PROMPT_DISABLED": "1", "NO_COLOR": "1"}
    if request.param == "https":
        name = f"127.0.0.1:{host.https}"
        environment |= {"GH_HOST": name, "GH_ENTERPRISE_TOKEN": world.token, "SSL_CERT_FILE": host.authority}
        environment["GIT_SSL_CAINFO"] = host.authority
    else:
        name = request.param
        environment |= {"GH_HOST": name, "GH_TOKEN": world.token, "http_proxy": f"http://127.0.0.1:{host.http}"}

    def run(*arguments: str, repository: str = "") -> Any:
        named = ("-R", f"{name}/{repository}") if repository else ()
        command = [str(program), *arguments, *named]
        done = subprocess.run(command, cwd=tmp_path, env=environment, text=True, capture_output=True, check=False)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        try:
            return json.loads(done.stdout)
        except ValueError:
            return done.stdout.strip()

    return run


def test_gh_manages_a_repository(gh: Gh, server: Running, world: TenantAccess, tmp_path: Path) -> None:
    assert gh("api", "user", "--jq", ".login") == "maestro-owner"
    gh("repo", "create", "maestro/engine", "--private", "--add-readme", "--description", "The backend")
    assert gh("repo", "list", "maestro", "--json", "name,visibility") == [{"name": "engine", "visibility": "PRIVATE"}]
    assert gh("issue", "create", "--title", "A fault", "--body", "x", repository="maestro/engine").endswith("/issues/1")
    assert gh("issue", "list", "--json", "number,title", repository="maestro/engine") == [
        {"number": 1, "title": "A fault"}
    ]
    gh("secret", "set", "TOKEN", "--body", "s3cret", repository="maestro/engine")
    assert read_secrets(server, world.name) == [OpenSecret("engine", "actions", "TOKEN", "s3cret")]
    gh("variable", "set", "URL", "--body", "https://packages.example", repository="maestro/engine")
    ruleset = ("name=Main", "target=branch", "enforcement=active")
    gh("api", "repos/maestro/engine/rulesets", *(part for field in ruleset for part in ("-f", field)))
    assert "Main\tmaestro/engine (repo)\tactive" in gh("ruleset", "list", repository="maestro/engine")
    assert "bug\t" in gh("label", "list", repository="maestro/engine")


def test_gh_clones_and_opens_pull_requests(gh: Gh, tmp_path: Path) -> None:
    gh("repo", "create", "maestro/engine", "--private", "--add-readme")
    head = gh("api", "repos/maestro/engine/git/ref/heads/main", "--jq", ".object.sha")
    gh("api", "repos/maestro/engine/git/refs", "-f", "ref=refs/heads/feature", "-f", f"sha={head}")
    file = ("message=Add", "content=aGkK", "branch=feature")
    gh("api", "repos/maestro/engine/contents/a", "-X", "PUT", *(part for field in file for part in ("-f", field)))
    opened = ("pr", "create", "--head", "feature", "--base", "main", "--title", "A feature", "--body", "x")
    assert gh(*opened, repository="maestro/engine").endswith("/maestro/engine/pull/1")
    assert gh("pr", "list", "--json", "number,headRefName,state", repository="maestro/engine") == [
        {"headRefName": "feature", "number": 1, "state": "OPEN"}
    ]
    assert gh("api", "--paginate", "repos/maestro/engine/labels?per_page=4", "--jq", ".[].name").count("\n") == 8


def test_git_clones_from_a_host_with_tls(server: Running, world: TenantAccess, tmp_path: Path) -> None:
    host = open_host(server, world.name)
    address = f"https://127.0.0.1:{host.https}"
    headers = {"Authorization": f"Bearer {world.token}"}
    body = {"name": "engine", "auto_init": True}
    httpx.post(f"{world.api_url}/orgs/maestro/repos", headers=headers, json=body).raise_for_status()
    trusting = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_SSL_CAINFO": host.authority}
    subprocess.run(["git", "clone", "--quiet", f"{address}/maestro/engine.git"], cwd=tmp_path, env=trusting, check=True)
    assert (tmp_path / "engine" / "README.md").exists()


def test_octokit_manages_a_repository(world: TenantAccess) -> None:
    folder = octokit()
    if isinstance(folder, str):
        pytest.skip(folder)
    done = subprocess.run(
        ["node", "--input-type=module", "-"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "API_URL": world.api_url, "TOKEN": world.token},
        input=(Path(__file__).parent / "use_octokit.mjs").read_text(),
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "merged": True,
        "issues": ["One", "Two", "Three"],
        "rulesets": ["Main"],
        "key": 32,
        "name": "maestro/engine",
        "pulls": ["MERGED"],
        "missing": ["HttpError", 404],
    }

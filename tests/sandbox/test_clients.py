"""Clients that people use, unmodified."""

import pytest
from github import Auth, Github, GithubException, InputGitTreeElement

from sandbox.administration import OpenSecret, WorldAccess, read_secrets
from sandbox.process import Running


@pytest.fixture
def github(world: WorldAccess) -> Github:
    return Github(base_url=world.api_url, auth=Auth.Token(world.token))


def test_pygithub_manages_a_repository(github: Github, server: Running, world: WorldAccess) -> None:
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

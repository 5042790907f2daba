"""What a merge needs besides approvals: code owners, another approver than the last pusher, a current branch."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.daemon.administration import TenantAccess
from sandbox.rules.code_owners import fits, parse
from tests.sandbox.conftest import Git

Users = Callable[..., httpx.Client]
Pull = Callable[..., str]


@pytest.fixture
def writers(api: httpx.Client, repository: str, as_user: Users) -> dict[str, httpx.Client]:
    """zoe and ann, who may write; ann is in the team core."""
    found = {login: as_user(login) for login in ("zoe", "ann")}
    for login in found:
        api.put(f"{repository}/collaborators/{login}", json={"permission": "push"}).raise_for_status()
    api.post("orgs/maestro/teams", json={"name": "core", "privacy": "closed"}).raise_for_status()
    api.put("orgs/maestro/teams/core/memberships/ann", json={"role": "member"}).raise_for_status()
    api.put(f"orgs/maestro/teams/core/{repository}", json={"permission": "push"}).raise_for_status()
    return found


@pytest.fixture
def pull(api: httpx.Client, git: Git, work: str, repository: str, world: TenantAccess, tmp_path: Path) -> Pull:
    """Put CODEOWNERS on main and open a pull request that adds a file; its path in the API."""

    def make(owners: str, path: str = "src/a.py", token: str = world.token) -> str:
        (tmp_path / work / "CODEOWNERS").write_text(owners)
        git(work, "add", "--all")
        git(work, "commit", "--quiet", "--message", "Own it")
        git(work, "push", "--quiet", world.clone_url("engine"), "main")
        git(work, "switch", "--quiet", "--create", "feature")
        (tmp_path / work / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / work / path).write_text("1\n")
        git(work, "add", "--all")
        git(work, "commit", "--quiet", "--message", "Add")
        git(work, "push", "--quiet", world.clone_url("engine"), "feature", token=token)
        api.post(f"{repository}/pulls", json={"title": "Add", "head": "feature", "base": "main"}).raise_for_status()
        return f"{repository}/pulls/1"

    return make


def demand(api: httpx.Client, repository: str, *others: dict[str, Any], **parameters: Any) -> None:
    """Protect main: no approval but what the parameters demand."""
    defaults = {
        "required_approving_review_count": 0,
        "dismiss_stale_reviews_on_push": False,
        "require_code_owner_review": False,
        "require_last_push_approval": False,
        "required_review_thread_resolution": False,
    }
    rules = [{"type": "pull_request", "parameters": defaults | parameters}] if parameters else []
    conditions = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    body = {"name": "guard", "enforcement": "active", "conditions": conditions, "rules": [*rules, *others]}
    api.post(f"{repository}/rulesets", json=body).raise_for_status()


def merged(api: httpx.Client, pull: str) -> str:
    """ "" when it was merged, otherwise why not."""
    answer = api.put(f"{pull}/merge", json={})
    assert answer.status_code in {200, 405}, answer.text
    return "" if answer.status_code == 200 else str(answer.json()["message"])


def test_a_merge_waits_for_a_code_owner(
    api: httpx.Client, repository: str, writers: dict[str, httpx.Client], pull: Pull
) -> None:
    address = pull("* @zoe\n/src/ @maestro/core  # the last line that fits counts\n")
    demand(api, repository, require_code_owner_review=True)
    assert api.get(address).json()["mergeable_state"] == "blocked"
    writers["zoe"].post(f"{address}/reviews", json={"event": "APPROVE"})
    assert "Waiting on code owner review from maestro/core." in merged(api, address)
    writers["ann"].post(f"{address}/reviews", json={"event": "APPROVE"})
    assert merged(api, address) == ""


@pytest.mark.parametrize(
    "owners", ["/src/ @nobody\n", "/src/ @maestro/ghosts\n", "/src/[a-z] @zoe\n", "/docs/ @zoe\n", "/src/\n"]
)
def test_an_owner_that_github_does_not_know_demands_nothing(
    api: httpx.Client, repository: str, writers: dict[str, httpx.Client], pull: Pull, owners: str
) -> None:
    address = pull(owners)
    demand(api, repository, require_code_owner_review=True)
    assert merged(api, address) == ""


def test_the_last_pusher_does_not_approve_the_own_push(
    api: httpx.Client,
    repository: str,
    writers: dict[str, httpx.Client],
    pull: Pull,
    git: Git,
    work: str,
    world: TenantAccess,
    token: Callable[..., str],
) -> None:
    address = pull("")
    demand(api, repository, required_approving_review_count=1, require_last_push_approval=True)
    git(work, "commit", "--quiet", "--allow-empty", "--message", "More")
    git(work, "push", "--quiet", world.clone_url("engine"), "feature", token=token("zoe"))
    writers["zoe"].post(f"{address}/reviews", json={"event": "APPROVE"})
    refused = merged(api, address)
    assert "New changes require approval from someone other than zoe because they were the last pusher." in refused
    writers["ann"].post(f"{address}/reviews", json={"event": "APPROVE"})
    assert merged(api, address) == ""


def test_an_approval_before_the_last_push_does_not_cover_it(
    api: httpx.Client,
    repository: str,
    writers: dict[str, httpx.Client],
    pull: Pull,
    git: Git,
    work: str,
    world: TenantAccess,
) -> None:
    address = pull("")
    demand(api, repository, required_approving_review_count=1, require_last_push_approval=True)
    writers["ann"].post(f"{address}/reviews", json={"event": "APPROVE"})
    git(work, "commit", "--quiet", "--allow-empty", "--message", "More")
    git(work, "push", "--quiet", world.clone_url("engine"), "feature")
    assert "New changes require approval" in merged(api, address)


def test_a_branch_that_is_behind_is_updated_before_it_is_merged(
    api: httpx.Client,
    repository: str,
    pull: Pull,
    git: Git,
    work: str,
    world: TenantAccess,
    tmp_path: Path,
) -> None:
    address = pull("")
    checks = {"required_status_checks": [{"context": "test"}], "strict_required_status_checks_policy": True}
    head = api.get(address).json()["head"]["sha"]
    api.post(f"{repository}/statuses/{head}", json={"state": "success", "context": "test"})
    content = {"message": "Meanwhile", "content": "YQ==", "branch": "main"}
    api.put(f"{repository}/contents/other", json=content).raise_for_status()
    demand(api, repository, {"type": "required_status_checks", "parameters": checks})
    assert api.get(address).json()["mergeable_state"] == "behind"
    assert 'Required status check "test" is expected.' in merged(api, address)
    assert api.put(f"{address}/update-branch", json={"expected_head_sha": "0" * 40}).status_code == 422
    assert api.put(f"{address}/update-branch", json={"expected_head_sha": head}).status_code == 202
    head = api.get(address).json()["head"]["sha"]
    api.post(f"{repository}/statuses/{head}", json={"state": "success", "context": "test"})
    assert api.get(address).json()["mergeable_state"] == "clean"
    assert api.put(f"{address}/update-branch", json={}).status_code == 422  # nothing to do
    assert merged(api, address) == ""


def test_the_errors_of_code_owners_are_listed_with_line_and_column(
    api: httpx.Client, repository: str, writers: dict[str, httpx.Client], pull: Pull
) -> None:
    assert api.get(f"{repository}/codeowners/errors").status_code == 404
    pull("* @zoe\n/src/ @nobody @maestro/ghosts\n!/docs @zoe\n*.py zoe\n# a comment\n")
    errors = api.get(f"{repository}/codeowners/errors").json()["errors"]
    assert [(error["line"], error["column"], error["kind"]) for error in errors] == [
        (2, 7, "Unknown owner"),
        (2, 15, "Unknown owner"),
        (3, 1, "Invalid pattern"),
        (4, 6, "Invalid owner"),
    ]
    assert errors[0]["suggestion"] == "make sure @nobody exists and has write access to the repository"
    assert errors[0]["message"].splitlines()[-1].index("^") == 2 + errors[0]["column"] - 1
    assert {error["path"] for error in errors} == {"CODEOWNERS"}


@pytest.mark.parametrize(
    ("pattern", "path", "is_owned"),
    [
        ("*", "a/b/c", True),
        ("*.js", "a/b.js", True),
        ("/build/logs/", "build/logs/a/b", True),
        ("/build/logs/", "x/build/logs/a", False),
        ("docs/*", "docs/a.md", True),
        ("docs/*", "docs/a/b.md", False),
        ("apps/", "x/apps/a", True),
        ("/docs/", "docs/a/b", True),
        ("/apps/github", "apps/github/a", True),
        ("/apps/github", "apps/github2", False),
        ("**/logs", "a/b/logs/c", True),
        ("**/logs", "logs", True),
        ("/a/**/z", "a/b/c/z", True),
        ("a?c", "abc", True),
        ("src/a b", "src/a b", True),
        ("README", "Readme", False),
    ],
)
def test_a_pattern_fits_as_githubs_examples_say(pattern: str, path: str, is_owned: bool) -> None:
    assert fits(pattern, path) is is_owned


def test_a_blank_in_a_path_is_escaped() -> None:
    assert parse("CODEOWNERS", "/src/a\\ b @zoe\n").owners_of("src/a b") == ("@zoe",)

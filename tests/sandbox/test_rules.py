"""Branch protection and rulesets: kept and shown, and enforced on pushes and over the API."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.records.protection import matches
from tests.sandbox.conftest import Git, Token

Push = Callable[..., str | None]
OFF: dict[str, Any] = {
    "required_status_checks": None,
    "enforce_admins": True,
    "required_pull_request_reviews": None,
    "restrictions": None,
}
PULL_REQUEST = {
    "type": "pull_request",
    "parameters": {
        "required_approving_review_count": 1,
        "dismiss_stale_reviews_on_push": True,
        "require_code_owner_review": False,
        "require_last_push_approval": False,
        "required_review_thread_resolution": False,
    },
}


def protect(api: httpx.Client, repository: str, **settings: Any) -> dict[str, Any]:
    answer = api.put(f"{repository}/branches/main/protection", json=OFF | settings)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def ruleset(api: httpx.Client, owner: str, *rules: dict[str, Any], **settings: Any) -> dict[str, Any]:
    body = {
        "name": "guard",
        "target": "branch",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
        "rules": list(rules),
    }
    answer = api.post(f"{owner}/rulesets", json=body | settings)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


@pytest.fixture
def commit(git: Git, work: str, tmp_path: Path) -> Callable[..., str]:
    """Make a commit on main in the work folder; its id."""

    def make(message: str = "Second", **settings: str) -> str:
        (tmp_path / work / "README").write_text(message)
        git(work, "commit", "--all", "--quiet", "--message", message)
        return git(work, "rev-parse", "HEAD")

    return make


def test_classic_protection_is_shown_as_it_was_set(api: httpx.Client, repository: str) -> None:
    document = protect(
        api,
        repository,
        required_status_checks={"strict": True, "contexts": ["lint"], "checks": [{"context": "test", "app_id": 15368}]},
        required_pull_request_reviews={"required_approving_review_count": 2, "dismiss_stale_reviews": True},
        restrictions={"users": ["maestro-owner", "nobody"], "teams": [], "apps": ["github-actions"]},
        required_linear_history=True,
    )
    assert document["required_status_checks"]["checks"] == [
        {"context": "lint", "app_id": None},
        {"context": "test", "app_id": 15368},
    ]
    assert document["required_pull_request_reviews"]["required_approving_review_count"] == 2
    assert [user["login"] for user in document["restrictions"]["users"]] == ["maestro-owner"]
    assert [app["slug"] for app in document["restrictions"]["apps"]] == ["github-actions"]
    assert api.get(f"{repository}/branches/main/protection").json() == document
    assert api.get(f"{repository}/branches/main").json()["protected"] is True
    assert api.delete(f"{repository}/branches/main/protection").status_code == 204
    missing = api.get(f"{repository}/branches/main/protection")
    assert (missing.status_code, missing.json()["message"]) == (404, "Branch not protected")


def test_the_parts_of_classic_protection_change_alone(api: httpx.Client, repository: str) -> None:
    protect(
        api,
        repository,
        required_status_checks={"strict": False, "contexts": ["lint"]},
        restrictions={"users": [], "teams": []},
    )
    base = f"{repository}/branches/main/protection"
    assert api.get(f"{base}/required_signatures").json()["enabled"] is False
    assert api.post(f"{base}/required_signatures").json()["enabled"] is True
    for _ in range(2):  # deleting what is not there is no error
        assert api.delete(f"{base}/required_signatures").status_code == 204
    assert api.get(f"{base}/enforce_admins").json()["enabled"] is True
    assert api.delete(f"{base}/enforce_admins").status_code == 204
    assert api.post(f"{base}/enforce_admins").json()["enabled"] is True
    assert api.patch(f"{base}/required_status_checks", json={"strict": True}).json()["contexts"] == ["lint"]
    assert api.get(f"{base}/required_status_checks").json()["strict"] is True
    assert api.delete(f"{base}/required_status_checks").status_code == 204
    assert api.delete(f"{base}/required_pull_request_reviews").status_code == 204
    assert api.get(f"{base}/required_pull_request_reviews").status_code == 404
    reviews = api.patch(f"{base}/required_pull_request_reviews", json={"required_approving_review_count": 3}).json()
    assert reviews["required_approving_review_count"] == 3
    assert api.get(f"{base}/restrictions").json()["users"] == []
    assert api.delete(f"{base}/restrictions").status_code == 204


def test_a_push_to_a_protected_branch_is_refused_with_githubs_words(
    api: httpx.Client, repository: str, commit: Callable[..., str], push: Push, git: Git, work: str
) -> None:
    protect(api, repository, required_pull_request_reviews={"required_approving_review_count": 1})
    before = git(work, "rev-parse", "HEAD")
    commit()
    output = push(work, "main")
    assert output is not None
    assert "remote: error: GH006: Protected branch update failed for refs/heads/main." in output
    assert "remote: - Changes must be made through a pull request." in output
    assert api.get(f"{repository}/git/ref/heads/main").json()["object"]["sha"] == before
    assert push(work, "main:feature") is None


def test_administrators_are_exempt_unless_the_rule_says_otherwise(
    api: httpx.Client, repository: str, commit: Callable[..., str], push: Push, work: str, token: Token
) -> None:
    protect(api, repository, required_pull_request_reviews={}, enforce_admins=False)
    writer = token("zoe")
    api.put(f"{repository}/collaborators/zoe", json={"permission": "push"})
    commit()
    assert "GH006" in (push(work, "main", token=writer) or "")
    assert push(work, "main") is None


def test_force_pushes_and_deletions_are_refused_even_to_administrators(
    api: httpx.Client, repository: str, commit: Callable[..., str], push: Push, git: Git, work: str
) -> None:
    protect(api, repository, enforce_admins=False)
    commit()
    assert push(work, "main") is None
    git(work, "reset", "--hard", "--quiet", "HEAD~1")
    commit("Other")
    assert "Cannot force-push to this branch" in (push(work, "--force", "main") or "")
    api.post(f"{repository}/git/refs", json={"ref": "refs/heads/next", "sha": git(work, "rev-parse", "HEAD~1")})
    api.patch(repository, json={"default_branch": "next"})
    assert "Cannot delete this branch" in (push(work, "--delete", "main") or "")
    refused = api.delete(f"{repository}/git/refs/heads/main")
    assert (refused.status_code, refused.json()["message"]) == (422, "Cannot delete this branch")
    protect(api, repository, allow_force_pushes=True, allow_deletions=True)
    assert push(work, "--force", "main") is None
    assert push(work, "--delete", "main") is None


def test_who_is_not_listed_may_not_push(
    api: httpx.Client, repository: str, commit: Callable[..., str], push: Push, work: str, token: Token
) -> None:
    writers = {login: token(login) for login in ("zoe", "ann")}
    for login in writers:
        api.put(f"{repository}/collaborators/{login}", json={"permission": "push"})
    protect(api, repository, restrictions={"users": ["ann"], "teams": [], "apps": []})
    commit()
    assert "You're not authorized to push to this branch" in (push(work, "main", token=writers["zoe"]) or "")
    assert push(work, "main", token=writers["ann"]) is None


def test_required_checks_let_in_what_was_reported_good(
    api: httpx.Client, app: httpx.Client, repository: str, commit: Callable[..., str], push: Push, work: str
) -> None:
    protect(api, repository, required_status_checks={"strict": False, "contexts": ["lint", "test"]})
    sha = commit()
    assert "2 of 2 required status checks are expected." in (push(work, "main") or "")
    assert push(work, "main:feature") is None
    api.post(f"{repository}/statuses/{sha}", json={"state": "success", "context": "lint"})
    assert 'Required status check "test" is expected.' in (push(work, "main") or "")
    run = {"name": "test", "head_sha": sha, "status": "completed", "conclusion": "success"}
    app.post(f"{repository}/check-runs", json=run)
    assert push(work, "main") is None


def test_rulesets_are_made_read_changed_and_deleted(api: httpx.Client, repository: str) -> None:
    made = ruleset(
        api, repository, PULL_REQUEST, {"type": "deletion"}, {"type": "merge_queue", "parameters": MERGE_QUEUE}
    )
    address = f"{repository}/rulesets/{made['id']}"
    assert api.get(address, params={"includes_parents": "false"}).json() == made
    assert [rule["type"] for rule in made["rules"]] == ["pull_request", "deletion", "merge_queue"]
    assert (made["source"], made["source_type"]) == ("maestro/engine", "Repository")
    listed = api.get(f"{repository}/rulesets").json()
    assert [(each["id"], "rules" in each) for each in listed] == [(made["id"], False)]
    changed = api.put(address, json={"enforcement": "disabled", "rules": []}).json()
    assert (changed["enforcement"], changed["rules"], changed["name"]) == ("disabled", [], "guard")
    assert api.post(f"{repository}/rulesets", json={"name": "Guard", "enforcement": "active"}).status_code == 422
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


MERGE_QUEUE = {
    "check_response_timeout_minutes": 60,
    "grouping_strategy": "ALLGREEN",
    "max_entries_to_build": 5,
    "max_entries_to_merge": 5,
    "merge_method": "SQUASH",
    "min_entries_to_merge": 1,
    "min_entries_to_merge_wait_minutes": 5,
}


def test_a_rule_without_its_parameters_is_refused(api: httpx.Client, repository: str) -> None:
    body = {"name": "x", "enforcement": "active", "rules": [{"type": "branch_name_pattern"}]}
    refused = api.post(f"{repository}/rulesets", json=body)
    assert (refused.status_code, "operator is missing" in refused.json()["errors"][0]) == (422, True)
    body["rules"] = [{"type": "no_such_rule"}]
    assert api.post(f"{repository}/rulesets", json=body).status_code == 422


def test_a_push_that_breaks_a_ruleset_is_refused_with_githubs_words(
    api: httpx.Client, repository: str, commit: Callable[..., str], push: Push, work: str
) -> None:
    ruleset(api, repository, PULL_REQUEST, {"type": "non_fast_forward"})
    sha = commit()
    output = push(work, "main") or ""
    assert "remote: error: GH013: Repository rule violations found for refs/heads/main." in output
    assert "/maestro/engine/rules?ref=refs%2Fheads%2Fmain" in output
    assert push(work, "main:feature") is None
    refused = api.patch(f"{repository}/git/refs/heads/main", json={"sha": sha})
    assert refused.status_code == 422
    assert (
        refused.json()["message"]
        == "Repository rule violations found\n\nChanges must be made through a pull request.\n\n"
    )


@pytest.mark.parametrize(
    "actor", [{"actor_id": 5, "actor_type": "RepositoryRole"}, {"actor_id": 1, "actor_type": "OrganizationAdmin"}]
)
def test_who_may_bypass_a_ruleset_is_told_so(
    api: httpx.Client,
    repository: str,
    commit: Callable[..., str],
    push: Push,
    work: str,
    token: Token,
    actor: dict[str, Any],
) -> None:
    made = ruleset(api, repository, PULL_REQUEST, bypass_actors=[actor | {"bypass_mode": "always"}])
    assert made["current_user_can_bypass"] == "always"
    writer = token("zoe")
    api.put(f"{repository}/collaborators/zoe", json={"permission": "push"})
    commit()
    assert "GH013" in (push(work, "main", token=writer) or "")
    assert push(work, "main") is None


def test_a_ruleset_of_the_organization_holds_where_its_conditions_say(
    api: httpx.Client, repository: str, commit: Callable[..., str], push: Push, work: str
) -> None:
    conditions = {
        "ref_name": {"include": ["~ALL"], "exclude": ["refs/heads/feature/**/*"]},
        "repository_name": {"include": ["eng*"], "exclude": []},
    }
    made = ruleset(api, "orgs/maestro", {"type": "update"}, {"type": "creation"}, conditions=conditions)
    commit()
    assert "Cannot update this protected ref." in (push(work, "main") or "")
    assert "creations being restricted" in (push(work, "main:next") or "")
    assert push(work, "main:feature/a/b") is None
    [rule, _] = api.get(f"{repository}/rules/branches/main").json()
    assert (rule["ruleset_source_type"], rule["ruleset_id"]) == ("Organization", made["id"])
    assert api.get(f"{repository}/rulesets", params={"includes_parents": "false"}).json() == []
    assert api.get(f"{repository}/rulesets/{made['id']}").json()["source"] == "maestro"
    address = f"orgs/maestro/rulesets/{made['id']}"
    assert api.put(address, json={"enforcement": "evaluate"}).json()["enforcement"] == "evaluate"
    assert push(work, "main") is None
    assert api.delete(address).status_code == 204


def test_tags_are_immutable_under_a_tag_ruleset(
    api: httpx.Client, repository: str, commit: Callable[..., str], push: Push, git: Git, work: str
) -> None:
    rules = ({"type": "deletion"}, {"type": "update"}, {"type": "non_fast_forward"})
    ruleset(
        api,
        repository,
        *rules,
        target="tag",
        conditions={"ref_name": {"include": ["refs/tags/v*"], "exclude": []}},
    )
    commit()
    git(work, "tag", "--force", "v1")
    assert "Cannot update this protected ref." in (push(work, "--force", "v1") or "")
    assert "Cannot delete this tag" in (push(work, "--delete", "v1") or "")
    git(work, "tag", "v2")
    assert push(work, "v2") is None
    assert push(work, "main") is None


@pytest.mark.parametrize(
    ("rule", "output"),
    [
        ("commit_message_pattern", "Commit message must match a given regex pattern: ^JIRA-\\d+"),
        ("commit_author_email_pattern", "Commit author email must match a given regex pattern: ^JIRA-\\d+"),
        ("committer_email_pattern", "Committer email must match a given regex pattern: ^JIRA-\\d+"),
    ],
)
def test_commits_must_fit_a_pattern(
    api: httpx.Client, repository: str, commit: Callable[..., str], push: Push, work: str, rule: str, output: str
) -> None:
    ruleset(api, repository, {"type": rule, "parameters": {"operator": "regex", "pattern": r"^JIRA-\d+"}})
    commit("No ticket")
    assert output in (push(work, "main") or "")


def test_names_must_fit_a_pattern(api: httpx.Client, repository: str, push: Push, work: str) -> None:
    parameters = {"operator": "starts_with", "pattern": "wip", "negate": True}
    every = {"conditions": {"ref_name": {"include": ["~ALL"], "exclude": []}}}
    ruleset(api, repository, {"type": "branch_name_pattern", "parameters": parameters}, **every)
    assert "Branch name must not start with a given pattern: wip" in (push(work, "main:wip/x") or "")
    assert push(work, "main:feature") is None


def test_linear_history_refuses_merges_and_signatures_refuse_unsigned_commits(
    api: httpx.Client, repository: str, commit: Callable[..., str], push: Push, git: Git, work: str
) -> None:
    made = ruleset(api, repository, {"type": "required_linear_history"})
    git(work, "switch", "--quiet", "--create", "side")
    git(work, "commit", "--quiet", "--allow-empty", "--message", "Side")
    git(work, "switch", "--quiet", "main")
    commit()
    git(work, "merge", "--quiet", "--no-ff", "--message", "Merge", "side")
    assert "This branch must not contain merge commits." in (push(work, "main") or "")
    assert push(work, "main^1:main") is None
    rules = [{"type": "required_signatures"}]
    api.put(f"{repository}/rulesets/{made['id']}", json={"rules": rules})
    assert "Commits must have verified signatures." in (push(work, "main") or "")


def test_an_inactive_ruleset_holds_nothing_up(
    api: httpx.Client, repository: str, commit: Callable[..., str], push: Push, work: str
) -> None:
    ruleset(api, repository, PULL_REQUEST, enforcement="disabled")
    commit()
    assert push(work, "main") is None


def test_the_names_of_required_checks_are_a_list_of_their_own(api: httpx.Client, repository: str) -> None:
    """The list comes as an object, or bare, as older clients send it."""
    address = f"{repository}/branches/main/protection"
    checks = {"strict": False, "contexts": ["lint"]}
    others = dict.fromkeys(("enforce_admins", "required_pull_request_reviews", "restrictions"))
    api.put(address, json={"required_status_checks": checks} | others)
    contexts = f"{address}/required_status_checks/contexts"
    assert api.post(contexts, json={"contexts": ["test", "lint"]}).json() == ["lint", "test"]
    assert api.request("DELETE", contexts, json={"contexts": ["lint"]}).json() == ["test"]
    bare = httpx.put(f"{api.base_url}{contexts}", json=["build"], headers=dict(api.headers))
    assert bare.json() == api.get(contexts).json() == ["build"]
    assert api.get(f"{address}/required_status_checks").json()["contexts"] == ["build"]
    api.delete(f"{address}/required_status_checks")
    assert api.get(contexts).status_code == 404


def test_who_may_push_is_changed_kind_by_kind(api: httpx.Client, repository: str, token: Callable[..., str]) -> None:
    token("zoe")
    address = f"{repository}/branches/main/protection"
    others = dict.fromkeys(("enforce_admins", "required_pull_request_reviews", "required_status_checks"))
    api.put(address, json={"restrictions": {"users": [], "teams": [], "apps": ["github-actions"]}} | others)
    users = f"{address}/restrictions/users"
    assert [user["login"] for user in api.post(users, json={"users": ["zoe"]}).json()] == ["zoe"]
    assert [user["login"] for user in api.put(users, json={"users": ["maestro-owner"]}).json()] == ["maestro-owner"]
    assert api.request("DELETE", users, json={"users": ["maestro-owner"]}).json() == []
    assert [app["slug"] for app in api.get(f"{address}/restrictions/apps").json()] == ["github-actions"]


def test_only_an_app_reports_check_runs(
    api: httpx.Client, app: httpx.Client, repository: str, commit: Callable[..., str], push: Push, work: str
) -> None:
    """Otherwise anybody who may write fakes a required check."""
    check = {"context": "test", "app_id": 15368}
    protect(api, repository, required_status_checks={"strict": False, "contexts": [], "checks": [check]})
    sha = commit()
    assert push(work, "main:feature") is None
    run = {"name": "test", "head_sha": sha, "status": "completed", "conclusion": "success"}
    refused = api.post(f"{repository}/check-runs", json=run)
    assert (refused.status_code, refused.json()["message"]) == (403, "You must authenticate via a GitHub App.")
    assert push(work, "main") is not None
    made = app.post(f"{repository}/check-runs", json=run).json()
    assert made["app"]["slug"] == "github-actions"
    assert api.patch(f"{repository}/check-runs/{made['id']}", json={"conclusion": "failure"}).status_code == 403
    assert push(work, "main") is None


def test_a_bypass_of_organization_admins_has_no_id(api: httpx.Client, repository: str) -> None:
    actors = [{"actor_id": number, "actor_type": "OrganizationAdmin"} for number in (1, None)]
    for actor in actors:
        made = ruleset(api, repository, PULL_REQUEST, bypass_actors=[actor])
        assert made["bypass_actors"] == [{"actor_id": None, "actor_type": "OrganizationAdmin", "bypass_mode": "always"}]
        api.delete(f"{repository}/rulesets/{made['id']}")


@pytest.mark.parametrize("kind", ["Integration", "RepositoryRole", "Team", "User"])
def test_any_other_bypass_actor_needs_its_id(api: httpx.Client, repository: str, kind: str) -> None:
    body = {"name": "x", "enforcement": "active", "bypass_actors": [{"actor_type": kind}]}
    assert api.post(f"{repository}/rulesets", json=body).status_code == 422


@pytest.mark.parametrize(
    ("glob", "name", "is_covered"),
    [
        ("refs/tags/v[0-9]*", "refs/tags/v1.0", True),
        ("refs/tags/v[0-9]*", "refs/tags/vx", False),
        ("refs/heads/[!m]*", "refs/heads/main", False),
        ("refs/heads/[^m]*", "refs/heads/next", True),
        ("refs/heads/[z-a]", "refs/heads/b", False),
        ("refs/heads/[", "refs/heads/[", True),
    ],
)
def test_a_pattern_has_sets_of_characters(glob: str, name: str, is_covered: bool) -> None:
    assert matches(glob, name) is is_covered

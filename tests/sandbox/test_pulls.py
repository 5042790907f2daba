"""Pull requests: from a branch to its merge, under the rules."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.daemon.administration import TenantAccess
from tests.sandbox.conftest import Git

Users = Callable[..., httpx.Client]


@pytest.fixture
def branch(git: Git, work: str, repository: str, world: TenantAccess, tmp_path: Path) -> Callable[..., str]:
    """Push a branch with a commit for each file; the id of its head."""

    def make(name: str, **files: str) -> str:
        git(work, "switch", "--quiet", "--create", name, "main")
        for file, text in files.items():
            (tmp_path / work / file).write_text(text)
            git(work, "add", "--all")
            git(work, "commit", "--quiet", "--message", f"Add {file}\n\nBecause.")
        git(work, "push", "--quiet", world.clone_url("engine"), name)
        head = git(work, "rev-parse", "HEAD")
        git(work, "switch", "--quiet", "main")
        return head

    return make


def opened(api: httpx.Client, repository: str, head: str = "feature", **settings: Any) -> dict[str, Any]:
    answer = api.post(f"{repository}/pulls", json={"title": "A feature", "head": head, "base": "main"} | settings)
    assert answer.status_code == 201, answer.text
    pull: dict[str, Any] = answer.json()
    return pull


def test_a_pull_request_is_made_listed_changed_and_closed(
    api: httpx.Client, repository: str, branch: Callable[..., str]
) -> None:
    head = branch("feature", a="1\n2\n")
    pull = opened(api, repository, head="maestro:feature", body="Why")
    assert (pull["number"], pull["head"]["sha"], pull["base"]["ref"]) == (1, head, "main")
    assert (pull["commits"], pull["additions"], pull["changed_files"]) == (1, 2, 1)
    assert (pull["mergeable"], pull["mergeable_state"]) == (True, "clean")
    address = f"{repository}/pulls/1"
    assert [file["filename"] for file in api.get(f"{address}/files").json()] == ["a"]
    assert [each["sha"] for each in api.get(f"{address}/commits").json()] == [head]
    assert len(api.get(f"{repository}/pulls", params={"head": "maestro:feature"}).json()) == 1
    assert api.get(f"{repository}/issues/1").json()["pull_request"]["merged_at"] is None
    changed = api.patch(address, json={"title": "Better", "state": "closed"}).json()
    assert (changed["title"], changed["state"], changed["merged"]) == ("Better", "closed", False)
    assert api.get(f"{repository}/pulls").json() == []
    assert api.get(f"{address}/merge").status_code == 404


def test_what_cannot_be_a_pull_request_is_refused(
    api: httpx.Client, repository: str, branch: Callable[..., str]
) -> None:
    branch("feature", a="1")
    branch("same")
    body = {"title": "x", "base": "main"}
    absent = api.post(f"{repository}/pulls", json=body | {"head": "none"})
    assert (absent.status_code, absent.json()["errors"][0]["field"]) == (422, "head")
    same = api.post(f"{repository}/pulls", json=body | {"head": "same"})
    assert same.json()["errors"][0]["message"] == "No commits between main and same"
    opened(api, repository)
    again = api.post(f"{repository}/pulls", json=body | {"head": "feature"})
    assert again.json()["errors"][0]["message"] == "A pull request already exists for maestro:feature."


@pytest.mark.parametrize(
    ("method", "subjects"),
    [
        ("merge", ["Merge pull request #1 from maestro/feature", "Add b", "Add a", "First"]),
        ("squash", ["A feature (#1)", "First"]),
        ("rebase", ["Add b", "Add a", "First"]),
    ],
)
def test_the_three_ways_to_merge(
    api: httpx.Client,
    repository: str,
    branch: Callable[..., str],
    git: Git,
    work: str,
    world: TenantAccess,
    method: str,
    subjects: list[str],
) -> None:
    branch("feature", a="1\n", b="2\n")
    opened(api, repository)
    merged = api.put(f"{repository}/pulls/1/merge", json={"merge_method": method})
    assert (merged.status_code, merged.json()["merged"]) == (200, True)
    pull = api.get(f"{repository}/pulls/1").json()
    assert (pull["merged"], pull["state"], pull["merge_commit_sha"]) == (True, "closed", merged.json()["sha"])
    assert pull["merged_by"]["login"] == "maestro-owner"
    git(work, "pull", "--quiet", world.clone_url("engine"), "main")
    assert git(work, "log", "--topo-order", "--format=%s").split("\n") == subjects
    assert git(work, "ls-tree", "--name-only", "main").split() == ["README", "a", "b"]
    assert api.get(f"{repository}/pulls/1/merge").status_code == 204
    again = api.put(f"{repository}/pulls/1/merge", json={})
    assert (again.status_code, again.json()["message"]) == (405, "Pull Request is not mergeable")


def test_branches_that_conflict_are_not_merged(api: httpx.Client, repository: str, branch: Callable[..., str]) -> None:
    branch("feature", README="mine\n")
    branch("other", README="theirs\n")
    opened(api, repository)
    opened(api, repository, head="other")
    assert api.put(f"{repository}/pulls/1/merge", json={}).status_code == 200
    pull = api.get(f"{repository}/pulls/2").json()
    assert (pull["mergeable"], pull["mergeable_state"]) == (False, "dirty")
    assert api.put(f"{repository}/pulls/2/merge", json={}).status_code == 405


def test_a_method_that_the_repository_does_not_allow_is_refused(
    api: httpx.Client, repository: str, branch: Callable[..., str]
) -> None:
    api.patch(repository, json={"allow_merge_commit": False, "delete_branch_on_merge": True})
    branch("feature", a="1")
    opened(api, repository)
    refused = api.put(f"{repository}/pulls/1/merge", json={})
    assert (refused.status_code, refused.json()["message"]) == (
        405,
        "Merge commits are not allowed on this repository.",
    )
    assert api.put(f"{repository}/pulls/1/merge", json={"sha": "0" * 40, "merge_method": "squash"}).status_code == 409
    assert api.put(f"{repository}/pulls/1/merge", json={"merge_method": "squash"}).status_code == 200
    assert api.get(f"{repository}/git/ref/heads/feature").status_code == 404


def test_a_protected_branch_takes_what_was_reviewed_and_checked(
    api: httpx.Client,
    repository: str,
    branch: Callable[..., str],
    as_user: Users,
    git: Git,
    work: str,
    world: TenantAccess,
) -> None:
    protection = {
        "required_status_checks": {"strict": False, "contexts": ["test"]},
        "enforce_admins": True,
        "required_pull_request_reviews": {"required_approving_review_count": 1, "dismiss_stale_reviews": True},
        "restrictions": None,
    }
    reader, writer = as_user("ann"), as_user("zoe")
    api.put(f"{repository}/collaborators/zoe", json={"permission": "push"})
    api.put(f"{repository}/branches/main/protection", json=protection)
    head = branch("feature", a="1")
    assert opened(api, repository)["mergeable_state"] == "blocked"
    merge = f"{repository}/pulls/1/merge"
    own = api.post(f"{repository}/pulls/1/reviews", json={"event": "APPROVE"})
    assert (own.status_code, own.json()["errors"]) == (422, ["Can not approve your own pull request"])
    assert reader.post(f"{repository}/pulls/1/reviews", json={"event": "APPROVE"}).status_code == 200
    api.post(f"{repository}/statuses/{head}", json={"state": "success", "context": "test"})
    refused = api.put(merge, json={})
    message = "At least 1 approving review is required by reviewers with write access."
    assert (refused.status_code, refused.json()["message"]) == (405, message)
    review = writer.post(f"{repository}/pulls/1/reviews", json={"event": "APPROVE", "body": "Fine"}).json()
    assert (review["state"], review["commit_id"]) == ("APPROVED", head)
    git(work, "switch", "--quiet", "feature")
    git(work, "commit", "--quiet", "--allow-empty", "--message", "More")
    git(work, "push", "--quiet", world.clone_url("engine"), "feature")
    assert [each["state"] for each in api.get(f"{repository}/pulls/1/reviews").json()] == ["DISMISSED", "DISMISSED"]
    refused = api.put(merge, json={}).json()["message"]
    assert refused == f'{message} Required status check "test" is expected.'
    head = api.get(f"{repository}/pulls/1").json()["head"]["sha"]
    api.post(f"{repository}/statuses/{head}", json={"state": "success", "context": "test"})
    writer.post(f"{repository}/pulls/1/reviews", json={"event": "APPROVE"})
    assert api.put(merge, json={}).status_code == 200


def test_requested_changes_hold_a_merge_up_until_they_are_dismissed(
    api: httpx.Client, repository: str, branch: Callable[..., str], as_user: Users
) -> None:
    rule = {"type": "pull_request", "parameters": REVIEWS}
    conditions = {"ref_name": {"include": ["~ALL"], "exclude": []}}
    branch("feature", a="1")
    api.post(
        f"{repository}/rulesets", json={"name": "r", "enforcement": "active", "conditions": conditions, "rules": [rule]}
    )
    writer = as_user("zoe")
    api.put(f"{repository}/collaborators/zoe", json={"permission": "push"})
    opened(api, repository)
    review = writer.post(f"{repository}/pulls/1/reviews", json={"event": "REQUEST_CHANGES", "body": "No"}).json()
    refused = api.put(f"{repository}/pulls/1/merge", json={"merge_method": "squash"})
    assert (refused.status_code, refused.json()["message"].split("\n")[0]) == (405, "Repository rule violations found")
    api.put(f"{repository}/pulls/1/reviews/{review['id']}/dismissals", json={"message": "Done"})
    assert "not allowed" in api.put(f"{repository}/pulls/1/merge", json={"merge_method": "merge"}).json()["message"]
    assert api.put(f"{repository}/pulls/1/merge", json={"merge_method": "squash"}).status_code == 200


REVIEWS = {
    "required_approving_review_count": 0,
    "dismiss_stale_reviews_on_push": False,
    "require_code_owner_review": False,
    "require_last_push_approval": False,
    "required_review_thread_resolution": False,
    "allowed_merge_methods": ["squash"],
}


def test_a_pull_request_whose_commits_are_pushed_to_the_base_is_merged(
    api: httpx.Client, repository: str, branch: Callable[..., str], git: Git, work: str, world: TenantAccess
) -> None:
    branch("feature", a="1")
    branch("gone", b="1")
    opened(api, repository)
    opened(api, repository, head="gone")
    git(work, "push", "--quiet", world.clone_url("engine"), "feature:main", ":gone")
    assert api.get(f"{repository}/pulls/1").json()["merged"] is True
    pull = api.get(f"{repository}/issues/2").json()
    assert (pull["state"], pull["pull_request"]["merged_at"]) == ("closed", None)


def test_the_head_of_a_pull_request_is_fetched_by_its_number(
    api: httpx.Client, repository: str, branch: Callable[..., str], git: Git, work: str, world: TenantAccess
) -> None:
    head = branch("feature", a="1\n")
    opened(api, repository)
    git(work, "push", "--quiet", world.clone_url("engine"), "--delete", "feature")
    git("clone", "clone", "--quiet", world.clone_url("engine"), ".")
    git("clone", "fetch", "--quiet", "origin", "pull/1/head")
    assert git("clone", "rev-parse", "FETCH_HEAD") == head


def test_a_pull_request_is_read_as_a_diff_and_as_patches(
    api: httpx.Client, repository: str, branch: Callable[..., str]
) -> None:
    head = branch("feature", a="1\n")
    opened(api, repository)
    for address in ("pulls/1", "compare/main...feature", f"commits/{head}"):
        for form, start in (("diff", "diff --git a/a b/a"), ("v3.patch", f"From {head} ")):
            accept = {"Accept": f"application/vnd.github.{form}"}
            assert api.get(f"{repository}/{address}", headers=accept).text.startswith(start)


def test_the_pull_requests_of_a_commit_are_found(
    api: httpx.Client, repository: str, branch: Callable[..., str]
) -> None:
    head = branch("feature", a="1\n")
    opened(api, repository)
    assert [pull["number"] for pull in api.get(f"{repository}/commits/{head}/pulls").json()] == [1]
    merged = api.put(f"{repository}/pulls/1/merge", json={"merge_method": "squash"}).json()["sha"]
    assert [pull["number"] for pull in api.get(f"{repository}/commits/{merged}/pulls").json()] == [1]
    assert api.get(f"{repository}/commits/main~1/pulls").status_code == 422


def test_a_head_in_another_repository_is_never_taken_for_a_branch_of_this_one(
    api: httpx.Client, repository: str, branch: Callable[..., str]
) -> None:
    branch("feature", a="1\n")
    body = {"title": "A feature", "base": "main"}
    assert api.post(f"{repository}/pulls", json=body | {"head": "nobody:feature"}).status_code == 422
    assert api.post(f"{repository}/pulls", json=body | {"head": "maestro-owner:feature"}).status_code == 501

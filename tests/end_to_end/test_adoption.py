"""A repository that people made before is adopted; the preview shows each change, from what to what."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.end_to_end.changes import PLAN, GitHub
from tests.end_to_end.conftest import Stack
from tests.end_to_end.field_changes import HOOK, KEY


@pytest.fixture
def github(stack: Stack) -> Iterator[GitHub]:
    """The organization with a repository that is kept in another way than the plan says."""
    headers = {"Authorization": f"Bearer {stack.world.token}"}
    with httpx.Client(base_url=stack.world.api_url, headers=headers) as client:
        yield settled_by_people(GitHub(client, stack.world.organization))


def settled_by_people(github: GitHub) -> GitHub:
    organization = f"/orgs/{github.organization}"
    github.send("POST", f"{organization}/repos", name="engine", private=True, description="Theirs", has_wiki=True)
    github.send("PATCH", "engine", allow_auto_merge=True)
    github.send("PUT", "engine/topics", names=["theirs"])
    github.send("POST", "engine/labels", name="migration", color="ffffff")
    github.send("PUT", "engine/actions/permissions", enabled=True, allowed_actions="all")
    github.send("POST", "engine/actions/variables", name="URL", value="theirs")
    github.send("PUT", "engine/environments/staging", wait_timer=10, can_admins_bypass=False)
    reviewer = {"type": "User", "id": github.send("GET", "/user")["id"]}
    github.send("PUT", "engine/environments/testing", reviewers=[reviewer], prevent_self_review=True)
    github.send("PUT", "engine/environments/production")
    github.send("POST", "engine/environments/production/variables", name="URL", value="theirs too")
    claims = {"use_default": False, "include_claim_keys": ["repo", "ref"]}
    github.send("PUT", "engine/actions/oidc/customization/sub", **claims)
    github.send("PUT", "engine/actions/permissions/workflow", default_workflow_permissions="write")
    github.send("POST", "engine/autolinks", key_prefix="TICKET-", url_template="https://theirs.example/<num>")
    github.send("POST", "engine/hooks", config={"url": HOOK, "content_type": "json"}, events=["issues"])
    github.send("POST", "engine/keys", title="Theirs", key=KEY)
    github.send("POST", "engine/rulesets", name="Release tags", target="tag", enforcement="disabled", rules=[])
    github.send("POST", "engine/rulesets", name="Theirs", target="branch", enforcement="disabled", rules=[])
    github.send("POST", f"{organization}/teams", name="core", description="Their core", privacy="closed")
    github.send("PUT", f"{organization}/teams/core/repos/{github.organization}/engine", permission="pull")
    github.overwrite_secret("engine/actions", "TOKEN")
    return github


def test_an_adoption_shows_what_it_changes_first_and_is_not_fought_over(stack: Stack, github: GitHub) -> None:
    connected = {
        "autolinks": [{"prefix": "TICKET-", "url": "https://ours.example/<num>"}],
        "webhooks": [{"url": HOOK}],
        "deploy_keys": [{"title": "Mirror", "key": KEY}],
    }
    entry = PLAN["repositories"][0] | {"features": {"wiki": False}, **connected}
    stack.write_plan(PLAN | {"repositories": [entry]})
    for name in ("TOKEN", "KEY"):
        stack.pulumi("config", "set", "--secret", "--path", f"multirepo:secrets.{name}", "ours-secret")
    for name in ("URL", "PLACE"):
        stack.pulumi("config", "set", "--path", f"multirepo:variables.{name}", "https://packages.example")
    before = github.send("GET", "engine/labels")
    asked = len(stack.requests())
    preview = stack.pulumi("preview", "--diff")
    output = re.sub(" +:", ":", preview.stdout + preview.stderr)
    assert not [request for request in stack.requests()[asked:] if request.is_write]
    for change in (
        '~ description: "Theirs" => "Backend"',
        "~ hasWiki: true => false",
        '~ [0]: "theirs" => "api"',
        '~ description: "Their core" => "The core"',
        '~ color: "ffffff" => "5319e7"',
        '~ allowedActions: "all" => "selected"',
        "~ enabled: false => true",
        '~ value: "theirs" => "https://packages.example"',
        '~ value: "theirs too" => "https://packages.example"',
        "~ waitTimer: 10 => 0",
        '~ permission: "pull" => "maintain"',
        '~ enforcement: "disabled" => "active"',
        '~ defaultWorkflowPermissions: "write" => "read"',
        "engine: autolink TICKET- exists on GitHub with url_template https://theirs.example/<num>; `up` cannot make it",
        "engine: deploy key Mirror exists on GitHub with title Theirs; `up` cannot make it Mirror.",
        "engine: secret TOKEN exists on GitHub; `up` overwrites its value, set at ",
    ):
        assert change in output, change
    assert "ours-secret" not in output
    ruleset = next(each for each in github.send("GET", "engine/rulesets") if each["name"] == "Release tags")
    # GitHub can change neither of these, so people remove them first.
    for place in ("autolinks", "keys"):
        github.send("DELETE", f"engine/{place}/{github.send('GET', f'engine/{place}')[0]['id']}")
    by_people = deletions(stack)
    stack.up()
    assert deletions(stack) == by_people
    assert ruleset["id"] in {each["id"] for each in github.send("GET", "engine/rulesets")}
    stack.pulumi("preview", "--refresh", "--expect-no-changes")
    named = {"migration", "bug"}
    left = [label for label in github.send("GET", "engine/labels") if label["name"] not in named]
    assert left == [label for label in before if label["name"] not in named]
    assert github.send("GET", "engine")["allow_auto_merge"] is True
    assert github.send("GET", "engine/environments/staging")["can_admins_bypass"] is False
    rules = github.send("GET", "engine/environments/testing")["protection_rules"]
    assert [rule["prevent_self_review"] for rule in rules if rule["type"] == "required_reviewers"] == [True]
    assert [link["url_template"] for link in github.send("GET", "engine/autolinks")] == ["https://ours.example/<num>"]
    assert [hook["events"] for hook in github.send("GET", "engine/hooks")] == [["push"]]
    github.send("PATCH", "engine", allow_update_branch=True)
    stack.pulumi("preview", "--refresh", "--expect-no-changes")
    assert "Theirs" in {ruleset["name"] for ruleset in github.send("GET", "engine/rulesets")}


def test_what_the_plan_does_not_name_stays_and_visibility_needs_a_word_of_its_own(stack: Stack) -> None:
    engine: dict[str, Any] = {"name": "engine", "moves": [{"from": "engine"}]}
    with httpx.Client(base_url=stack.world.api_url, headers={"Authorization": f"Bearer {stack.world.token}"}) as client:
        github = GitHub(client, stack.world.organization)
        settings = {
            "description": "Theirs",
            "homepage": "https://theirs.example",
            "has_wiki": True,
            "has_projects": True,
        }
        merging = {"allow_rebase_merge": True, "allow_merge_commit": False, "delete_branch_on_merge": False}
        github.send("POST", f"/orgs/{github.organization}/repos", name="engine", **settings, **merging)
        github.send("PUT", "engine/topics", names=["theirs"])
        github.send("PUT", f"/user/starred/{github.organization}/engine")
        before = github.send("GET", "engine")

        stack.write_plan({"monorepo": {"name": "mono"}, "repositories": [engine]})
        stack.up()
        assert changed(before, github.send("GET", "engine")) == {"pushed_at", "updated_at", "size"}
        stack.pulumi("preview", "--refresh", "--expect-no-changes")

        stack.write_plan({"monorepo": {"name": "mono"}, "repositories": [engine | {"visibility": "private"}]})
        assert "deletes its 1 star and all watchers" in stack.up(code=None)
        assert github.send("GET", "engine")["stargazers_count"] == 1
        confirmed = engine | {"visibility": "private", "visibility_from": "public"}
        stack.write_plan({"monorepo": {"name": "mono"}, "repositories": [confirmed]})
        preview = stack.pulumi("preview")
        assert "deletes its 1 star and all watchers" in preview.stdout + preview.stderr
        stack.up()
        assert github.send("GET", "engine")["private"] is True


def test_a_default_branch_is_renamed_on_github_and_takes_peoples_work_along(stack: Stack) -> None:
    engine: dict[str, Any] = {"name": "engine", "moves": [{"from": "engine"}], "protection": {}}
    with httpx.Client(base_url=stack.world.api_url, headers={"Authorization": f"Bearer {stack.world.token}"}) as client:
        github = GitHub(client, stack.world.organization)
        stack.write_plan({"monorepo": {"name": "mono"}, "repositories": [engine]})
        stack.up()
        theirs = github.send("PUT", "engine/contents/theirs", message="Theirs", content="YQ==")["commit"]["sha"]
        stack.write_plan({"monorepo": {"name": "mono"}, "repositories": [engine | {"default_branch": "trunk"}]})
        output = " ".join(stack.up(code=None).split())
        assert "its default branch is main, the plan says trunk" in output
        assert set(stack.refs("engine")) >= {"refs/heads/main"}
        assert "refs/heads/trunk" not in stack.refs("engine")
        github.send("POST", "engine/branches/main/rename", new_name="trunk")
        stack.up("--refresh")
        assert stack.refs("engine")["refs/heads/trunk"] == theirs
        assert github.send("GET", "engine")["default_branch"] == "trunk"
        assert "refs/heads/main" not in stack.refs("engine")


def test_a_change_of_an_archived_repository_waits_until_it_is_unarchived(stack: Stack) -> None:
    engine: dict[str, Any] = {"name": "engine", "moves": [{"from": "engine"}]}
    with httpx.Client(base_url=stack.world.api_url, headers={"Authorization": f"Bearer {stack.world.token}"}) as client:
        github = GitHub(client, stack.world.organization)
        stack.write_plan({"monorepo": {"name": "mono"}, "repositories": [engine]})
        stack.up()
        stack.set_stage("rolled_back")
        stack.up()
        stack.write_plan(
            {"monorepo": {"name": "mono"}, "repositories": [engine | {"description": "New", "topics": ["x"]}]}
        )
        output = " ".join(stack.up().split())
        assert "engine: is archived, so the plan's description, topics wait" in output
        assert "description" not in output.partition("Resources:")[0].replace("plan's description", "")
        stack.set_stage("moving")
        stack.up()
        now = github.send("GET", "engine")
        assert (now["archived"], now["description"], now["topics"]) == (False, "New", ["x"])


def deletions(stack: Stack) -> list[str]:
    """Below a repository; the provider takes the token's owner out of teams that it creates."""
    return [each.path for each in stack.requests() if each.method == "DELETE" and "/repos/" in each.path]


def changed(before: dict[str, Any], now: dict[str, Any]) -> set[str]:
    return {key for key in {*before, *now} if before.get(key) != now.get(key)}

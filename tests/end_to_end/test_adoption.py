"""A repository that people made before is adopted; the preview shows each change, from what to what."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.end_to_end.changes import PLAN, GitHub
from tests.end_to_end.conftest import Stack


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
    github.send("PUT", "engine/environments/staging", wait_timer=10)
    github.send("POST", "engine/rulesets", name="Release tags", target="tag", enforcement="disabled", rules=[])
    github.send("POST", "engine/rulesets", name="Theirs", target="branch", enforcement="disabled", rules=[])
    github.send("POST", f"{organization}/teams", name="core", description="Their core", privacy="closed")
    github.send("PUT", f"{organization}/teams/core/repos/{github.organization}/engine", permission="pull")
    github.overwrite_secret("engine/actions", "TOKEN")
    return github


def test_an_adoption_shows_what_it_changes_first_and_is_not_fought_over(stack: Stack, github: GitHub) -> None:
    stack.write_plan(PLAN | {"repositories": PLAN["repositories"][:1]})
    for name in ("TOKEN", "KEY"):
        stack.pulumi("config", "set", "--secret", "--path", f"multirepo:secrets.{name}", "ours")
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
        'engine-secrets-URL exists on GitHub; `up` changes: value: "theirs" → "https://packages.example"',
        "engine-staging-environment exists on GitHub; `up` changes: wait_timer: 10 → 0",
        'engine-team-core exists on GitHub; `up` changes: permission: "pull" → "maintain"',
        "engine-protection-release-tags exists on GitHub; `up` changes: it is replaced as a whole; GitHub has ",
        "engine-settings-vulnerability-alerts exists on GitHub; `up` changes: enabled: false → true",
        "engine-secrets-TOKEN exists on GitHub; `up` changes: its value, set at ",
    ):
        assert change in output, change
    assert "ours" not in output
    stack.up()
    stack.pulumi("preview", "--refresh", "--expect-no-changes")
    named = {"migration", "bug"}
    left = [label for label in github.send("GET", "engine/labels") if label["name"] not in named]
    assert left == [label for label in before if label["name"] not in named]
    assert github.send("GET", "engine")["allow_auto_merge"] is True
    github.send("PATCH", "engine", allow_update_branch=True)
    stack.pulumi("preview", "--refresh", "--expect-no-changes")
    assert "Theirs" in {ruleset["name"] for ruleset in github.send("GET", "engine/rulesets")}

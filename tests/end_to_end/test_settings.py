"""How GitHub keeps the repositories: made, kept, and put right, with the real engine, provider, git and sandbox."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end.conftest import Stack

PLAN: dict[str, Any] = {
    "monorepo": {"name": "maestro-platform"},
    "teams": [{"name": "core", "description": "The core"}],
    "defaults": {"protection": {"bypass": ["core"]}},
    "repositories": [
        {
            "name": "engine",
            "moves": [{"from": "engine"}],
            "teams": {"core": "maintain"},
        }
    ],
}


def plan_with(**defaults: object) -> dict[str, Any]:
    return PLAN | {"defaults": PLAN["defaults"] | defaults}


@pytest.fixture
def api(stack: Stack) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {stack.world.token}"}
    with httpx.Client(base_url=stack.world.api_url, headers=headers) as client:
        yield client


def repository(stack: Stack) -> str:
    return f"/repos/{stack.world.organization}/engine"


def second_up(stack: Stack) -> list[str]:
    """What it asks of GitHub."""
    before = len(stack.requests())
    assert "unchanged" in stack.up()
    return [f"{request.method} {request.path.rpartition('/')[2]}" for request in stack.requests()[before:]]


@pytest.mark.parametrize("mechanism", ["ruleset", "branch_protection"])
def test_protected_branches_and_tags_stay_so_while_the_monorepo_moves_on(
    stack: Stack, api: httpx.Client, mechanism: str
) -> None:
    stack.write_plan(plan_with(protection={"as": mechanism, "bypass": ["core"]}))
    stack.up()
    assert second_up(stack) == ["POST graphql", f"GET {stack.world.organization}"]
    stack.pulumi("preview", "--refresh", "--expect-no-changes")
    names = {ruleset["name"] for ruleset in api.get(f"{repository(stack)}/rulesets").json()}
    assert names >= {"Release tags"}
    stack.monorepo.commit("Engine: another", engine__main="3\n")
    stack.up()
    refs = stack.refs("engine")
    assert refs["refs/heads/main"] == refs["refs/heads/monorepo"]


def test_teams_rulesets_and_deployment_policies_that_are_there_make_room_and_teams_outlive_the_stack(
    stack: Stack, api: httpx.Client
) -> None:
    api.post(f"/orgs/{stack.world.organization}/teams", json={"name": "core"}).raise_for_status()
    api.post(f"/orgs/{stack.world.organization}/repos", json={"name": "engine", "private": True}).raise_for_status()
    ruleset = {"name": "Release tags", "target": "tag", "enforcement": "disabled", "rules": []}
    api.post(f"{repository(stack)}/rulesets", json=ruleset).raise_for_status()
    production = f"{repository(stack)}/environments/production"
    policies = {"deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True}}
    api.put(production, json=policies).raise_for_status()
    api.post(f"{production}/deployment-branch-policies", json={"name": "v*", "type": "tag"}).raise_for_status()
    stack.write_plan(plan_with(environments=[{"name": "production", "tags": ["v*"]}]))
    stack.up()
    assert {ruleset["enforcement"] for ruleset in api.get(f"{repository(stack)}/rulesets").json()} == {"active"}
    stack.pulumi("destroy", "--yes", "--skip-preview")
    assert api.get(f"/orgs/{stack.world.organization}/teams/core").status_code == 200


def test_a_wave_that_is_rolled_back_keeps_its_settings_and_can_move_again(stack: Stack) -> None:
    stack.write_plan(PLAN)
    stack.up()
    stack.set_stage("rolled_back")
    stack.write_plan(plan_with(protection={"approvals": 2}))
    stack.up()
    stack.set_stage("moving")
    stack.up()
    stack.pulumi("preview", "--refresh", "--expect-no-changes")


OWNED = PLAN["repositories"][0] | {"code_owners": {"*": ["core"]}, "kind": "python-service"}
WITH_FILES: dict[str, Any] = PLAN | {"repositories": [OWNED]}


def test_all_managed_files_land_in_one_commit_behind_protection(stack: Stack, tmp_path: Path) -> None:
    stack.write_plan(WITH_FILES)
    stack.up()
    clone = stack.clone("engine", tmp_path / "engine")
    files = clone.git("diff", "--name-only", "HEAD~1").split()
    assert ".github/CODEOWNERS" in files
    assert [file for file in files if file.startswith(".github/workflows/")]
    assert clone.git("rev-parse", "HEAD~1") == clone.git("rev-parse", "origin/monorepo")
    assert second_up(stack) == ["POST graphql", f"GET {stack.world.organization}"]
    before = len(stack.requests())
    stack.pulumi("preview", "--refresh", "--expect-no-changes")
    reads = [entry for entry in stack.requests()[before:] if entry.path.endswith("/graphql")]
    assert len(reads) == 2, "one for what exists, one for all managed files"


def test_a_managed_file_that_people_changed_is_put_back_and_goes_when_the_plan_has_it_no_more(
    stack: Stack, tmp_path: Path
) -> None:
    stack.write_plan(WITH_FILES)
    stack.up()
    person = stack.clone("engine", tmp_path / "engine")
    (person.path / ".github/CODEOWNERS").write_text("* @somebody\n")
    (person.path / "theirs").write_text("people's\n")
    person.git("add", ".")
    person.git("commit", "--quiet", "-m", "Own it")
    person.git("push", "--quiet", "origin", "main")
    preview_output = stack.pulumi("preview", "--refresh", "--diff", "--expect-no-changes", code=7).stdout
    assert "~ .github/CODEOWNERS" in preview_output
    assert "~ .github/dependabot.yml" not in preview_output
    stack.up("--refresh")
    person.git("pull", "--quiet")
    assert person.git("diff", "--name-only", "HEAD~1") == ".github/CODEOWNERS"
    assert person.git("show", "HEAD:theirs") == "people's"

    stack.write_plan(PLAN | {"repositories": [{**OWNED, "code_owners": {}}]})
    stack.monorepo.commit("Engine: another", engine__main="3\n")
    stack.up()
    person.git("pull", "--quiet")
    assert ".github/CODEOWNERS" not in person.git("ls-files").split()
    assert person.git("show", "HEAD:main") == "3"
    assert person.git("show", "HEAD:theirs") == "people's"


def test_a_repository_that_is_born_empty_gets_its_files_and_people_may_change_those_it_starts_with(
    stack: Stack, tmp_path: Path
) -> None:
    starts_with = {"README.md": "Documentation\n", "docs/index.md": "Welcome\n"}
    docs = {"name": "docs", "kind": "documentation", "transforms": {"add_files": starts_with}}
    stack.write_plan(PLAN | {"repositories": [docs]})
    stack.up()
    clone = stack.clone("docs", tmp_path / "docs")
    assert ".github/workflows" in clone.git("ls-files")
    assert clone.git("show", "HEAD:docs/index.md") == "Welcome"
    assert clone.git("rev-list", "--count", "HEAD") == "2"
    clone.commit("Write", **{"README.md": "People's\n"})
    clone.git("rm", "--quiet", "docs/index.md")
    clone.git("commit", "--quiet", "--message", "Begin again")
    clone.git("push", "--quiet", "origin", "main")
    stack.pulumi("preview", "--refresh", "--expect-no-changes")
    stack.write_plan(PLAN | {"repositories": [docs | {"code_owners": {"*": ["core"]}, "teams": {"core": "push"}}]})
    stack.up()
    clone.git("pull", "--quiet")
    assert clone.git("show", "HEAD:README.md") == "People's"
    assert "docs/index.md" not in clone.git("ls-files").split()
    assert ".github/CODEOWNERS" in clone.git("ls-files").split()


COMPLETE = PLAN | {
    "defaults": {
        "environments": [
            {"name": "staging", "branches": ["main"]},
            {
                "name": "production",
                "reviewers": ["core"],
                "wait_minutes": 5,
                "tags": ["v*"],
                "secrets": ["TOKEN"],
                "variables": ["URL"],
            },
        ],
        "secrets": ["TOKEN"],
        "dependabot_secrets": ["TOKEN"],
        "variables": ["URL"],
        "labels": [{"name": "migration", "color": "5319e7"}, {"name": "bug", "color": "000000"}],
        "actions": {"patterns": ["aws-actions/*"], "oidc_subject": ["repo", "context", "job_workflow_ref"]},
        "vulnerability_alerts": True,
        "security_updates": True,
    }
}


@pytest.fixture
def complete(stack: Stack) -> Stack:
    """A stack with everything that a plan can name, and values for it."""
    stack.write_plan(COMPLETE)
    stack.pulumi("config", "set", "--secret", "--path", "multirepo:secrets.TOKEN", "s3cret")
    stack.pulumi("config", "set", "--secret", "--path", 'multirepo:secrets["production/TOKEN"]', "s3cret-too")
    stack.pulumi("config", "set", "--path", "multirepo:variables.URL", "https://packages.example")
    return stack


def test_everything_that_a_plan_can_name_is_made_once_and_leaves_no_value_behind(
    complete: Stack, api: httpx.Client
) -> None:
    output = complete.up()
    assert second_up(complete) == ["POST graphql", f"GET {complete.world.organization}"]
    complete.pulumi("preview", "--refresh", "--expect-no-changes")
    environment = api.get(f"{repository(complete)}/environments/production").json()
    assert {rule["type"] for rule in environment["protection_rules"]} == {
        "required_reviewers",
        "wait_timer",
        "branch_policy",
    }
    assert api.get(f"{repository(complete)}/actions/permissions").json()["sha_pinning_required"] is True
    subject = api.get(f"{repository(complete)}/actions/oidc/customization/sub").json()
    assert subject["include_claim_keys"] == ["repo", "context", "job_workflow_ref"]
    assert api.get(f"{repository(complete)}/labels/bug").json()["color"] == "000000"
    assert "s3cret" not in output + complete.state()


def test_an_empty_secret_is_refused_before_anything_is_made(complete: Stack) -> None:
    complete.pulumi("config", "set", "--secret", "--path", "multirepo:secrets.TOKEN", "")
    assert "multirepo:secrets has an empty TOKEN, which the plan names" in complete.up(code=1)
    assert not [request for request in complete.requests() if request.is_write]

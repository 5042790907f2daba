"""What one repository of the plan registers with Pulumi."""

from collections.abc import Set
from typing import Any

import pulumi
import pytest

from components.github.existing_parts import ExistingParts
from components.github.inventory import ExistingRepository, GitHubInventory
from components.history.code_move import CodeMove, CodeMoveArgs
from components.program.prepared_repository import PreparedRepository
from components.repository.deployment_environments import Environments
from components.repository.pipelines import Pipelines
from components.repository.protection import RepositoryProtection
from components.repository.secret_values import StackValues, values_of
from components.repository.secrets import Secrets
from components.repository.service_repository import ServiceRepository
from components.repository.teams import TeamAccess, Teams
from components.stack.declaration import child_name, declare
from migration.desired_state import CodeSelection, DesiredRepository, DesiredSettings, FolderMove, settings_of
from migration.plan import Plan
from tests.components.conftest import RecordingEngine

HEAD = "a" * 40


def stack_values() -> StackValues:
    secrets = {"TOKEN": "s3cret", "production/TOKEN": "s3cret-of-production"}
    return StackValues(
        stack="test",
        secrets={key: pulumi.Output.secret(value) for key, value in secrets.items()},
        variables={"URL": "https://packages.example"},
    )


def desired(code: bool = True, archived: bool = False) -> DesiredRepository:
    return DesiredRepository(
        name="maestro-engine",
        wave="product",
        description="Backend",
        topics=("fastapi", "python"),
        visibility="private",
        homepage="",
        default_branch="main",
        archived=archived,
        code=CodeSelection(moves=(FolderMove(source="maestro-engine"),)) if code else None,
    )


def desired_settings(**settings: Any) -> DesiredSettings:
    plan = {"monorepo": {"name": "m"}, "teams": [{"name": "core"}], "repositories": [{"name": "engine", **settings}]}
    return settings_of(Plan.model_validate(plan), "engine", "acme", None)


LEFT_ALONE = desired_settings()


def register(
    recording: RecordingEngine,
    code: bool = True,
    archived: bool = False,
    exists: bool = False,
    settings: DesiredSettings = LEFT_ALONE,
    labels: Set[str] = frozenset(),
) -> None:
    found = ExistingRepository(full_name="acme/maestro-engine", labels=frozenset(labels))
    code_move = CodeMoveArgs(
        owner="acme",
        server="sandbox/test",
        repository="maestro-engine",
        default_branch="main",
        head=HEAD,
        tree="",
        tags={"v0.1.0": "b" * 40},
        notes=True,
        carries="12 commits, 1 merge, 1 tag, 7 files",
    )
    repository = PreparedRepository(
        owner="acme",
        server="sandbox/test",
        desired=desired(code, archived),
        settings=settings,
        values=values_of({"engine": settings}, stack_values())["engine"],
        code=code_move if code else None,
        existing=GitHubInventory(repositories={"maestro-engine": found} if exists else {}, people={"zoe": 8}),
        needs=(),
        sources=(),
        monorepo_commit="c" * 40,
        parts=ExistingParts(features=features_of(labels)) if exists else ExistingParts(),
        hooks=None,
    )
    recording.run(lambda: declare_parts(repository))


def features_of(labels: Set[str]) -> dict[str, str]:
    """As `existing_parts` finds them in a repository."""
    found = dict.fromkeys(("actions", "actions-token", "security-updates"), "maestro-engine")
    return found | {f"label/{label}": f"maestro-engine:{label}" for label in labels}


def declare_parts(repository: PreparedRepository) -> pulumi.Output[str]:
    """As __main__.py does."""
    teams = NumberedTeams()
    home = ServiceRepository(repository.name, repository.home)
    inside = pulumi.ResourceOptions(parent=home)
    declare(CodeMove, "maestro-engine/code", repository.code, inside)
    declare(Pipelines, "maestro-engine/pipelines", repository.pipelines, inside)
    declare(RepositoryProtection, "maestro-engine/protection", repository.protection(home, teams), inside)
    declare(TeamAccess, "maestro-engine/access", repository.access(teams), inside)
    declare(Environments, "maestro-engine/environments", repository.environments(teams, None), inside)
    declare(Secrets, "maestro-engine/secrets", repository.secrets(None), inside)
    return home.url


class NumberedTeams(Teams):
    """A team whose number is known: Pulumi's mocks give no numbers."""

    def __init__(self) -> None:
        self.numbers = {"core": pulumi.Output.from_input(7)}


def test_a_repository_starts_bare(recording: RecordingEngine) -> None:
    register(recording)
    inputs = recording.registered["maestro-engine/repository"].inputs
    assert inputs["name"] == "maestro-engine"
    assert "autoInit" not in inputs
    assert inputs["archiveOnDestroy"] is True
    assert inputs["visibility"] == "private"
    assert inputs["topics"] == ["fastapi", "python"]


def test_merge_commits_stay_allowed_because_the_vendor_branch_is_merged(recording: RecordingEngine) -> None:
    register(recording)
    inputs = recording.registered["maestro-engine/repository"].inputs
    assert inputs["allowMergeCommit"] is True
    assert inputs["deleteBranchOnMerge"] is True


def test_a_code_move_shows_its_figures_and_names_what_it_carries(recording: RecordingEngine) -> None:
    register(recording)
    move = recording.registered["maestro-engine/code/history"]
    assert move.typ == "pulumi-python:dynamic/code_move:CodeMove"
    inputs = {name: value for name, value in move.inputs.items() if name != "__provider"}
    assert inputs == {
        "owner": "acme",
        "server": "sandbox/test",
        "provider_version": 1,
        "repository": "maestro-engine",
        "default_branch": "main",
        "head": HEAD,
        "tree": "",
        "tags": {"v0.1.0": "b" * 40},
        "notes": True,
        "carries": "12 commits, 1 merge, 1 tag, 7 files",
    }


def test_every_part_of_a_repository_is_its_child(recording: RecordingEngine) -> None:
    register(recording)
    assert set(recording.registered) == {
        "maestro-engine",
        "maestro-engine/repository",
        "maestro-engine/code",
        "maestro-engine/code/history",
        "maestro-engine/code/default-branch",
    }


def test_a_repository_without_code_gets_no_default_branch(recording: RecordingEngine) -> None:
    register(recording, code=False)
    assert set(recording.registered) == {"maestro-engine", "maestro-engine/repository"}


def test_a_rolled_back_repository_is_archived(recording: RecordingEngine) -> None:
    register(recording, archived=True)
    assert recording.registered["maestro-engine/repository"].inputs["archived"] is True


def test_a_repository_that_github_has_is_adopted(recording: RecordingEngine) -> None:
    register(recording, exists=True)
    assert recording.registered["maestro-engine/repository"].resource_id == "maestro-engine"


def test_a_new_repository_is_not_adopted(recording: RecordingEngine) -> None:
    register(recording, exists=False)
    assert not recording.registered["maestro-engine/repository"].resource_id


def test_a_ruleset_names_its_branch_its_rules_and_who_goes_past_them(recording: RecordingEngine) -> None:
    register(recording, settings=desired_settings(protection={"approvals": 2, "bypass": ["core"]}))
    inputs = recording.registered["maestro-engine/protection/Default branch"].inputs
    assert inputs["conditions"]["refName"]["includes"] == ["~DEFAULT_BRANCH"]
    assert inputs["rules"]["pullRequest"]["requiredApprovingReviewCount"] == 2
    assert [(actor["actorType"], actor.get("actorId")) for actor in inputs["bypassActors"]] == [
        ("OrganizationAdmin", None),
        ("Team", 7),
    ]


def test_classic_protection_lets_nobody_but_administrators_write_the_moved_history(recording: RecordingEngine) -> None:
    register(recording, settings=desired_settings(protection={"as": "branch_protection"}))
    inputs = recording.registered["maestro-engine/protection/branch/monorepo"].inputs
    assert inputs["restrictPushes"] == [{"blocksCreations": True, "pushAllowances": []}]
    assert (inputs["enforceAdmins"], inputs["allowsForcePushes"], inputs["allowsDeletions"]) == (False, False, False)


def test_a_team_gets_its_role(recording: RecordingEngine) -> None:
    register(recording, settings=desired_settings(teams={"core": "maintain"}))
    inputs = recording.registered["maestro-engine/access/core"].inputs
    assert (inputs["teamId"], inputs["permission"]) == ("7", "maintain")


def test_an_environment_names_its_reviewers_its_wait_and_who_may_use_it(recording: RecordingEngine) -> None:
    production = {"name": "production", "reviewers": ["core", "@zoe"], "wait_minutes": 5, "tags": ["v*"]}
    register(recording, settings=desired_settings(environments=[production]))
    inputs = recording.registered["maestro-engine/environments/production/environment"].inputs
    assert (inputs["waitTimer"], inputs["reviewers"]) == (5, [{"teams": [7], "users": [8]}])
    assert inputs["deploymentBranchPolicy"] == {"protectedBranches": False, "customBranchPolicies": True}
    assert recording.registered["maestro-engine/environments/production/tag/v*"].inputs["tagPattern"] == "v*"


def test_an_environment_without_patterns_is_for_every_branch(recording: RecordingEngine) -> None:
    register(recording, settings=desired_settings(environments=[{"name": "staging"}]))
    assert (
        "deploymentBranchPolicy" not in recording.registered["maestro-engine/environments/staging/environment"].inputs
    )


def test_secrets_and_variables_get_the_stacks_values(recording: RecordingEngine) -> None:
    production = {"name": "production", "secrets": ["TOKEN"], "variables": ["URL"]}
    names = {"secrets": ["TOKEN"], "dependabot_secrets": ["TOKEN"], "variables": ["URL"]}
    register(recording, settings=desired_settings(environments=[production], **names))
    registered = recording.registered

    def value(name: str) -> object:
        inputs = registered[f"maestro-engine/{name}"].inputs
        return inputs["value"]

    assert value("secrets/URL") == value("environments/production/URL") == "https://packages.example"
    secrets = [value(name) for name in ("secrets/TOKEN", "secrets/dependabot/TOKEN", "environments/production/TOKEN")]
    assert [str(secret).count("s3cret-of-production") for secret in secrets] == [0, 0, 1]


def test_actions_may_do_what_the_plan_says(recording: RecordingEngine) -> None:
    register(recording, settings=desired_settings(actions={"patterns": ["aws-actions/*"]}))
    inputs = recording.registered["maestro-engine/settings/actions"].inputs
    assert (inputs["allowedActions"], inputs["shaPinningRequired"]) == ("selected", True)
    assert inputs["allowedActionsConfig"]["patternsAlloweds"] == ["aws-actions/*"]
    token = recording.registered["maestro-engine/settings/actions-token"].inputs
    assert token["defaultWorkflowPermissions"] == "read"


def test_a_label_that_the_repository_has_is_adopted(recording: RecordingEngine) -> None:
    register(
        recording, settings=desired_settings(labels=[{"name": "bug", "color": "d73a4a"}]), exists=True, labels={"bug"}
    )
    assert recording.registered["maestro-engine/settings/label/bug"].resource_id == "maestro-engine:bug"


def test_names_that_look_alike_with_dashes_do_not_collide() -> None:
    """Repository `a` with the environment `b-c`, beside `a-b` with `c`; and a slash inside a name is quoted."""
    assert child_name("a/environments", "b-c") != child_name("a-b/environments", "c")
    assert child_name("a/environments", "b/c") == "a/environments/b%2Fc"
    assert child_name("a/environments", "b%2Fc") == "a/environments/b%252Fc"


@pytest.mark.parametrize(
    ("alerts", "updates", "is_declared"),
    [(True, True, True), (True, False, True), (False, False, False), (None, False, False)],
)
def test_security_updates_of_a_new_repository_without_alerts_are_off_already(
    recording: RecordingEngine, alerts: bool | None, updates: bool, is_declared: bool
) -> None:
    """GitHub answers a change of them with 422 there."""
    register(recording, exists=False, settings=desired_settings(vulnerability_alerts=alerts, security_updates=updates))
    assert ("maestro-engine/settings/security-updates" in recording.registered) is is_declared

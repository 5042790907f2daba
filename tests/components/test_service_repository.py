"""What one repository of the plan registers with Pulumi."""

from typing import Any

import pulumi

from components.code_move import CodeMoveArgs
from components.github_server import ExistingRepository
from components.service_repository import ServiceRepository, ServiceRepositoryArgs
from migration.desired_state import CodeSelection, DesiredRepository, Move, RepositorySettings, settings_of
from migration.plan import Plan
from tests.components.conftest import NoLeftovers, RecordingEngine

HEAD = "a" * 40


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
        code=CodeSelection(moves=(Move(source="maestro-engine"),)) if code else None,
    )


def kept(**settings: Any) -> RepositorySettings:
    plan = {"monorepo": {"name": "m"}, "teams": [{"name": "core"}], "repositories": [{"name": "engine", **settings}]}
    return settings_of(Plan.model_validate(plan), "engine", "acme", None)


LEFT_ALONE = kept()


def register(
    recording: RecordingEngine,
    code: bool = True,
    archived: bool = False,
    exists: bool = False,
    settings: RepositorySettings = LEFT_ALONE,
) -> None:
    arguments = ServiceRepositoryArgs(
        owner="acme",
        desired=desired(code, archived),
        code=CodeMoveArgs(
            repository="maestro-engine",
            default_branch="main",
            head=HEAD,
            tags={"v0.1.0": "b" * 40},
            notes=True,
            carries="12 commits, 1 merge, 1 tag, 7 files",
        )
        if code
        else None,
        settings=settings,
        teams={"core": pulumi.Output.from_input(7)},
        existing=ExistingRepository() if exists else None,
        leftovers=NoLeftovers(),
    )

    recording.run(lambda: ServiceRepository("maestro-engine", arguments).url)


def test_a_repository_starts_bare_and_is_archived_instead_of_deleted(recording: RecordingEngine) -> None:
    register(recording)
    inputs = recording.registered["maestro-engine-repository"].inputs
    assert inputs["name"] == "maestro-engine"
    assert "autoInit" not in inputs
    assert inputs["archiveOnDestroy"] is True
    assert inputs["visibility"] == "private"
    assert inputs["topics"] == ["fastapi", "python"]


def test_merge_commits_stay_allowed_because_the_vendor_branch_is_merged(recording: RecordingEngine) -> None:
    register(recording)
    inputs = recording.registered["maestro-engine-repository"].inputs
    assert inputs["allowMergeCommit"] is True
    assert inputs["deleteBranchOnMerge"] is True


def test_a_code_move_shows_its_figures_and_names_what_it_carries(recording: RecordingEngine) -> None:
    register(recording)
    move = recording.registered["maestro-engine-code"]
    assert move.typ == "pulumi-python:dynamic/code_move:CodeMove"
    inputs = {name: value for name, value in move.inputs.items() if name != "__provider"}
    assert inputs == {
        "repository": "maestro-engine",
        "default_branch": "main",
        "head": HEAD,
        "tags": {"v0.1.0": "b" * 40},
        "notes": True,
        "carries": "12 commits, 1 merge, 1 tag, 7 files",
    }


def test_every_part_of_a_repository_is_its_child(recording: RecordingEngine) -> None:
    register(recording)
    assert set(recording.registered) == {
        "maestro-engine",
        "maestro-engine-repository",
        "maestro-engine-code",
        "maestro-engine-default-branch",
    }


def test_a_repository_without_code_gets_no_default_branch(recording: RecordingEngine) -> None:
    register(recording, code=False)
    assert set(recording.registered) == {"maestro-engine", "maestro-engine-repository"}


def test_a_rolled_back_repository_is_archived(recording: RecordingEngine) -> None:
    register(recording, archived=True)
    assert recording.registered["maestro-engine-repository"].inputs["archived"] is True


def test_a_repository_that_github_has_is_adopted(recording: RecordingEngine) -> None:
    register(recording, exists=True)
    assert recording.registered["maestro-engine-repository"].resource_id == "maestro-engine"


def test_a_new_repository_is_not_adopted(recording: RecordingEngine) -> None:
    register(recording, exists=False)
    assert not recording.registered["maestro-engine-repository"].resource_id


def test_a_ruleset_names_its_branch_its_rules_and_who_goes_past_them(recording: RecordingEngine) -> None:
    register(recording, settings=kept(protection={"approvals": 2, "bypass": ["core"]}))
    inputs = recording.registered["maestro-engine-protection-default-branch"].inputs
    assert inputs["conditions"]["refName"]["includes"] == ["~DEFAULT_BRANCH"]
    assert inputs["rules"]["pullRequest"]["requiredApprovingReviewCount"] == 2
    assert [(one["actorType"], one["actorId"]) for one in inputs["bypassActors"]] == [
        ("OrganizationAdmin", 1),
        ("Team", 7),
    ]


def test_classic_protection_lets_nobody_but_administrators_write_the_moved_history(recording: RecordingEngine) -> None:
    register(recording, settings=kept(protection={"as": "branch_protection"}))
    inputs = recording.registered["maestro-engine-protection-branch-monorepo"].inputs
    assert inputs["restrictPushes"] == [{"blocksCreations": True, "pushAllowances": []}]
    assert (inputs["enforceAdmins"], inputs["allowsForcePushes"], inputs["allowsDeletions"]) == (False, False, False)


def test_a_team_gets_its_role(recording: RecordingEngine) -> None:
    register(recording, settings=kept(teams={"core": "maintain"}))
    inputs = recording.registered["maestro-engine-team-core"].inputs
    assert (inputs["teamId"], inputs["permission"]) == ("7", "maintain")

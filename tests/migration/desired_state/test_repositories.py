from dataclasses import asdict
from pathlib import Path
from typing import Any

from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from migration.desired_state import (
    CodeSelection,
    DesiredRepository,
    FolderMove,
    MessageRules,
    TagMapping,
    desired_state,
)
from migration.plan import Plan, read_plan

PROJECT = Path(__file__).parents[3]


def desired(*repositories: dict[str, Any]) -> tuple[DesiredRepository, ...]:
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": repositories})
    return desired_state(plan, {"migration": "moving"}).repositories


def test_the_whole_of_maestro(snapshot: SnapshotAssertion) -> None:
    plan = read_plan(PROJECT / "migration.yaml")
    state = desired_state(plan, {wave.name: "moving" for wave in plan.waves})
    assert asdict(state) == snapshot.use_extension(JSONSnapshotExtension)


def test_a_move_to_the_root_has_no_target_folder() -> None:
    (repository,) = desired(
        {
            "name": "ml",
            "moves": [{"from": "synth", "earlier": ["ml"], "exclude": ["tmp/"]}, {"from": "docs/ml", "to": "docs"}],
            "tags": [{"from": "ml/v*", "to": "v*"}],
        }
    )
    assert repository.code == CodeSelection(
        moves=(
            FolderMove(source="synth", earlier=("ml",), exclude=("tmp/",)),
            FolderMove(source="docs/ml", target="docs"),
        ),
        tags=(TagMapping(source="ml/v*", target="v*"),),
    )


def test_a_repository_without_moves_takes_no_code() -> None:
    (repository,) = desired({"name": "docs"})
    assert repository.code is None


def test_the_tags_on_commits_of_a_repository_follow_unless_the_plan_says_otherwise() -> None:
    everything, nothing = desired(
        {"name": "a", "moves": [{"from": "a"}]}, {"name": "b", "moves": [{"from": "b"}], "tags": []}
    )
    assert everything.code == CodeSelection(moves=(FolderMove(source="a"),), own_tags=True)
    assert nothing.code == CodeSelection(moves=(FolderMove(source="b"),), tags=())


def test_rules_for_tags_of_all_repositories_have_their_names_and_paths() -> None:
    rules = [{"from": "@acme/{name}@*", "to": "v*"}, {"from": "{path}/v*", "to": "v*"}, {"from": "old-*", "to": None}]
    repositories = [
        {"name": "web", "moves": [{"from": "web"}, {"from": "go/ledger", "to": "ledger"}]},
        {"name": "api", "moves": [{"from": "api"}], "tags": [{"from": "{name}-*", "to": "*"}]},
    ]
    plan = Plan.model_validate(
        {"monorepo": {"name": "mono"}, "defaults": {"tags": rules}, "repositories": repositories}
    )
    web, api = (each.code for each in desired_state(plan, {"migration": "moving"}).repositories)
    assert web
    assert api
    assert web.tags == tuple(
        TagMapping(source=source, target=target)
        for source, target in (("@acme/web@*", "v*"), ("web/v*", "v*"), ("go/ledger/v*", "v*"), ("old-*", None))
    )
    assert api.tags == (TagMapping(source="api-*", target="*"),)


def package(name: str, *needs: str) -> dict[str, Any]:
    return {"name": name, "path": name, "version": "1.0", "depends_on": needs}


def test_a_repository_stands_after_those_whose_packages_it_needs() -> None:
    order = desired(
        {"name": "engine", "consumes": ["api"]},
        {"name": "docs"},
        {"name": "web", "packages": [package("api", "core", "api-types"), package("api-types")]},
        {"name": "shared", "packages": [package("core")]},
    )
    assert [repository.name for repository in order] == ["shared", "web", "engine", "docs"]


def test_what_changes_in_messages_is_part_of_the_code_that_is_taken() -> None:
    plan = Plan.model_validate(
        {
            "monorepo": {"name": "mono"},
            "repositories": [{"name": "a", "moves": [{"from": "a"}]}],
            "history": {"hashes": True, "issues": "acme/mono", "provenance": True, "notes": False},
        }
    )
    (repository,) = desired_state(plan, {"migration": "moving"}).repositories
    messages = MessageRules(hashes=True, issues="acme/mono", provenance=True)
    assert repository.code == CodeSelection(moves=(FolderMove(source="a"),), messages=messages, own_tags=True)
    assert not repository.notes


def test_topics_are_a_set_in_one_order() -> None:
    (repository,) = desired({"name": "a", "topics": ["python", "api", "python"]})
    assert repository.topics == ("api", "python")


def test_the_vendor_branch_can_be_merged() -> None:
    (repository,) = desired({"name": "a"})
    assert repository.merge.allow_merge_commit

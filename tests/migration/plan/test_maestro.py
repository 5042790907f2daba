"""The plan that ships, and the schema that goes with it."""

import json
from pathlib import Path

from migration.plan import read_plan
from migration.plan.schema import plan_schema

PROJECT = Path(__file__).parents[3]
PLAN = read_plan(PROJECT / "migration.yaml")


def test_the_committed_schema_is_that_of_the_model() -> None:
    committed = (PROJECT / "migration.schema.json").read_text()
    assert committed == plan_schema(), "python -m migration.plan.schema > migration.schema.json"


def test_the_plan_names_its_schema_for_editors() -> None:
    first = (PROJECT / "migration.yaml").read_text().split("\n")[0]
    assert first == "# yaml-language-server: $schema=./migration.schema.json"


def test_the_schema_describes_every_key() -> None:
    schema = json.loads(plan_schema())
    for name, model in (("plan", schema), *schema["$defs"].items()):
        assert model["description"], name
        assert model["additionalProperties"] is False, name
        for key, value in model["properties"].items():
            assert value.get("description"), f"{name}.{key}"


def test_seven_folders_become_seven_repositories_and_two_are_born() -> None:
    moves = {repository.name: [move.source for move in repository.moves] for repository in PLAN.repositories}
    assert moves == {
        "maestro-shared": ["shared/packages"],
        "quality-fabric": ["quality-fabric"],
        "maestro-frontend": ["maestro-frontend"],
        "maestro-engine": ["maestro-engine"],
        "maestro-hive": ["maestro-hive"],
        "maestro-ml-platform": ["synth"],
        "maestro-templates": ["maestro-templates"],
        "maestro-integration-tests": [],
        "maestro-docs": [],
    }


def test_the_six_waves_take_six_weeks() -> None:
    assert {wave.name: wave.week for wave in PLAN.waves} == {
        "foundation": 1,
        "quality": 2,
        "product": 3,
        "remaining": 4,
        "integration": 5,
        "documentation": 6,
    }


def test_the_shared_libraries_are_seven_packages_at_their_first_version() -> None:
    shared = PLAN.repositories[0]
    assert len(shared.packages) == 7
    assert {package.version for package in shared.packages} == {"0.1.0"}
    assert all(repository.packages == () for repository in PLAN.repositories[1:])


def test_nothing_is_public() -> None:
    assert {repository.visibility for repository in PLAN.repositories} == {"private"}


def test_the_plan_says_nothing_of_the_stack() -> None:
    keys = json.loads(plan_schema())["properties"].keys() | json.loads(plan_schema())["$defs"]["Monorepo"]["properties"]
    assert not keys & {"owner", "registry", "stage", "path", "url", "address"}

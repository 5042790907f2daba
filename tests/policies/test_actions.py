from textwrap import dedent

import pytest

from migration.desired_state import Devpi, managed_files
from migration.plan import read_plan
from policies.actions import MANAGED_FILES, REPOSITORY_FILE, actions_pinned
from tests.conftest import PROJECT
from tests.policies.conftest import violations

COMMIT = "3d3c42e5aac5ba805825da76410c181273ba90b1"


def workflow(used: str) -> str:
    return dedent(
        f"""\
        on: push
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: echo
              - uses: {used}
        """
    )


@pytest.mark.parametrize(
    "used",
    ["actions/checkout@v7", "actions/checkout@main", f"actions/checkout@{COMMIT[:12]}", "docker://alpine:3"],
)
def test_an_action_that_can_change_is_refused_with_its_file(used: str) -> None:
    (message,) = violations(actions_pinned, MANAGED_FILES, files={".github/workflows/ci.yml": workflow(used)})
    assert message.startswith(f"it: .github/workflows/ci.yml uses {used}. Pin it by the full id of its commit")


@pytest.mark.parametrize(
    "used",
    [
        f"actions/checkout@{COMMIT} # v7",
        f"maestro/pipelines/.github/workflows/ci.yml@{COMMIT}",
        f"docker://alpine@sha256:{COMMIT[:32] * 2}",
        "./.github/actions/ours",
    ],
)
def test_a_pinned_action_passes(used: str) -> None:
    assert violations(actions_pinned, MANAGED_FILES, files={".github/workflows/ci.yml": workflow(used)}) == []


def test_a_called_workflow_is_held_to_the_same() -> None:
    called = "jobs: {build: {uses: maestro/pipelines/.github/workflows/ci.yml@main}}"
    assert violations(actions_pinned, REPOSITORY_FILE, file=".github/workflows/ci.yml", content=called)


def test_other_files_may_use_words_as_they_like() -> None:
    assert violations(actions_pinned, MANAGED_FILES, files={"docs/usage.yml": "uses: actions/checkout@v7"}) == []


def test_every_pipeline_of_the_plan_passes() -> None:
    plan = read_plan(PROJECT / "migration.yaml")
    registry = Devpi(index_url="https://packages.maestro.example/+simple/", reader="reader")
    for repository in plan.repositories:
        files = {file.path: file.content for file in managed_files(plan, repository.name, "maestro", registry)}
        assert violations(actions_pinned, MANAGED_FILES, files=files) == []

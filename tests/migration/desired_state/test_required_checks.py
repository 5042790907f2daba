from typing import Any

import pytest
import yaml

from migration.desired_state import DesiredStateError
from migration.desired_state.managed_files import ManagedFile
from migration.desired_state.required_checks import required_checks

EveryFile = dict[str, tuple[ManagedFile, ...]]


def workflow(text: str, path: str = ".github/workflows/ci.yml") -> ManagedFile:
    return ManagedFile(path=path, content=text)


def checks(jobs: str, triggers: str = "pull_request") -> tuple[str, ...]:
    """The required checks of a workflow with these jobs, both written as flow YAML."""
    return required_checks([workflow(f"on: {triggers}\njobs: {jobs}\n")])


def test_each_required_check_is_a_job_of_every_pull_request(every_file: EveryFile) -> None:
    for name, files in every_file.items():
        (ci,) = (yaml.load(file.content, yaml.BaseLoader) for file in files if file.path.endswith("/ci.yml"))
        assert ci["on"]["pull_request"] == "", "no filter: a check that is left out blocks the merge"
        assert all("if" not in job for job in ci["jobs"].values())
        jobs = [job for job in ci["jobs"].values() if "continue-on-error" not in job]
        assert set(required_checks(files)) == {reported for job in jobs for reported in names(job)}, name


def names(job: dict[str, Any]) -> list[str]:
    """By hand, for the one form of matrix that the templates have."""
    if "strategy" not in job:
        return [job["name"]]
    return [job["name"].replace("${{ matrix.package }}", value) for value in job["strategy"]["matrix"]["package"]]


def test_every_repository_with_a_pipeline_has_checks_to_require(every_file: EveryFile) -> None:
    assert [name for name, files in every_file.items() if not required_checks(files)] == []


def test_the_engines_checks(every_file: EveryFile) -> None:
    expected = ("Lint", "Types", "Unit tests", "Build", "API contract")
    assert required_checks(every_file["maestro-engine"]) == expected


def test_an_advisory_job_is_not_required() -> None:
    jobs = "{a: {continue-on-error: true}, b: {needs: a}, c: {}}"
    assert checks(jobs) == ("c",)


def test_a_job_without_a_name_goes_by_its_key() -> None:
    assert checks("{test: {}}") == ("test",)


def test_a_matrix_gives_a_check_for_each_combination() -> None:
    matrix = "{strategy: {matrix: {python: ['3.10', '3.11'], os: [linux, mac]}}}"
    assert checks(f"{{test: {matrix}}}") == (
        "test (3.10, linux)",
        "test (3.10, mac)",
        "test (3.11, linux)",
        "test (3.11, mac)",
    )


def test_values_stand_behind_a_name_that_mentions_none() -> None:
    assert checks("{test: {name: Tests, strategy: {matrix: {os: [linux]}}}}") == ("Tests (linux)",)


def test_values_stand_in_a_name_that_mentions_them() -> None:
    assert checks("{t: {name: 'On ${{matrix.os}}', strategy: {matrix: {os: [linux, mac]}}}}") == ("On linux", "On mac")


@pytest.mark.parametrize("triggers", ["pull_request", "[push, pull_request]", "{pull_request: }", "{pull_request: {}}"])
def test_every_way_to_say_every_pull_request_counts(triggers: str) -> None:
    assert checks("{test: {}}", triggers) == ("test",)


@pytest.mark.parametrize(
    "triggers",
    [
        "push",
        "pull_request_target",
        "{push: {branches: [main]}}",
        "{pull_request: {paths: [src/**]}}",
        "{pull_request: {paths-ignore: [docs/**]}}",
        "{pull_request: {branches: [main]}}",
        "{pull_request: {types: [labeled]}}",
    ],
)
def test_a_workflow_that_leaves_pull_requests_out_gives_no_required_check(triggers: str) -> None:
    assert checks("{test: {}}", triggers) == ()


def test_a_job_that_could_be_skipped_is_not_required_nor_what_needs_it() -> None:
    assert checks("{a: {if: x}, b: {needs: a}, c: {needs: [b]}, d: {needs: e}, e: {}}") == ("d", "e")


def test_a_check_that_two_workflows_report_is_named_once() -> None:
    files = [workflow("{on: pull_request, jobs: {test: {}}}", f".github/workflows/{name}.yml") for name in "ab"]
    assert required_checks(files) == ("test",)


def test_other_files_are_not_read() -> None:
    assert required_checks([ManagedFile(path=".github/CODEOWNERS", content="* @acme/core")]) == ()


@pytest.mark.parametrize(
    ("job", "reason"),
    [
        ("{uses: ./.github/workflows/other.yml}", "calls a workflow"),
        ("{strategy: {matrix: '${{ fromJSON(needs.a.outputs.b) }}'}}", "more than lists"),
        ("{strategy: {matrix: {os: '${{ fromJSON(x) }}'}}}", "more than lists"),
        ("{strategy: {matrix: {os: [a], include: [{os: b}]}}}", "more than lists"),
        ("{name: '${{ github.ref }}'}", "name"),
    ],
)
def test_a_job_whose_checks_only_github_can_tell_is_refused(job: str, reason: str) -> None:
    with pytest.raises(DesiredStateError, match=reason):
        checks(f"{{test: {job}}}")

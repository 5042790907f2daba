"""What is kept of a verification, and shown to machines."""

import time
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from migration.plan import Confirmation
from migration.verification.check_run import run_checks
from migration.verification.checklist import checklist
from migration.verification.harness.check import Check, Evidence, Outcome, Verdict
from migration.verification.report.junit import as_junit
from migration.verification.report.record import Verification, key_of, read_verification
from tests.conftest import Repository
from tests.migration.verification.conftest import Worlds

HOLDS = Verdict(
    name="engine.tests",
    part="Engine",
    line="Passes",
    outcome=Outcome.PASSES,
    ran=("pytest",),
    saw=("3 passed",),
    seconds=1,
)
FAILS = replace(HOLDS, name="engine.created", outcome=Outcome.FAILS, why="gone\x1b[0m\nfor good", remedy="Make it.")
UNJUDGED = replace(HOLDS, name="engine.browser", outcome=Outcome.SKIPPED, why="no browser", remedy="Install one.")
PEOPLE = (Confirmation(statement="The team is trained"),)


def verification(*verdicts: Verdict) -> Verification:
    return Verification(key="k", seen_at="2026-01-31T10:00:00+00:00", seconds=2, verdicts=verdicts, people=PEOPLE)


def test_only_all_lines_together_are_green() -> None:
    assert verification(HOLDS).holds
    assert not verification(HOLDS, FAILS).holds
    assert not verification(HOLDS, UNJUDGED).holds
    assert not verification().holds


def test_what_only_people_can_judge_is_never_confirmed_by_the_program(tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    verification(HOLDS).write(file)
    half = Confirmation(statement="The team is trained", confirmed_by="Zoe")
    read = read_verification(file, [*PEOPLE, half])
    assert read is not None
    assert read.holds
    assert [each["confirmed_on"] for each in read.as_document()["people"]] == [None, None]
    assert [each["confirmed_by"] for each in read.as_document()["people"]] == [None, "Zoe"]


def test_after_ctrl_c_only_what_has_begun_is_waited_for() -> None:
    begun: list[int] = []

    def check(number: int, evidence: Evidence) -> None:
        begun.append(number)
        if len(begun) == 1:
            raise KeyboardInterrupt
        time.sleep(0.1)

    checks = [Check(name=str(index), part="All", line="Holds", run=partial(check, index)) for index in range(100)]
    with pytest.raises(KeyboardInterrupt):
        run_checks(checks, lambda verdict, done, total: None)
    assert 1 <= len(begun) < 50


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "evidence.json"
    verification(HOLDS, FAILS).write(file)
    assert read_verification(file, PEOPLE) == verification(HOLDS, FAILS)


def test_what_cannot_be_read_counts_as_nothing(tmp_path: Path) -> None:
    assert read_verification(tmp_path / "none.json", PEOPLE) is None
    (tmp_path / "other.json").write_text('{"key": 1}')
    assert read_verification(tmp_path / "other.json", PEOPLE) is None


def test_junit_shows_failures_as_failures_and_the_unjudged_as_errors() -> None:
    root = ElementTree.fromstring(as_junit(verification(HOLDS, FAILS, UNJUDGED)))
    (suite,) = root
    assert (suite.get("name"), suite.get("tests"), suite.get("failures"), suite.get("errors")) == (
        "Engine",
        "3",
        "1",
        "1",
    )
    (failure,) = suite.iter("failure")
    assert (failure.get("message"), failure.text) == ("gone[0m", "gone[0m\nfor good\nMake it.")
    assert next(case.findtext("system-out") for case in suite) == "pytest\n3 passed"


def test_another_commit_anywhere_is_another_world(worlds: Worlds, tmp_path: Path) -> None:
    world = worlds([{"name": "a"}, {"name": "b"}], {"a": {"x": "1"}, "b": {"x": "1"}})
    before = key_of(world)
    assert key_of(world) == before
    Repository(tmp_path / "github" / "b", commits=5).commit("More")
    assert key_of(world) != before


def test_the_checks_follow_from_the_plan(worlds: Worlds) -> None:
    world = worlds([{"name": "a", "moves": [{"from": "a"}]}], {"a": {"x": "1"}})
    assert {check.name for check in checklist(world, None)} == {
        *("a.created", "a.independent", "documentation.readme"),
        *("metrics.deployable", "metrics.boundaries", "metrics.releases"),
    }


def test_what_no_repository_of_the_plan_has_is_no_line_of_its_checklist(worlds: Worlds) -> None:
    page = {"name": "page", "kind": "vite-application", "moves": [{"from": "page"}]}
    repositories = [page, {"name": "handbook", "kind": "documentation"}, {"name": "stack", "kind": "compose-tests"}]
    checks = {check.name: check.line for check in checklist(worlds(repositories, {}), None)}
    assert not {"page.backend-address", "documentation.contracts", "documentation.patterns"} & set(checks)
    assert not {"integration.versions", "integration.test-service", "metrics.backends", "stack.release"} & set(checks)
    assert {"documentation.site", "documentation.migration", "integration.suite", "page.release"} <= set(checks)
    without_page = {check.name: check.line for check in checklist(worlds(repositories[1:], {}), None)}
    assert without_page["integration.suite"] == "The services work together"

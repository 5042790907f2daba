"""The harness of the fault-injection tests finds differences; its runs are in tests/end_to_end/test_survival.py."""

import sys

from tests.conftest import PROJECT

sys.path.insert(0, str(PROJECT / "benchmarks"))

from survival import table_of
from survival_contents import difference
from survival_runs import Point, Result

WORLD = {"engine": {"settings": {"private": True}, "refs": {"refs/heads/main": ["a1", ["Zoe: Begin"]]}}}


def test_equal_worlds_have_no_difference() -> None:
    assert difference(WORLD, WORLD) == ""


def test_a_second_copy_of_a_commit_is_a_difference_with_its_place() -> None:
    again = {"engine": {**WORLD["engine"], "refs": {"refs/heads/main": ["a1", ["Zoe: Begin", "Zoe: Begin"]]}}}
    assert difference(WORLD, again).startswith("/engine/refs/refs/heads/main: ")


def test_what_is_missing_and_what_is_too_much_is_a_difference() -> None:
    assert difference(WORLD, {}).startswith("/engine: ")
    assert difference(WORLD, {**WORLD, "engine-1": {}}) == "/engine-1: null became {}"


def test_the_table_counts_runs_and_differences_by_phase_and_mode() -> None:
    results = [
        Result(Point("cutover", "GitHub", number), "kill", 1, 2.0, "lost" if number else "") for number in range(2)
    ]
    (row,) = zip(*(column.cells for column in table_of(results).columns), strict=True)
    assert list(row) == ["cutover", "GitHub", "kill", "2", "1", "1"]

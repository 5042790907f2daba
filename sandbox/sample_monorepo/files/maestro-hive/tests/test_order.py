import pytest

from maestro_hive.estimates import Estimate
from maestro_hive.order import rounds
from maestro_hive.phases import Phase, PlanError, Task


def task(name: str, phase: Phase = Phase.BUILD, *needs: str) -> Task:
    return Task(name, phase, Estimate(1, 2, 3), frozenset(needs))


def names(*tasks: Task) -> list[list[str]]:
    return [[task.name for task in ready] for ready in rounds(tasks)]


def test_what_waits_for_nothing_is_done_side_by_side():
    assert names(task("b"), task("a")) == [["a", "b"]]


def test_what_is_needed_comes_first():
    assert names(task("roof", Phase.BUILD, "walls"), task("walls")) == [["walls"], ["roof"]]


def test_tasks_that_wait_for_each_other_are_refused():
    with pytest.raises(PlanError, match="wait for each other"):
        names(task("a", Phase.BUILD, "b"), task("b", Phase.BUILD, "a"))


def test_a_missing_task_is_named():
    with pytest.raises(PlanError, match="'walls', which does not exist"):
        names(task("roof", Phase.BUILD, "walls"))


def test_nothing_waits_for_a_later_phase():
    with pytest.raises(PlanError, match="later phase"):
        names(task("sketch", Phase.DESIGN, "walls"), task("walls"))

"""For every check of the sample there is a world in the tests that is broken, and the check has caught it."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _pytest.mark import ParameterSet

from migration.plan import read_plan
from migration.verification.checklist import checklist
from migration.verification.checks.moved_history import SplitUnderTest
from migration.verification.harness.context import VerificationContext
from tests.conftest import PROJECT
from tests.migration.verification.conftest import kind_of


def test_every_check_has_a_broken_world_that_it_catches(tmp_path: Path) -> None:
    plan = read_plan(PROJECT / "migration.yaml")
    world = VerificationContext(plan=plan, owner="acme", clone_url=str, cache=tmp_path, folder=tmp_path)
    nothing: Any = None  # a check is only named here, and does not run
    moved = SplitUnderTest(split=nothing, monorepo=tmp_path, selections={})
    present = {kind_of(check.name, plan) for check in checklist(world, moved)}
    broken = {kind for file in Path(__file__).parent.glob("test_*.py") for kind in claimed(file)}
    assert sorted(present - broken) == [], "Write a broken world, and mark its test with breaks(...)."
    assert sorted(broken - present) == [], "No check of the sample is called so."


def claimed(file: Path) -> Iterator[str]:
    """What the tests of a file say they break. That it is so, the fixture `broken_world` sees to in each of them."""
    module = importlib.import_module(f"{__package__}.{file.stem}")
    for function in vars(module).values():
        for mark in getattr(function, "pytestmark", ()):
            values = mark.args[1] if mark.name == "parametrize" else ()
            marks = [mark, *(each for value in values if isinstance(value, ParameterSet) for each in value.marks)]
            yield from (kind for each in marks if each.name == "breaks" for kind in each.args)

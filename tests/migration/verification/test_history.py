"""Histories that did not arrive."""

from dataclasses import replace
from pathlib import Path

import pytest

from components.stack.locations import selections_of
from migration.desired_state import desired_state
from migration.split.splitting import split_monorepo
from migration.verification.checks.moved_history import SplitUnderTest, checks
from migration.verification.harness.check import Outcome, Verdict
from migration.verification.harness.context import VerificationContext
from tests.conftest import Repository
from tests.migration.verification.conftest import Worlds, verdict_of


def moved_from(world: VerificationContext, monorepo: Repository, folder: Path) -> SplitUnderTest:
    selections = selections_of(desired_state(world.plan, {"migration": "moving"}))
    split = split_monorepo(monorepo.path, "refs/heads/main", selections, folder, lambda *_: None)
    return SplitUnderTest(split=split, monorepo=monorepo.path, selections=selections)


def verdicts(world: VerificationContext, moved: SplitUnderTest) -> dict[str, Verdict]:
    return {check.name: verdict_of(world, check) for check in checks(world, moved)}


@pytest.mark.breaks("history.arrived")
def test_a_repository_without_its_history_is_found(worlds: Worlds, monorepo: Repository, tmp_path: Path) -> None:
    world = worlds([{"name": "engine", "moves": [{"from": "engine"}]}], {"engine": {"main": "2\n"}})
    found = verdicts(world, moved_from(world, monorepo, tmp_path / "split"))
    assert found["history.proof"].outcome == Outcome.PASSES
    assert "monorepo of engine does not hold" in found["history.arrived"].why


def test_a_history_that_arrived_is_shown_with_its_figures(worlds: Worlds, monorepo: Repository, tmp_path: Path) -> None:
    world = worlds([{"name": "engine", "moves": [{"from": "engine"}]}], {"engine": {"main": "2\n"}})
    moved = moved_from(world, monorepo, tmp_path / "split")
    engine = Repository(tmp_path / "github" / "engine", commits=9)
    engine.git("fetch", "--quiet", str(moved.split.git_dir), str(moved.split.histories["engine"].head))
    engine.git("branch", "monorepo", "FETCH_HEAD")
    engine.git("reset", "--quiet", "--hard", "FETCH_HEAD")
    found = verdicts(world, moved)
    assert found["history.arrived"].why == ""
    assert "4 commits" in found["history.arrived"].saw[-1]


@pytest.mark.breaks("history.proof")
def test_a_proof_that_does_not_hold_fails(worlds: Worlds, monorepo: Repository, tmp_path: Path) -> None:
    world = worlds([{"name": "engine", "moves": [{"from": "engine"}]}], {"engine": {"main": "2\n"}})
    moved = moved_from(world, monorepo, tmp_path / "split")
    selection = moved.selections["engine"]
    lying = replace(moved, selections={"engine": replace(selection, moves=())})
    assert verdicts(world, lying)["history.proof"].outcome == Outcome.FAILS

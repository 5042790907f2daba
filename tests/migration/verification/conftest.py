"""Small worlds: repositories as real git, given to the checks as `verify` gives them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from migration.packages.index.simple_index import SimpleIndex
from migration.plan import Plan
from migration.verification.checklist import checklist
from migration.verification.harness.check import Check, Outcome, Verdict, run_check
from migration.verification.harness.context import VerificationContext
from tests.conftest import new_repository

Files = dict[str, dict[str, str]]
"""Repository to the files of its default branch."""

Worlds = Callable[..., VerificationContext]


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Worlds]:
    """Makes a world: the plan's repositories, and what is in each."""
    made: list[VerificationContext] = []

    def make(repositories: list[dict[str, Any]], files: Files, index: SimpleIndex | None = None) -> VerificationContext:
        for name, contents in files.items():
            repository = new_repository(tmp_path / "github" / name)
            for path, text in contents.items():
                file = repository.path / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            repository.commit("All of it")
        plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": repositories})
        made.append(
            VerificationContext(
                plan=plan,
                owner="acme",
                clone_url=lambda name: str(tmp_path / "github" / name),
                index=index,
                cache=tmp_path / "cache",
            )
        )
        return made[-1]

    yield make
    for world in made:
        world.close()


caught: set[str] = set()
"""The kinds of the checks that have failed in the test that runs."""


@pytest.fixture(autouse=True)
def broken_world(request: pytest.FixtureRequest) -> Iterator[None]:
    """`@pytest.mark.breaks("*.tests")` claims that a check of this kind fails in the test: here it has to."""
    caught.clear()
    yield
    claimed = {kind for mark in request.node.iter_markers("breaks") for kind in mark.args}
    assert claimed <= caught, f"{sorted(claimed - caught)} did not fail"


def kind_of(name: str, plan: Plan) -> str:
    """The name of a check without the repositories and the package that it is about."""
    owner = next((repository.name for repository in plan.repositories if name.startswith(f"{repository.name}.")), None)
    general = "*" + name.removeprefix(owner) if owner else name
    return re.sub(r"\b(works-with|packages\.install)\..*", r"\1.*", general)


def verdict_of(world: VerificationContext, check: Check) -> Verdict:
    """The result of the check."""
    verdict = run_check(check)
    if verdict.outcome == Outcome.FAILS:
        caught.add(kind_of(check.name, world.plan))
    return verdict


def verdict_on(world: VerificationContext, name: str) -> Verdict:
    """The result of the one check of this name."""
    (check,) = [each for each in checklist(world, None) if each.name == name]
    return verdict_of(world, check)

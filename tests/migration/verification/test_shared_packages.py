"""A registry that lacks what the plan publishes."""

from typing import Any

import pytest

from migration.packages.index.simple_index import SimpleIndex
from migration.verification.harness.check import Outcome
from sandbox.registry.registry_process import RunningRegistry
from tests.migration.verification.conftest import Worlds, verdict_on

SHARED: dict[str, Any] = {
    "name": "shared",
    "moves": [{"from": "libs"}],
    "packages": [{"name": "acme-nowhere-to-be-found", "path": ".", "version": "0.1.0"}],
}


@pytest.mark.breaks("packages.published", "packages.version", "packages.install.*", "packages.documented")
def test_a_package_that_was_never_published_is_missed(worlds: Worlds, registry_server: RunningRegistry) -> None:
    index = SimpleIndex(url=f"{registry_server.address}/root/pypi/+simple/")
    world = worlds([SHARED], {"shared": {"README.md": "too short"}}, index)
    published = verdict_on(world, "packages.published")
    assert published.why == "The registry has no acme-nowhere-to-be-found."
    assert "it has nothing" in verdict_on(world, "packages.version").why
    assert verdict_on(world, "packages.install.acme-nowhere-to-be-found").outcome == Outcome.FAILS
    assert "has no README" in verdict_on(world, "packages.documented").why


@pytest.mark.breaks("packages.published")
def test_a_registry_that_does_not_answer_is_told(worlds: Worlds) -> None:
    world = worlds([SHARED], {"shared": {"README.md": "x"}}, SimpleIndex(url="http://127.0.0.1:9/simple/"))
    assert "does not answer" in verdict_on(world, "packages.published").why


def test_without_a_registry_no_line_is_green(worlds: Worlds) -> None:
    world = worlds([SHARED], {"shared": {"README.md": "x"}})
    assert verdict_on(world, "packages.published").outcome == Outcome.SKIPPED

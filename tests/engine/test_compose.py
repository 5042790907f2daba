"""Docker Compose: the machine's own where it is new enough, otherwise one that is built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import EngineError, ensure_compose, installed_compose
from tests.engine.conftest import Machine
from tests.engine.fake_go import builds, install_fake_go

PLUGIN = 'test "$1 $2" = "compose version" && echo {}'


def ignore(message: str, share: float | None) -> None:
    pass


def test_the_machines_own_is_used(machine: Machine) -> None:
    install_fake_go(machine)
    machine.install("docker", PLUGIN.format("v2.40.3"))
    assert installed_compose() == ensure_compose(ignore) == ("docker", "compose")
    assert builds(machine) == 0


@pytest.mark.parametrize("script", [PLUGIN.format("2.23.9"), "echo \"'compose' is not a docker command\" >&2; exit 1"])
def test_where_it_has_none_that_is_new_enough_one_is_built_once(machine: Machine, script: str) -> None:
    machine.install("docker", script)
    assert installed_compose() is None
    go = install_fake_go(machine)
    (program,) = ensure_compose(ignore)
    assert Path(program).name == "docker-compose"
    assert Path(program).exists()
    assert builds(machine) == 1
    go.unlink()
    assert ensure_compose(ignore) == (program,)


def test_without_go_the_error_says_what_for_and_what_to_do(machine: Machine) -> None:
    with pytest.raises(EngineError, match=r"run in containers.* nor Go on PATH\. Go .* Install Docker Compose"):
        ensure_compose(ignore)

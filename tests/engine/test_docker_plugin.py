"""The Docker provider for a built engine: built once, and only for engines that cannot fetch it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import Engine, EngineError, ensure_docker_plugin
from engine.docker_plugin import _version
from engine.go_build import SOURCES
from tests.engine.conftest import Machine
from tests.engine.fake_go import builds, install_fake_go


def ignore(message: str, share: float | None) -> None:
    pass


def engine(home: Path | None) -> Engine:
    return Engine(pulumi=Path("pulumi"), version="3.256.0", built=home is not None, home=home)


def test_it_is_built_once_and_put_where_the_engine_looks_for_plugins(machine: Machine, tmp_path: Path) -> None:
    go = install_fake_go(machine)
    ensure_docker_plugin(engine(tmp_path / "one"), ignore)
    assert (tmp_path / "one" / "plugins" / f"resource-docker-v{_version()}" / "pulumi-resource-docker").exists()
    assert builds(machine) == 1
    go.unlink()
    ensure_docker_plugin(engine(tmp_path / "one"), ignore)
    ensure_docker_plugin(engine(tmp_path / "another"), ignore)
    assert (tmp_path / "another" / "plugins" / f"resource-docker-v{_version()}" / "pulumi-resource-docker").exists()


def test_an_installed_pulumi_fetches_its_own(machine: Machine) -> None:
    install_fake_go(machine)
    ensure_docker_plugin(engine(None), ignore)
    assert builds(machine) == 0


def test_without_go_the_error_says_what_for_and_what_to_do(machine: Machine, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"keeps its registry in a container.* no Go on PATH\. Go .* Install Pulumi"):
        ensure_docker_plugin(engine(tmp_path), ignore)


def test_its_version_is_that_of_the_sdk() -> None:
    pinned = (SOURCES.parent / "requirements.txt").read_text()
    found = re.search(r"^pulumi-docker==(\S+)", pinned, re.MULTILINE)
    assert found is not None
    assert found[1] == _version()

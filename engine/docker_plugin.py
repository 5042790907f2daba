"""The Docker provider for a built engine: only for stacks that keep their registry in a container."""

from __future__ import annotations

import re
import shutil

from engine.built_program import built_program
from engine.go_build import SOURCES, Build, GoModule, Progress
from engine.selection import Engine

BUILD_INPUTS = ("docker_provider/go.mod", "docker_provider/go.sum", "docker_provider/main.go")

_PROGRAM = "pulumi-resource-docker"

BUILD = Build(
    what="the Docker provider",
    modules=(GoModule("docker_provider", ".", _PROGRAM, "-s -w", 1.0),),
    processor_minutes=4,
    room="2 GB",
    without_go="The stack keeps its registry in a container, and there is no Go on PATH.",
    instead="Install Pulumi (https://www.pulumi.com/docs/install/), or ",
    last_resort="install Pulumi, which makes this build needless",
)


def ensure_docker_plugin(engine: Engine, progress: Progress) -> None:
    """Give the engine its plugin for Docker, built first if need be (two minutes, once per machine and set of pins).

    An installed Pulumi fetches the official one by itself. Raises EngineError with what to do.
    """
    if engine.home is None:
        return
    plugin = engine.home / "plugins" / f"resource-docker-v{_version()}" / _PROGRAM
    if plugin.exists():
        return
    programs = built_program("docker-provider", BUILD_INPUTS, BUILD, progress)
    plugin.parent.mkdir(parents=True, exist_ok=True)
    unfinished = plugin.with_suffix(".unfinished")
    shutil.copy2(programs / _PROGRAM, unfinished)
    unfinished.rename(plugin)


def _version() -> str:
    """That of the SDK, for which the engine asks."""
    found = re.search(r'const version = "([^"]+)"', (SOURCES / "docker_provider" / "main.go").read_text())
    assert found is not None
    return found[1]

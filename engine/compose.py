"""Docker Compose, which brings up a stack of containers: the machine's own, or one that is built from a Go module."""

from __future__ import annotations

import re
import subprocess

from engine.built_program import built_program
from engine.go_build import SOURCES, Build, GoModule, Progress

BUILD_INPUTS = ("docker_compose/go.mod", "docker_compose/go.sum")

OLDEST = (2, 24)
"""The first version in which a second file can replace a list of the first."""

_MODULE = "github.com/docker/compose/v2"
_PROGRAM = "docker-compose"


def installed_compose() -> tuple[str, ...] | None:
    """The words that start the machine's own; None where it has none that is new enough."""
    command = ("docker", "compose")
    try:
        answer = subprocess.run([*command, "version", "--short"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    version = re.match(r"v?(\d+)\.(\d+)", answer.stdout) if answer.returncode == 0 else None
    return command if version and (int(version[1]), int(version[2])) >= OLDEST else None


def ensure_compose(progress: Progress) -> tuple[str, ...]:
    """The words that start Compose, which is built first if need be (two minutes, once per machine and set of pins).

    What is built runs by itself: no plugin is put into anybody's settings of Docker. Raises EngineError.
    """
    return installed_compose() or (str(built_program("docker-compose", BUILD_INPUTS, _build(), progress) / _PROGRAM),)


def _build() -> Build:
    pinned = re.search(rf"^\s*{_MODULE} (v[\d.]+)", (SOURCES / "docker_compose" / "go.mod").read_text(), re.MULTILINE)
    assert pinned is not None
    flags = f"-s -w -X {_MODULE}/internal.Version={pinned[1]}"
    return Build(
        what="Docker Compose",
        modules=(GoModule("docker_compose", f"{_MODULE}/cmd", _PROGRAM, flags, 1.0),),
        processor_minutes=4,
        room="2 GB",
        without_go="The stack is to run in containers, and there is neither Docker Compose nor Go on PATH.",
        instead="Install Docker Compose (https://docs.docker.com/compose/install/), or ",
        last_resort="install Docker Compose, which makes this build needless",
    )

"""Which daemon is used, and what stands in for which image; the real ones are under ./multirepo test --docker."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.containers.base_images import BaseImages
from sandbox.containers.daemon import answering_daemon, docker_daemon
from sandbox.errors import SandboxError

Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a `docker`, a shell script, on a PATH that has nothing else."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("DOCKER_HOST", "unix:///of/this/test")

    def write(script: str) -> None:
        (programs / "docker").write_text(f"#!/bin/sh\n{script}\n")
        (programs / "docker").chmod(0o755)

    return write


@pytest.mark.parametrize("script", ["echo another-machine", "exit 1", "echo"])
def test_a_daemon_that_is_elsewhere_or_does_not_answer_is_none(install: Install, script: str) -> None:
    install(script)
    assert answering_daemon() is None


def test_the_daemon_of_this_machine_is_used_and_not_stopped(install: Install, tmp_path: Path) -> None:
    install(f"echo {socket.gethostname()}")
    assert answering_daemon() == "unix:///of/this/test"
    with docker_daemon(tmp_path / "images") as host:
        assert host == "unix:///of/this/test"
    assert not (tmp_path / "images").exists()


def test_without_docker_what_is_missing_and_what_to_do_is_told(install: Install, tmp_path: Path) -> None:
    assert answering_daemon() is None
    log = r"no docker on PATH\. Start the daemon .* or install Docker"
    with pytest.raises(SandboxError, match=log), docker_daemon(tmp_path / "images"):
        pass


REFUSED = "echo unreachable >&2; exit 1"


@pytest.mark.parametrize(
    ("image", "stand_in"),
    [
        ("python:3.11-slim", "multirepo-stand-in/python:3.11"),
        ("node:22.20-slim", "multirepo-stand-in/node:22"),
        ("nginx:1.29-alpine", "multirepo-stand-in/nginx:1"),
        ("postgres:14", "multirepo-stand-in/postgres:14"),
    ],
)
def test_a_stand_in_that_is_here_is_taken(install: Install, image: str, stand_in: str) -> None:
    install(f'for last; do :; done; test "$last" = {stand_in}')
    assert BaseImages(host="unix:///x", compose=("none",), may_make=False).find(image) == stand_in


@pytest.mark.parametrize(
    ("image", "log"),
    [
        ("python:3.13-slim", "python:3.13-slim cannot be pulled: unreachable\nThere is no stand-in for it"),
        ("postgres:14", "postgres:14 cannot be pulled: unreachable\nGive --docker"),
    ],
)
def test_an_image_that_cannot_be_had_is_told_each_time_with_what_to_do(install: Install, image: str, log: str) -> None:
    install(REFUSED)
    images = BaseImages(host="unix:///x", compose=("none",), may_make=False)
    for _ in range(2):
        with pytest.raises(SandboxError, match=log):
            images.find(image)


def test_without_debootstrap_or_root_no_stand_in_is_made(install: Install) -> None:
    install(REFUSED)
    with pytest.raises(SandboxError, match="stand-ins take debootstrap"):
        BaseImages(host="unix:///x", compose=("none",), may_make=True).find("postgres:14")

"""Containers from the command line: asked for, or because the machine has all that they take."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.containers.base_images import BaseImages
from sandbox.daemon import process
from tests.conftest import Checkout, Repository

PLAN = """\
monorepo: {name: small}
repositories:
  - name: engine
    kind: python-service
    dockerfile: Dockerfile
    moves: [{from: engine}]
  - name: tests
    kind: compose-tests
    transforms:
      add_files:
        docker-compose.yml: |
          services:
            engine:
              image: engine:latest
              ports: ["8000:8000"]
              healthcheck:
                test: [CMD, python, -c, "import urllib.request as r; r.urlopen('http://127.0.0.1:8000')"]
                interval: 1s
"""
DOCKERFILE = 'ARG BASE=python:3.11-slim\nFROM ${BASE}\nUSER 65534\nCMD ["python", "-m", "http.server", "8000"]\n'


@pytest.fixture
def rehearsed(checkout: Checkout, monorepo: Repository) -> Iterator[tuple[Checkout, tuple[str, ...]]]:
    """A checkout in which a small plan has been carried out, and the arguments that name it."""
    monorepo.commit("Engine: an image", engine__Dockerfile=DOCKERFILE)
    (checkout.path / "small.yaml").write_text(PLAN)
    own = ("--monorepo", str(monorepo.path), "--plan", "small.yaml")
    checkout.run("./multirepo", "rehearse", "--no-verify", *own)
    yield checkout, own
    process.stop(checkout.path / ".multirepo" / "sandbox")


def verdicts(checkout: Checkout, *arguments: str) -> dict[str, dict[str, str]]:
    """What `verify` came to; without a registry, some checks are skipped."""
    output = checkout.run("./multirepo", "verify", "--json", *arguments, code=1).stdout
    return {check["name"]: check for check in json.loads(output)["checks"]}


@pytest.mark.docker
def test_the_stack_runs_in_containers_when_asked_to_and_when_the_machine_has_all_that_it_takes(
    rehearsed: tuple[Checkout, tuple[str, ...]], base_images: BaseImages, tmp_path: Path
) -> None:
    checkout, own = rehearsed
    checkout.environment["DOCKER_HOST"] = base_images.host
    asked = verdicts(checkout, "--docker", *own)
    (tmp_path / "cli-plugins").mkdir()
    (tmp_path / "cli-plugins" / "docker-compose").symlink_to(base_images.compose[-1])
    checkout.environment["DOCKER_CONFIG"] = str(tmp_path)
    for found in (asked, verdicts(checkout, *own)):
        for name in ("integration.compose", "engine.image-file"):
            assert found[name]["outcome"] == "passes", found[name]["why"]
        assert "containers by Docker Compose" in found["integration.compose"]["saw"][-1]
        assert found["engine.image-file"]["saw"][-1].startswith("built engine:multirepo-")


def test_whoever_asks_for_containers_and_cannot_have_them_is_told_what_to_do(
    checkout: Checkout, tmp_path: Path
) -> None:
    (tmp_path / "docker").write_text("#!/bin/sh\ntest $1 = compose && echo 2.30.0\n")
    (tmp_path / "docker").chmod(0o755)
    (tmp_path / "dockerd").write_text("#!/bin/sh\necho it cannot start >&2; exit 1\n")
    (tmp_path / "dockerd").chmod(0o755)
    path = f"{tmp_path}:{checkout.environment['PATH']}"
    output = checkout.run("./multirepo", "verify", "--docker", code=3, PATH=path).stderr
    assert "No Docker daemon can be started: it cannot start" in output or "only root can start one" in output

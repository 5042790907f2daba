"""The stack in containers: what is worked out beforehand, and on a real daemon (./multirepo test --docker)."""

import hashlib
import subprocess
from dataclasses import replace
from typing import Any

import httpx
import pytest

from migration.packages.index.simple_index import SimpleIndex
from migration.verification.compose.images import bases
from migration.verification.compose.running import stack
from migration.verification.harness.check import Evidence, Outcome, SkippedError
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.docker import Docker
from sandbox.containers.base_images import BaseImages
from tests.migration.verification.conftest import Worlds, verdict_on

TESTS: dict[str, Any] = {
    "name": "tests",
    "kind": "compose-tests",
    "transforms": {"add_files": {"README.md": "x"}},
    "test_service": "checker",
}
ENGINE: dict[str, Any] = {
    "name": "engine",
    "kind": "python-service",
    "moves": [{"from": "engine"}],
    "dockerfile": "Dockerfile",
}
CHECKER = {**ENGINE, "name": "checker", "moves": [{"from": "checker"}]}
BASE = "ARG BASE=python:3.11-slim\nFROM ${BASE}\n"
TOKEN = "of-this-test-alone-4711"


@pytest.mark.parametrize(
    ("dockerfile", "found"),
    [
        (f"{BASE}COPY x /\n", [("BASE", "python:3.11-slim")]),
        (
            "ARG A=node:22\nARG B=nginx:1\nFROM $A AS one\nFROM ${B}\nCOPY --from=one x /\n",
            [("A", "node:22"), ("B", "nginx:1")],
        ),
        ("FROM --platform=linux/amd64 debian:12 AS one\nFROM one\nFROM scratch\n", [("", "debian:12")]),
    ],
)
def test_what_an_image_builds_on_is_read_from_its_file(dockerfile: str, found: list[tuple[str, str]]) -> None:
    assert bases(dockerfile) == found


def daemon_without_images(*, demanded: bool) -> Docker:
    """It has nothing to build on, and can pull nothing."""

    def find_base(image: str) -> str:
        raise SkippedError(f"{image} cannot be pulled.", "Load it.")

    return Docker(host="unix:///none", compose=("docker", "compose"), demanded=demanded, find_base=find_base)


@pytest.mark.parametrize("demanded", [True, False])
def test_without_images_there_are_no_containers_and_who_demands_them_is_told(worlds: Worlds, demanded: bool) -> None:
    world = worlds([ENGINE], {"engine": {"Dockerfile": BASE, "README.md": "x"}})
    world.docker = daemon_without_images(demanded=demanded)
    verdict = verdict_on(world, "engine.image-file")
    message = "python:3.11-slim cannot be pulled."
    if demanded:
        assert (verdict.outcome, verdict.why) == (Outcome.SKIPPED, message)
    else:
        assert verdict.outcome == Outcome.PASSES, verdict.why
        assert verdict.saw[-1] == f"not in containers: {message}"


def test_a_base_that_no_argument_names_has_no_stand_in(worlds: Worlds) -> None:
    world = worlds([ENGINE], {"engine": {"Dockerfile": "FROM python:3.11-slim\n", "README.md": "x"}})
    world.docker = replace(daemon_without_images(demanded=True), find_base=lambda image: f"stand-in/{image}")
    verdict = verdict_on(world, "engine.image-file")
    assert verdict.outcome == Outcome.SKIPPED
    assert "ARG BASE=python:3.11-slim" in verdict.remedy


@pytest.fixture
def docker(base_images: BaseImages) -> Docker:
    return Docker(host=base_images.host, compose=base_images.compose, demanded=True, find_base=base_images.find)


def listed(docker: Docker, *arguments: str) -> list[str]:
    command = ["docker", "--host", docker.host, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def what_is_left(world: VerificationContext, docker: Docker) -> list[str]:
    project = ("--quiet", "--filter", f"label=com.docker.compose.project={world.project}")
    kinds = (("container", "ls", "--all"), ("volume", "ls"), ("network", "ls"))
    left = [each for kind in kinds for each in listed(docker, *kind, *project)]
    return left + listed(docker, "image", "ls", "--quiet", "--filter", f"reference=*:{world.project}")


@pytest.mark.docker
def test_an_image_file_without_a_fault_that_does_not_build_is_found(worlds: Worlds, docker: Docker) -> None:
    dockerfile = f"{BASE}COPY main.py /\nRUN python /main.py\n"
    world = worlds([ENGINE], {"engine": {"Dockerfile": dockerfile, "main.py": "raise SystemExit('cannot')\n"}})
    assert verdict_on(world, "engine.image-file").outcome == Outcome.PASSES, "hadolint finds it"
    world = worlds([ENGINE], {})
    world.docker = docker
    verdict = verdict_on(world, "engine.image-file")
    assert verdict.outcome == Outcome.FAILS
    assert "cannot" in verdict.why


@pytest.mark.docker
def test_a_service_that_never_gets_healthy_is_told_with_its_own_words(worlds: Worlds, docker: Docker) -> None:
    check = "healthcheck: {test: [CMD, 'false'], interval: 1s, retries: 2}"
    compose = f"services:\n  engine: {{image: engine:latest, {check}, environment: [PYTHONUNBUFFERED=1]}}\n"
    dockerfile = f'{BASE}CMD ["python", "-c", "print(\'no database\'); import time; time.sleep(600)"]\n'
    files = {"tests": {"docker-compose.yml": compose}, "engine": {"Dockerfile": dockerfile}}
    world = worlds([ENGINE, {**TESTS, "test_service": None}], files)
    world.docker = docker
    verdict = verdict_on(world, "integration.compose")
    assert verdict.outcome == Outcome.FAILS
    assert "unhealthy" in verdict.why
    assert "no database" in verdict.why
    assert what_is_left(world, docker)
    world.close()
    assert what_is_left(world, docker) == []


SERVED = """\
services:
  engine:
    image: engine:latest
    ports: ["8000:8000"]
    environment: {ORIGIN: "http://localhost:8000", DATABASE: "postgresql://postgres:${POSTGRES_PASSWORD:?}@db:5432/it"}
    healthcheck:
      test: [CMD, python, -c, "import socket; socket.create_connection(('127.0.0.1', 8000))"]
      interval: 1s
      retries: 30
    depends_on: {db: {condition: service_healthy}}
  checker:
    image: checker:latest
    environment: {TEST_TARGET: "http://engine:8000"}
    command: python /check.py
  db:
    image: postgres:14
    environment: {POSTGRES_DB: it, POSTGRES_PASSWORD: "${POSTGRES_PASSWORD:?}"}
    healthcheck: {test: [CMD, pg_isready, --username=postgres, --dbname=it], interval: 1s, retries: 30}
"""
SERVER = """\
import http.server, json, os


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(dict(os.environ)).encode())


http.server.HTTPServer(("", 8000), Handler).serve_forever()
"""
# It builds only where the secret arrives.
SERVING = f"""\
{BASE}COPY server.py /
RUN --mount=type=secret,id=POETRY_HTTP_BASIC_PRIVATE_PASSWORD \\
    sha256sum /run/secrets/POETRY_HTTP_BASIC_PRIVATE_PASSWORD | grep {hashlib.sha256(TOKEN.encode()).hexdigest()}
CMD ["python", "/server.py"]
"""
CHECK = """\
import os, urllib.request

assert urllib.request.urlopen(os.environ["TEST_TARGET"]).status == 200
print("1 passed")
"""


@pytest.mark.docker
def test_the_stack_comes_up_from_its_own_file_and_leaves_nothing_behind(worlds: Worlds, docker: Docker) -> None:
    files = {
        "tests": {"docker-compose.yml": SERVED},
        "engine": {"Dockerfile": SERVING, "server.py": SERVER},
        "checker": {"Dockerfile": f"{BASE}COPY check.py /\n", "check.py": CHECK},
    }
    index = SimpleIndex(url="http://127.0.0.1:9/+simple/", user="reader", token=TOKEN)
    world = worlds([ENGINE, CHECKER, TESTS], files, index)
    world.docker = docker
    evidence = Evidence()
    running = stack(world, evidence)
    assert running.how.startswith("containers")
    (address,) = running.addresses.values()
    assert running.suite == {"TEST_TARGET": address}
    environment = httpx.get(address).json()
    assert environment["ORIGIN"] == address
    password = environment["DATABASE"].removeprefix("postgresql://postgres:").removesuffix("@db:5432/it")
    assert len(password) > 20
    assert running.test(evidence).splitlines()[-1] == "1 passed"
    (db,) = listed(docker, "container", "ls", "--quiet", "--filter", "label=com.docker.compose.service=db")
    ask = (
        "sh",
        "-c",
        f"PGPASSWORD={password} psql --host=db --user=postgres it --csv --tuples-only --command='SHOW server_version'",
    )
    assert listed(docker, "exec", db, *ask)[0].startswith("14.")

    message = [*evidence.ran, *evidence.saw, *listed(docker, "history", "--no-trunc", f"engine:{world.project}")]
    message += [*listed(docker, "image", "inspect", f"engine:{world.project}"), *listed(docker, "logs", db)]
    assert any("postgres:14" in each for each in message)
    assert not [each for each in message if TOKEN in each or password in each]
    world.close()
    assert what_is_left(world, docker) == []

"""The registry in a container of our own image, on a real Docker daemon: ./multirepo test --docker."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine import Engine, ensure_docker_plugin
from migration.packages.devpi import Devpi
from sandbox.listening import listen_on_first_free
from tests.conftest import PROJECT
from tests.end_to_end.conftest import Stack
from tests.end_to_end.test_publishing import CONFIG, LOGGING, plan

pytestmark = pytest.mark.docker

PASSWORD = "of-this-test-alone-4711"
BASE = "multirepo-test-base"


@pytest.fixture(scope="session")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Docker daemon: the user's own, or one for these tests."""
    if shutil.which("docker") is None:
        pytest.skip("there is no docker on PATH")
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0:
        yield os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
        return
    if shutil.which("dockerd") is None or os.geteuid() != 0:
        pytest.skip("no Docker daemon runs, and only root can start one: dockerd must be on PATH")
    folder = tmp_path_factory.mktemp("docker")
    address = f"unix://{folder}/docker.sock"
    places = ("--data-root", folder / "data", "--exec-root", folder / "exec", "--pidfile", folder / "pid")
    with (folder / "log").open("wb") as log:
        started = subprocess.Popen(
            ["dockerd", "--host", address, *map(str, places), "--storage-driver", "vfs"], stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + 60
        while not docker(address, "info", check=False):
            if started.poll() is not None or time.monotonic() > deadline:
                said = (folder / "log").read_text().splitlines()[-1:]
                pytest.skip(f"no Docker daemon can be started: {''.join(said)}")
            time.sleep(0.2)
        yield address
    finally:
        started.terminate()
        started.wait(timeout=60)


@pytest.fixture(scope="session")
def base(daemon: str) -> str:
    """The image's own base where it can be had; where no registry of images is reachable, one of Debian's packages."""
    usual = "python:3.11-slim-bookworm"
    if docker(daemon, "image", "inspect", usual, check=False) or docker(daemon, "pull", usual, check=False):
        return usual
    archive = PROJECT / ".multirepo" / "test-tools" / "docker-base.tar"
    if not archive.exists():
        if shutil.which("debootstrap") is None:
            pytest.skip(f"{usual} cannot be pulled, and there is no debootstrap on PATH to make another base")
        tree = archive.with_suffix("")
        wanted = "--include=python3,python3-venv,ca-certificates"
        subprocess.run(["debootstrap", "--variant=minbase", wanted, "bookworm", tree], check=True, capture_output=True)
        # Where the network has a certificate authority of its own, pip must know it.
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", tree / "etc/ssl/certs/ca-certificates.crt")
        subprocess.run(["tar", "-C", tree, "-cf", archive, "."], check=True)
        shutil.rmtree(tree)
    docker(daemon, "import", str(archive), BASE)
    return BASE


def docker(daemon: str, *arguments: str, check: bool = True) -> str:
    done = subprocess.run(
        ["docker", "--host", daemon, *arguments], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0 or not check, f"docker {arguments}: {done.stderr}"
    return done.stdout if done.returncode == 0 else ""


@pytest.fixture
def contained(stack: Stack, engine: Engine, daemon: str, base: str, build_environments: Path) -> Iterator[Stack]:
    """The stack with two packages, whose registry it makes itself."""
    ensure_docker_plugin(engine, lambda message, share: None)
    with listen_on_first_free(0) as listener:
        port = listener.getsockname()[1]
    settings = stack.checkout.path / "Pulumi.test.yaml"
    config = yaml.safe_load(settings.read_text())
    config["config"]["multirepo:registry"] = {"kind": "docker", "index": "maestro/prod", "port": port, "base": base}
    settings.write_text(yaml.safe_dump(config))
    stack.pulumi("config", "set", "--secret", "multirepo:digest_key", "of this test")
    stack.checkout.environment |= {"DOCKER_HOST": daemon, "DEVPI_PASSWORD": PASSWORD}
    kept = stack.checkout.path / ".multirepo" / "build-environments"
    kept.parent.mkdir(exist_ok=True)
    kept.symlink_to(build_environments)
    stack.monorepo.commit(
        "Begin two packages",
        **{
            "packages__config__pyproject.toml": CONFIG,
            "packages__config__maestro_config__init.py": "1\n",
            "packages__logging__pyproject.toml": LOGGING,
            "packages__logging__maestro_logging__init.py": "1\n",
        },
    )
    stack.write_plan(plan("0.1.0"))
    yield stack
    for kind in ("container", "volume"):
        docker(daemon, kind, "rm", "--force", "multirepo-registry-test", check=False)


def test_a_stack_makes_its_registry_publishes_to_it_and_keeps_the_packages(contained: Stack, daemon: str) -> None:
    stack = contained
    told = stack.up()
    address = registry_address(stack)
    with Devpi(address, "root", PASSWORD) as devpi:
        published = devpi.files("maestro/prod", "maestro-logging", "0.1.0")
        assert len(published) == 2
        index = devpi.index("maestro/prod")
        assert index is not None
        assert index["acl_pkg_read"] == ["maestro", "reader", "publisher"], "the plugin is in the image"
    (container,) = json.loads(docker(daemon, "container", "inspect", "multirepo-registry-test"))
    assert container["State"]["Health"]["Status"] == "healthy"
    assert container["Config"]["User"] == "10001:10001"
    assert container["HostConfig"]["CapDrop"] == ["ALL"]
    (published_port,) = container["NetworkSettings"]["Ports"]["3141/tcp"]
    assert published_port["HostIp"] == "127.0.0.1"
    inside = docker(daemon, "exec", "multirepo-registry-test", "sh", "-c", "id -u; cat /run/secrets/* | cut -c1-9")
    assert inside.split() == ["10001", "$argon2id"]

    told += stack.pulumi("preview", "--diff", "--refresh", "--expect-no-changes").stdout
    told += stack.state()
    told += json.dumps(container) + docker(daemon, "history", "--no-trunc", container["Image"])
    told += docker(daemon, "image", "inspect", container["Image"]) + docker(daemon, "logs", "multirepo-registry-test")
    told += docker(daemon, "top", "multirepo-registry-test")
    assert "multirepo-registry-test" in told
    assert PASSWORD not in told

    docker(daemon, "container", "rm", "--force", "multirepo-registry-test")
    stack.up("--refresh", "--target", "**registry-server-container")
    with Devpi(address, "root", PASSWORD) as devpi:
        assert devpi.files("maestro/prod", "maestro-logging", "0.1.0") == published
    stack.pulumi("destroy", "--yes", "--skip-preview", code=None)
    assert "multirepo-registry-test" in docker(daemon, "volume", "ls", "--quiet")


def registry_address(stack: Stack) -> str:
    settings: dict[str, Any] = yaml.safe_load((stack.checkout.path / "Pulumi.test.yaml").read_text())
    return f"http://127.0.0.1:{settings['config']['multirepo:registry']['port']}"

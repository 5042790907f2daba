"""The registry in a container of our own image, on a real Docker daemon: ./multirepo test --docker."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine import Engine, ensure_docker_plugin
from migration.packages.index.devpi_client import DevpiClient
from sandbox.containers.base_images import BaseImages
from sandbox.network.listening import listen_on_first_free
from tests.end_to_end.conftest import Stack
from tests.end_to_end.test_publishing import CONFIG, LOGGING, plan

pytestmark = pytest.mark.docker

PASSWORD = "of-this-test-alone-4711"


@pytest.fixture
def daemon(base_images: BaseImages) -> str:
    """The address of a Docker daemon: the user's own, or one for these tests."""
    return base_images.host


@pytest.fixture
def base(base_images: BaseImages) -> str:
    """The image's own base, or what stands in for it."""
    return base_images.find("python:3.11-slim-bookworm")


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
    stack.checkout.environment |= {"DOCKER_HOST": daemon, "DEVPI_PASSWORD": PASSWORD}
    environments_folder = stack.checkout.path / ".multirepo" / "build-environments"
    environments_folder.parent.mkdir(exist_ok=True)
    environments_folder.symlink_to(build_environments)
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
    output = stack.up()
    address = registry_address(stack)
    with DevpiClient(address, "root", PASSWORD) as devpi:
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

    output += stack.pulumi("preview", "--diff", "--refresh", "--expect-no-changes").stdout
    output += stack.state()
    output += json.dumps(container) + docker(daemon, "history", "--no-trunc", container["Image"])
    output += docker(daemon, "image", "inspect", container["Image"]) + docker(daemon, "logs", "multirepo-registry-test")
    output += docker(daemon, "top", "multirepo-registry-test")
    assert "multirepo-registry-test" in output
    assert PASSWORD not in output

    docker(daemon, "container", "rm", "--force", "multirepo-registry-test")
    stack.up("--refresh", "--target", "**registry-server-container")
    with DevpiClient(address, "root", PASSWORD) as devpi:
        assert devpi.files("maestro/prod", "maestro-logging", "0.1.0") == published
    stack.pulumi("destroy", "--yes", "--skip-preview", code=None)
    assert "multirepo-registry-test" in docker(daemon, "volume", "ls", "--quiet")


def registry_address(stack: Stack) -> str:
    settings: dict[str, Any] = yaml.safe_load((stack.checkout.path / "Pulumi.test.yaml").read_text())
    return f"http://127.0.0.1:{settings['config']['multirepo:registry']['port']}"

"""Packages are published from their new repository, once, before anything that uses them moves: all parts are real."""

import json
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest

from migration.git.remote import Remote
from migration.packages.index.devpi_client import DevpiClient, ReleaseFile
from migration.packages.index.simple_index import SimpleIndex
from migration.packages.publish.provenance import verify_published
from sandbox.daemon.administration import read_secrets
from sandbox.registry.registry_process import RunningRegistry
from tests.end_to_end.conftest import Stack
from tests.end_to_end.test_registry import registry_settings, with_registry

__all__ = ["with_registry"]  # the fixture

MANIFEST = """\
[tool.poetry]
name = "{name}"
version = "0.0.5"
description = "An example"
authors = []
packages = [{{include = "{module}"}}]
[tool.poetry.dependencies]
python = "^3.11"
{needs}
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""
CONFIG = MANIFEST.format(name="maestro-config", module="maestro_config", needs="")
LOGGING = MANIFEST.format(
    name="maestro-logging", module="maestro_logging", needs='maestro-config = {path = "../config", develop = true}'
)

ENGINE = """\
[project]
name = "engine"
version = "1"
requires-python = ">=3.11"
dependencies = ["maestro-logging"]
[tool.uv.sources]
maestro-logging = {path = "../packages/logging", editable = true}
"""
LOCK = """\
version = 1
requires-python = ">=3.11"

[[package]]
name = "engine"
version = "1"
source = { virtual = "." }
dependencies = [
    { name = "maestro-logging" },
]

[package.metadata]
requires-dist = [{ name = "maestro-logging", editable = "../packages/logging" }]

[[package]]
name = "maestro-config"
version = "0.0.5"
source = { editable = "../packages/config" }

[[package]]
name = "maestro-logging"
version = "0.0.5"
source = { editable = "../packages/logging" }
dependencies = [
    { name = "maestro-config" },
]
"""


def plan(version: str) -> dict[str, Any]:
    packages = [
        {"name": "maestro-logging", "path": "logging", "version": "0.1.0", "depends_on": ["maestro-config"]},
        {"name": "maestro-config", "path": "config", "version": version},
    ]
    return {
        "monorepo": {"name": "maestro-platform"},
        "repositories": [
            # Named first, and made last: it uses what the other one publishes.
            {
                "name": "engine",
                "moves": [{"from": "engine"}],
                "consumes": ["maestro-logging"],
                "secrets": ["REGISTRY_READ_TOKEN"],
            },
            {"name": "shared", "moves": [{"from": "packages"}], "packages": packages},
        ],
    }


@pytest.fixture
def publishing(with_registry: Stack, build_environments: Path) -> Stack:
    """The stack with two packages, and the build backend kept from other tests."""
    stack = with_registry
    stack.monorepo.commit(
        "Begin two packages",
        **{
            "packages__config__pyproject.toml": CONFIG,
            "packages__config__maestro_config__init.py": "1\n",
            "packages__logging__pyproject.toml": LOGGING,
            "packages__logging__maestro_logging__init.py": "1\n",
            "engine__pyproject.toml": ENGINE,
            "engine__uv.lock": LOCK,
        },
    )
    stack.write_plan(plan("0.1.0"))
    environments_folder = stack.checkout.path / ".multirepo" / "build-environments"
    environments_folder.parent.mkdir(exist_ok=True)
    environments_folder.symlink_to(build_environments)
    return stack


def test_a_version_is_published_once_completed_when_lost_and_never_replaced(
    publishing: Stack, registry_server: RunningRegistry, tmp_path: Path
) -> None:
    stack, registry = publishing, registry_settings(publishing)
    stack.up()
    assert order_of_creation(stack) == ["maestro-config", "maestro-logging", "engine"]
    assert installed(stack, registry, tmp_path / "wheels") == {"maestro_config-0.1.0", "maestro_logging-0.1.0"}
    manifest = json.loads(stack.pulumi("stack", "output", "repositories", "--json").stdout)["shared"]["packages"][
        "maestro-config"
    ]
    moved = stack.clone("shared", tmp_path / "shared").git("rev-parse", f"{manifest['commit']}^{{tree}}")
    assert moved == stack.monorepo.git("rev-parse", "HEAD:packages")
    assert manifest["monorepo_commit"] == stack.monorepo.git("rev-parse", "HEAD")
    assert verified(stack, registry) == []

    with DevpiClient(registry_server.address, "root", registry_server.root_password) as devpi:
        published = devpi.files(registry["index"], "maestro-config", "0.1.0")
        assert locked(stack, tmp_path / "engine") == set(published.values())
        wheel = published["maestro_config-0.1.0-py3-none-any.whl"]
        root = ("root", registry_server.root_password)
        httpx.delete(f"{wheel.url}?force=", auth=root, headers={"Accept": "application/json"}).raise_for_status()
        assert verified(stack, registry) == ["the registry has no maestro_config-0.1.0-py3-none-any.whl"]
        ref = "refs/published/maestro-logging/0.1.0"
        stack.monorepo.git("push", "--quiet", clone_url(stack, "shared"), f":{ref}")
        drift = stack.checkout.run("./multirepo", "drift", "--stack", "test", "--json", code=4)
        assert "published package maestro-config 0.1.0" in drift.stdout
        assert "published package maestro-logging 0.1.0" in drift.stdout
        stack.up("--refresh")
        assert devpi.files(registry["index"], "maestro-config", "0.1.0") == published
        assert verified(stack, registry) == []
        assert ref in stack.monorepo.git("ls-remote", clone_url(stack, "shared"))

        engine = stack.refs("engine")
        changes = {"packages__config__maestro_config__init.py": "2\n", "engine__main": "of the same commit\n"}
        stack.monorepo.commit("Change config and engine", **changes)
        refused = stack.up()
        assert any(f"is sha256 {file.sha256} there, and sha256" in refused for file in published.values())
        assert "Set `version` of maestro-config to 0.1.1 in the plan" in refused
        assert "Traceback" not in refused
        assert stack.refs("engine") != engine, "what uses the package is carried on"
        assert locked(stack, tmp_path / "engine") == set(published.values()), "with what can be had"
        assert "Set `version` of maestro-config to 0.1.1 in the plan" in stack.up()
        stack.write_plan(plan("0.1.1"))
        stack.up()
        assert devpi.files(registry["index"], "maestro-config", "0.1.0") == published
        newer = devpi.files(registry["index"], "maestro-config", "0.1.1")
        assert len(newer) == 2
        assert locked(stack, tmp_path / "engine") == set(newer.values())
        assert devpi.tokens(registry["publisher"]) == {}  # each upload has one of its own, and takes it back


def test_an_up_that_is_killed_while_it_publishes_is_completed_by_the_next_one(
    publishing: Stack, registry_server: RunningRegistry
) -> None:
    stack, registry = publishing, registry_settings(publishing)
    command = ["pulumi", "up", "--yes", "--skip-preview", "--stack=test", "--non-interactive"]
    with (
        DevpiClient(registry_server.address, "root", registry_server.root_password) as devpi,
        subprocess.Popen(
            command, cwd=stack.checkout.path, env=stack.checkout.environment, stdout=subprocess.DEVNULL
        ) as running,
    ):
        while not devpi.files(registry["index"], "maestro-config", "0.1.0"):
            assert running.poll() is None, "the run ended before anything was published"
            time.sleep(0.005)
        running.kill()
        running.wait()
        first = devpi.files(registry["index"], "maestro-config", "0.1.0")
        assert not devpi.files(registry["index"], "maestro-logging", "0.1.0")
        stack.pulumi("cancel", "--yes")
        stack.up()
        config = devpi.files(registry["index"], "maestro-config", "0.1.0")
        assert {name: config[name] for name in first} == first
        assert len(config) == len(devpi.files(registry["index"], "maestro-logging", "0.1.0")) == 2
    assert {"shared/packages/maestro-config", "shared/packages/maestro-logging"} <= stack.resources()


def clone_url(stack: Stack, repository: str) -> str:
    return stack.world.clone_url(repository).replace("://", f"://x-access-token:{stack.world.token}@")


def verified(stack: Stack, registry: dict[str, Any]) -> list[str]:
    """What anybody finds who has the addresses and may read."""
    remote = Remote(url=stack.world.clone_url("shared"), token=stack.world.token)
    url = f"{registry['server']}/{registry['index']}/+simple/"
    index = SimpleIndex(url=url, user=registry["reader"], token=reader_token(stack))
    return verify_published(remote, index, "maestro-config", "0.1.0", "shared")


def reader_token(stack: Stack) -> str:
    secrets = read_secrets(stack.server, stack.world.name)
    (token,) = [secret.value for secret in secrets if secret.name == "REGISTRY_READ_TOKEN"]
    assert token
    return token


def locked(stack: Stack, clone: Path) -> set[ReleaseFile]:
    """The files of maestro-config that the engine's lock file names now."""
    if not clone.exists():
        stack.clone("engine", clone)
    stack.monorepo.git("-C", str(clone), "pull", "--quiet", clone_url(stack, "engine"), "main")
    packages = {entry["name"]: entry for entry in tomllib.loads((clone / "uv.lock").read_text())["package"]}
    files = [packages["maestro-config"]["sdist"], *packages["maestro-config"]["wheels"]]
    return {ReleaseFile(file["url"], file["hash"].removeprefix("sha256:")) for file in files}


def order_of_creation(stack: Stack) -> list[str]:
    """Packages and the repository that uses them, in the order in which they were made."""
    resources = json.loads(stack.state())["deployment"]["resources"]
    names = {
        "shared/packages/maestro-config": "maestro-config",
        "shared/packages/maestro-logging": "maestro-logging",
        "engine/repository": "engine",
    }
    made = [
        (resource["created"], names[name])
        for resource in resources
        if (name := resource["urn"].rsplit("::", 1)[-1]) in names
    ]
    return [name for _, name in sorted(made)]


def installed(stack: Stack, registry: dict[str, Any], folder: Path) -> set[str]:
    """What pip gets with the engine's token, from the registry and from nowhere else."""
    url = f"{registry['server']}/{registry['index']}/+simple/"
    index = SimpleIndex(url=url, user=registry["reader"], token=reader_token(stack))
    environment = {"PATH": os.environ["PATH"], **index.client_environment()}
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(folder), "maestro-logging"]
    subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return {"-".join(file.name.split("-")[:2]) for file in folder.iterdir()}

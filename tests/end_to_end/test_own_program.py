"""The components in programs of others: from the wheel, and as a component package."""

import importlib
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import httpx
import pulumi
import pytest
import yaml
from pulumi.provider.experimental.analyzer import Analyzer

import components
from component_package.hosting import COMPONENTS
from engine import Engine
from sandbox.daemon.administration import TenantAccess
from sandbox.registry.registry_process import RunningRegistry
from tests.conftest import PROJECT, Checkout
from tests.end_to_end.conftest import Stack

REMOTE = """
import pulumi
import pulumi_github as github

class Remote(pulumi.ComponentResource):
    def __init__(self, kind, called, outputs, **inputs):
        properties = dict.fromkeys(outputs) | inputs
        super().__init__(f"multirepo:index:{kind}", called, properties, options, True)

config = pulumi.Config()
provider = github.Provider("github", owner=config.require("owner"), base_url=config.require("api"))
options = pulumi.ResourceOptions(providers=[provider], version="0.0.0")
labels = [{"name": "incident", "color": "d73a4a"}]
features = {"repository": "ledger", "labels": labels, "vulnerabilityAlerts": True}
home = Remote("ServiceRepository", "ledger", ["url"], name="ledger", topics=["money"], features=features)
pulumi.export("url", home.url)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as a release builds it, from what git has."""
    folder = tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [name for name in listed.stdout.splitlines() if not name.startswith("tests/") and (PROJECT / name).exists()]
    copied = subprocess.run(["tar", "cf", "-", *files], cwd=PROJECT, capture_output=True, check=True)
    source = folder / "source"
    source.mkdir()
    subprocess.run(["tar", "xf", "-"], cwd=source, input=copied.stdout, check=True)
    uv("build", "--wheel", "--no-build-isolation", "--python", sys.executable, "-o", str(folder), str(source))
    (made,) = folder.glob("*.whl")
    return made


def uv(*arguments: str) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("uv"), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def pulumi_in(folder: Path, checkout: Checkout, *arguments: str) -> str:
    return Checkout(folder, checkout.environment).run("pulumi", *arguments, "--non-interactive").stdout


def settled(folder: Path, checkout: Checkout, engine: Engine, world: TenantAccess) -> None:
    """An environment for Pulumi in the folder, and the stack `own`."""
    (folder / "state").mkdir()
    checkout.environment |= {
        "PATH": ":".join([*map(str, engine.path_entries), checkout.environment["PATH"]]),
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "own",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "GITHUB_TOKEN": world.token,
    } | ({"PULUMI_HOME": str(engine.home)} if engine.home else {})
    pulumi_in(folder, checkout, "stack", "init", "own")


def test_another_teams_program_uses_the_components_of_the_wheel(
    checkout: Checkout,
    engine: Engine,
    world: TenantAccess,
    registry_server: RunningRegistry,
    wheel: Path,
    tmp_path: Path,
) -> None:
    program = tmp_path / "own_program"
    subprocess.run(["cp", "-r", PROJECT / "examples" / "own_program", program], check=True)
    uv("venv", "--python", sys.executable, str(program / ".venv"))
    uv("pip", "install", "--python", str(program / ".venv" / "bin" / "python"), f"{wheel}[stack]", "pip")
    user = f"o{abs(hash(world.name)):x}"
    registry = {"kind": "devpi", "server": registry_server.address, "index": f"{user}/prod"}
    registry |= {"reader": f"{user}-reader", "publisher": f"{user}-publisher"}
    settings = {"owner": world.organization, "github": world.address, "registry": registry}
    config = {f"own-program:{key}": value for key, value in settings.items()}
    (program / "Pulumi.own.yaml").write_text(yaml.safe_dump({"config": config}))
    settled(program, checkout, engine, world)
    checkout.environment["DEVPI_PASSWORD"] = registry_server.root_password
    pulumi_in(program, checkout, "up", "--yes", "--skip-preview", "--stack=own")
    pulumi_in(program, checkout, "preview", "--refresh", "--expect-no-changes", "--stack=own")
    headers = {"Authorization": f"Bearer {world.token}"}
    place = f"{world.api_url}/repos/{world.organization}/billing"
    with httpx.Client(headers=headers) as client:
        rulesets = client.get(f"{place}/rulesets").json()
        assert {ruleset["name"] for ruleset in rulesets} == {"Default branch", "Release tags"}
        assert client.get(f"{place}/environments/release/secrets/REGISTRY_PUBLISH_TOKEN").is_success
        assert client.get(f"{place}/actions/secrets/REGISTRY_READ_TOKEN").is_success
        assert client.get(f"{place}/labels/incident").is_success


def test_a_program_in_any_language_uses_the_component_package(stack: Stack, engine: Engine, tmp_path: Path) -> None:
    program = tmp_path / "remote"
    program.mkdir()
    plugin = {"name": "multirepo", "path": str(stack.checkout.path / "component_package")}
    project = {
        "name": "remote",
        "runtime": {"name": "python", "options": {"virtualenv": str(PROJECT / ".venv")}},
        "plugins": {"providers": [plugin]},
        "config": {"owner": stack.world.organization, "api": f"{stack.world.api_url}/"},
    }
    (program / "Pulumi.yaml").write_text(json.dumps(project))
    (program / "__main__.py").write_text(REMOTE)
    settled(program, stack.checkout, engine, stack.world)
    pulumi_in(program, stack.checkout, "up", "--yes", "--skip-preview", "--stack=own")
    url = json.loads(pulumi_in(program, stack.checkout, "stack", "output", "--json", "--stack=own"))["url"]
    assert url.endswith(f"{stack.world.organization}/ledger")
    headers = {"Authorization": f"Bearer {stack.world.token}"}
    place = f"{stack.world.api_url}/repos/{stack.world.organization}/ledger"
    assert httpx.get(place, headers=headers).json()["topics"] == ["money"]
    assert httpx.get(f"{place}/labels/incident", headers=headers).is_success


def test_pulumis_own_analyzer_accepts_every_component() -> None:
    for module in pkgutil.walk_packages(components.__path__, "components."):
        if not module.name.startswith("components.registry.image"):  # it runs in the registry's container
            importlib.import_module(module.name)
    known = {kind for kind in subclasses(pulumi.ComponentResource) if kind.__module__.startswith("components.")}
    assert known == set(COMPONENTS)
    definitions = Analyzer("multirepo").analyze(list(COMPONENTS))["component_definitions"]
    assert definitions.keys() == {component.__name__ for component in COMPONENTS}


def subclasses(kind: type) -> set[type]:
    direct: list[type] = kind.__subclasses__()
    return {*direct, *(each for child in direct for each in subclasses(child))}

"""Private packages in a clean room: pip, Poetry and uv, configured as we configure them, on a real registry.

The public index of these tests offers a higher version of each private name, as somebody who wants to get his code
into our builds would: https://medium.com/@alex.birsan/dependency-confusion-4a5d60fec610
"""

import base64
import hashlib
import os
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from migration.desired_state.pipelines import VERSIONS
from migration.packages.index.devpi_client import DevpiClient
from migration.packages.manifests.conversion import with_versions
from migration.packages.manifests.dependency_rules import DependencyRules, dependency_rules
from migration.packages.publish.upload import upload
from migration.plan import Plan
from sandbox.registry.registry_process import RunningRegistry
from tests.conftest import Tools
from tests.migration.packages.conftest import PLAN

OURS = {"maestro-config": [], "maestro-logging": ["maestro-config<0.2,>=0.1.0", "public-colours"]}
EVIL = "99.0"


def make_wheel(folder: Path, name: str, version: str, needs: list[str]) -> Path:
    """https://packaging.python.org/en/latest/specifications/binary-distribution-format/"""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    requires = "".join(f"Requires-Dist: {need}\n" for need in needs)
    files = {
        f"{module}/__init__.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digests = {path: hashlib.sha256(text.encode()).digest() for path, text in files.items()}
    lines = [
        f"{path},sha256={base64.urlsafe_b64encode(digest).decode().rstrip('=')}," for path, digest in digests.items()
    ]
    files[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""])
    wheel = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)  # without a date: the same bytes each time
    return wheel


@dataclass
class Room:
    """index: the private one. token: a reader's. public: an index where somebody offers our names."""

    index: str
    reader: str
    token: str = field(repr=False)
    public: str
    rules: DependencyRules
    tools: Tools
    folder: Path

    def run(self, *command: str | Path, **environment: str) -> None:
        clean = {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "PIP_CONFIG_FILE": os.devnull}
        done = subprocess.run(
            [*map(str, command)], cwd=self.folder, env=clean | environment, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"

    def write_manifest(self, text: str, more: str = "") -> None:
        changed = with_versions({"pyproject.toml": text.encode()}, self.rules)
        (self.folder / "pyproject.toml").write_text(changed["pyproject.toml"].decode() + more)

    def with_credentials(self) -> str:
        return self.index.replace("://", f"://{self.reader}:{self.token}@")


@pytest.fixture(scope="session")
def public_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A static simple index (PEP 503) with a higher version of each private name."""
    folder = tmp_path_factory.mktemp("public")
    for name in (*OURS, "public-colours"):
        (folder / "simple" / name).mkdir(parents=True)
        make_wheel(folder / "simple" / name, name, EVIL, [])

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/simple/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def published(
    registry_server: RunningRegistry, public_index: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Our packages in an index like the one that the stack makes, over a mirror of that public index."""
    folder = tmp_path_factory.mktemp("wheels")
    with DevpiClient(registry_server.address, "root", registry_server.root_password) as devpi:
        for user in ("room", "room-reader"):
            devpi.ensure_user(user, "password")
        mirror = {"type": "mirror", "mirror_url": public_index, "mirror_no_project_list": True}
        devpi.ensure_index("room/public", mirror)
        settings = {"bases": ["room/public"], "volatile": False, "mirror_whitelist": [], "acl_upload": ["room"]}
        devpi.ensure_index("room/prod", settings)
        devpi.ensure_index("room/prod", {"acl_pkg_read": ["room", "room-reader"]})
        wheels = [make_wheel(folder, name, "0.1.0", needs) for name, needs in OURS.items()]
        upload(wheels, f"{registry_server.address}/room/prod/", "room", devpi.create_token("room", {}))
        token = devpi.create_token("room-reader", {"indexes": ["room/prod", "room/public"]})  # as the stack does
    return {"index": f"{registry_server.address}/room/prod/+simple/", "reader": "room-reader", "token": token}


@pytest.fixture
def room(published: dict[str, str], public_index: str, tools: Tools, tmp_path: Path) -> Room:
    plan = Plan.model_validate(PLAN)
    synth = next(repository for repository in plan.repositories if repository.name == "synth")
    rules = dependency_rules(plan, synth, published["index"])
    return Room(**published, public=public_index, rules=rules, tools=tools, folder=tmp_path)


def locked(room: Room, lock_file: str) -> dict[str, str]:
    packages = tomllib.loads((room.folder / lock_file).read_text())["package"]
    return {package["name"]: package["version"] for package in packages if package["name"] in OURS}


def test_pip_installs_ours_from_the_one_index_that_it_knows(room: Room) -> None:
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--target", "site", "maestro-logging")
    room.run(*pip, PIP_INDEX_URL=room.with_credentials())
    assert {file.name for file in (room.folder / "site").glob("*.dist-info")} == {
        "maestro_config-0.1.0.dist-info",
        "maestro_logging-0.1.0.dist-info",
        f"public_colours-{EVIL}.dist-info",
    }


def test_the_probe_would_find_a_client_that_asks_two_indexes(room: Room) -> None:
    """What the documentation advises against, so that the other tests are known to be able to fail."""
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--target", "site", "maestro-logging")
    room.run(*pip, PIP_INDEX_URL=room.with_credentials(), PIP_EXTRA_INDEX_URL=room.public)
    assert [file.name for file in (room.folder / "site").glob("*.dist-info")] == [f"maestro_logging-{EVIL}.dist-info"]


def test_poetry_takes_ours_and_what_ours_need_from_the_explicit_source(room: Room) -> None:
    room.write_manifest(
        '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.11"\n'
        'maestro-logging = {path = "../shared/packages/logging", develop = true}\n',
        f'\n[[tool.poetry.source]]\nname = "public"\nurl = "{room.public}"\npriority = "primary"\n',
    )
    credentials = {"POETRY_HTTP_BASIC_MAESTRO_USERNAME": room.reader, "POETRY_HTTP_BASIC_MAESTRO_PASSWORD": room.token}
    in_project = {"POETRY_VIRTUALENVS_IN_PROJECT": "true", "POETRY_CACHE_DIR": str(room.folder / "cache")}
    room.run(room.tools("poetry", VERSIONS["poetry"]), "install", "--no-interaction", **credentials, **in_project)
    assert locked(room, "poetry.lock") == dict.fromkeys(OURS, "0.1.0")
    assert room.token not in (room.folder / "poetry.lock").read_text()
    room.run(room.folder / ".venv/bin/python", "-c", "import maestro_logging, maestro_config")


def test_uv_takes_ours_and_what_ours_need_from_the_explicit_index(room: Room) -> None:
    room.write_manifest(
        '[project]\nname = "synth"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["maestro-logging"]\n'
        '[tool.uv.sources]\nmaestro-logging = {path = "../shared/packages/logging", editable = true}\n'
    )
    credentials = {"UV_INDEX_MAESTRO_USERNAME": room.reader, "UV_INDEX_MAESTRO_PASSWORD": room.token}
    elsewhere = {"UV_DEFAULT_INDEX": room.public, "UV_CACHE_DIR": str(room.folder / "cache")}
    room.run(room.tools("uv", VERSIONS["uv"]), "sync", "--python", sys.executable, **credentials, **elsewhere)
    assert locked(room, "uv.lock") == dict.fromkeys(OURS, "0.1.0")
    assert room.token not in (room.folder / "uv.lock").read_text()
    room.run(room.folder / ".venv/bin/python", "-c", "import maestro_logging, maestro_config")


def test_without_a_token_nothing_can_be_downloaded(room: Room) -> None:
    with pytest.raises(AssertionError, match="403"):
        room.run(sys.executable, "-m", "pip", "download", "maestro-logging", PIP_INDEX_URL=room.index)

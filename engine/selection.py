"""Which engine to use: the one on PATH, the one in the cache, or one to be built now."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import filelock
import platformdirs

from engine.go_build import BUILD_INPUTS, SOURCES, EngineError, Progress, build, go_command, pulumi_version

Version = tuple[int, int, int]


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
    cache = platformdirs.user_cache_path("multirepo") / "engine"
    pinned = pulumi_version()
    installed = _installed_engine(cache)
    if installed is not None and _version(installed.version) >= _version(pinned):
        return installed
    folder = cache / _key()
    if not folder.is_dir():
        if installed is not None:
            progress(f"{installed.pulumi} is {installed.version}, older than {pinned}: not used", None)
        _build_once(cache, folder, progress)
    return Engine(
        pulumi=folder / "bin" / "pulumi",
        version=pinned,
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


def _key() -> str:
    """Names a build by everything that goes into it. Go's own version does not: go.mod sets the oldest."""
    digest = hashlib.sha256(f"{platform.system()}/{platform.machine()}".encode())
    for name in BUILD_INPUTS:
        digest.update(name.encode() + (SOURCES / name).read_bytes())
    return digest.hexdigest()[:16]


def _build_once(cache: Path, folder: Path, progress: Progress) -> None:
    """Build under a lock into a temporary folder, so that `folder` exists only when it is whole."""
    go = go_command()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _only_builder(cache, progress):
            _drop_leftovers(cache)
            if folder.is_dir():
                return
            unfinished = Path(tempfile.mkdtemp(suffix=".unfinished", dir=cache))
            build(go, unfinished, cache / f"{folder.name}.log", progress)
            unfinished.rename(folder)
    except OSError as error:
        raise EngineError(
            f"The engine's cache {cache} cannot be written: {error.strerror or error}. "
            "Give it 0.3 GB of room, a writable folder (XDG_CACHE_HOME moves it), and start again."
        ) from error


@contextlib.contextmanager
def _only_builder(cache: Path, progress: Progress) -> Iterator[None]:
    """Hold the cache's lock, which the system releases when its holder is killed."""
    lock = filelock.FileLock(cache / "lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        progress("Another start is building the engine: waiting for it", None)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _drop_leftovers(cache: Path) -> None:
    """Remove what killed builds left: whoever holds the lock is the only builder."""
    for leftover in cache.glob("*.unfinished"):
        shutil.rmtree(leftover, ignore_errors=True)

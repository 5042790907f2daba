"""The cache of built programs: each build once, under a lock, and there only when it is whole."""

from __future__ import annotations

import contextlib
import hashlib
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import filelock

from engine.go_build import SOURCES, EngineError, Progress


def key_of(inputs: Iterable[str]) -> str:
    """Names a build by everything that goes into it. Go's own version does not: go.mod sets the oldest.

    inputs: files, relative to SOURCES.
    """
    digest = hashlib.sha256(f"{platform.system()}/{platform.machine()}".encode())
    for name in inputs:
        digest.update(name.encode() + (SOURCES / name).read_bytes())
    return digest.hexdigest()[:16]


def build_once(folder: Path, what: str, build: Callable[[Path, Path], None], progress: Progress) -> None:
    """Build under a lock into a temporary folder, so that `folder` exists only when it is whole.

    what: in words, like "the engine". build: fills the folder that is its first argument; the second is a log file.
    """
    cache = folder.parent
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _only_builder(cache, what, progress):
            _drop_leftovers(cache)
            if folder.is_dir():
                return
            unfinished = Path(tempfile.mkdtemp(suffix=".unfinished", dir=cache))
            build(unfinished, cache / f"{folder.name}.log")
            unfinished.rename(folder)
    except OSError as error:
        raise EngineError(
            f"The cache {cache} of {what} cannot be written: {error.strerror or error}. "
            "Give it 0.3 GB of room, a writable folder (XDG_CACHE_HOME moves it), and start again."
        ) from error


@contextlib.contextmanager
def _only_builder(cache: Path, what: str, progress: Progress) -> Iterator[None]:
    """Hold the cache's lock, which the system releases when its holder is killed."""
    lock = filelock.FileLock(cache / "lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        progress(f"Another start is building {what}: waiting for it", None)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _drop_leftovers(cache: Path) -> None:
    """Remove what killed builds left: the holder of the lock is the only builder."""
    for leftover in cache.glob("*.unfinished"):
        shutil.rmtree(leftover, ignore_errors=True)

"""The folder with all state of a sandbox, and its locks.

ROOT/sandbox.json marks the folder as a sandbox's and has the port on which the daemon listened last. The process
that holds the lock on ROOT/daemon.lock is the daemon. The kernel releases the lock when that process ends, so a
stale process id has no effect.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from sandbox.errors import SandboxError

STATE_FILE = "sandbox.json"
DAEMON_LOCK = "daemon.lock"
START_LOCK = "start.lock"
MADE_HERE = (
    "worlds",
    "hooks",
    "registry",
    "sandbox.sqlite3",
    "sandbox.sqlite3-wal",
    "sandbox.sqlite3-shm",
    "requests.log",
    "sandbox.log",
    "token",
    "tokens",
    "certificates",
    DAEMON_LOCK,
    START_LOCK,
    STATE_FILE,
)


@dataclass(frozen=True)
class Serving:
    """What sandbox.json says: the process that serves or served last, its port, the code it ran."""

    pid: int
    port: int
    code: str


@cache
def code_version() -> str:
    """A hash of the sandbox's own code: daemons with another one are out of date."""
    package = Path(__file__).parents[1]
    material = (package / "sample_monorepo", package / "upstream")  # no part of what a daemon runs
    code = [module for module in package.rglob("*.py") if not any(folder in module.parents for folder in material)]
    files = [*code, package / "git" / "gitconfig", package / "graphql" / "schema.graphql"]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file.relative_to(package)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def claim(root: Path) -> None:
    """Make the folder ours. Raises SandboxError when it holds something that the sandbox did not make."""
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        foreign = sorted(set(os.listdir(root)) - set(MADE_HERE))  # noqa: PTH208 (names are enough)
    except OSError as error:
        raise SandboxError(f"The sandbox cannot use {root}: {error.strerror}. Give another folder.") from None
    if foreign and not (root / STATE_FILE).exists():
        raise SandboxError(
            f"{root} holds '{foreign[0]}', which the sandbox did not make. Give an empty or a new folder."
        )


def write_serving(root: Path, serving: Serving) -> None:
    """Record who serves. In one step, readable by its owner only."""
    new = root / f"{STATE_FILE}.{os.getpid()}"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(serving), file)
    new.replace(root / STATE_FILE)


def read_serving(root: Path) -> Serving | None:
    """What sandbox.json says; None when it is missing or unreadable."""
    try:
        return Serving(**json.loads((root / STATE_FILE).read_text()))
    except (OSError, ValueError, TypeError):
        return None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock on the file, waiting for its holder. Raises SandboxError when the file cannot be made."""
    while True:
        try:
            file = path.open("a")
        except OSError as error:
            raise SandboxError(f"The sandbox cannot write {path}: {error.strerror}.") from None
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if path.exists() and os.path.samestat(path.stat(), os.fstat(file.fileno())):
                yield
                return  # otherwise a reset deleted the file meanwhile: nobody else waits for this one


def try_lock(path: Path) -> int | None:
    """Take the lock for as long as the descriptor is open; None when another process has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def is_served(root: Path) -> bool:
    """Whether a daemon is at work on this folder."""
    if not (root / DAEMON_LOCK).exists():
        return False
    descriptor = try_lock(root / DAEMON_LOCK)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None


def remove(root: Path) -> None:
    """Delete what the sandbox made, and the folder when nothing else is in it."""
    for name in MADE_HERE:
        path = root / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    if not any(root.iterdir()):
        root.rmdir()

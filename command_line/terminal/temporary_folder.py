"""One folder for the temporary files of a command, and the removal of those that killed commands left."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from command_line.terminal.failures import CommandError

ROOT_NAME = f"multirepo-{os.getuid()}"
"""In the system's folder for temporary files. Outside of every project: clones that are checked must stand alone."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """While the block runs, `tempfile` of this process works in a folder of its own, which is then removed.

    Before, the folders of commands that are dead are removed: the system releases the lock of a killed process.
    """
    before = tempfile.tempdir
    root = Path(tempfile.gettempdir()) / ROOT_NAME
    with _lock_root(root):
        for folder in root.iterdir():
            _remove_if_dead(folder)
        folder = Path(tempfile.mkdtemp(dir=root))
        owner = _lock(folder, fcntl.LOCK_EX)
    tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        with _lock_root(root):
            shutil.rmtree(folder, ignore_errors=True)
            os.close(owner)
            with suppress(OSError):
                root.rmdir()  # the last one


@contextmanager
def _lock_root(root: Path) -> Iterator[None]:
    """The folder of all commands, held alone. Another command may remove it before it is held: then once more."""
    while True:
        root.mkdir(mode=0o700, exist_ok=True)
        try:
            descriptor = _lock(root, fcntl.LOCK_EX)
        except FileNotFoundError:
            continue
        if os.fstat(descriptor).st_uid != os.getuid():
            raise CommandError(f"{root}: Belongs to another user. Set TMPDIR to a folder of your own, and run again.")
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), root.stat()):
                break
        os.close(descriptor)
    try:
        yield
    finally:
        os.close(descriptor)


def _lock(folder: Path, operation: int) -> int:
    """The descriptor that holds the lock. Raises BlockingIOError where LOCK_NB is asked for and another holds it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, operation)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor


def _remove_if_dead(folder: Path) -> None:
    with suppress(BlockingIOError):
        descriptor = _lock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)

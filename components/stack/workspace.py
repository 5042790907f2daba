"""The folder `.multirepo` of a checkout: for its owner alone.

It holds the sandbox's token, the state of the sandbox's stacks, and copies of monorepos.
"""

import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from components.stack.settings import WORKSPACE, SettingsError

OWNER_ONLY = 0o700


def make_workspace_private() -> None:
    """Create the folder, or close it to other users of the machine. Raises SettingsError when it is not ours."""
    try:
        WORKSPACE.mkdir(mode=OWNER_ONLY, exist_ok=True)
        if stat.S_IMODE(WORKSPACE.stat().st_mode) != OWNER_ONLY:
            WORKSPACE.chmod(OWNER_ONLY)
    except OSError as error:
        raise SettingsError(
            f"{WORKSPACE}: {error.strerror}. It stores tokens and copies of the monorepo, so it must be a folder of "
            f"your own. Run: sudo chown -R $(id -u) '{WORKSPACE}', or use a clone of your own."
        ) from None


@contextmanager
def private_workspace() -> Iterator[None]:
    """The folder for a command, which leaves none behind when it stored nothing. Raises SettingsError."""
    make_workspace_private()
    try:
        yield
    finally:
        with suppress(OSError):  # it is not empty
            WORKSPACE.rmdir()

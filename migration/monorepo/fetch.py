"""A monorepo that is given by its address, fetched to this machine."""

import re
from pathlib import Path

from migration.git.command import run_git
from migration.git.remote import Remote

_ADDRESS = re.compile(r"(https?|ssh|git|file)://|[\w.-]+@[\w.-]+:")


def is_address(monorepo: str) -> bool:
    """Whether a stack's `monorepo` is something to fetch from, and not a folder."""
    return _ADDRESS.match(monorepo) is not None


def fetched(address: str, mirror: Path, token: str | None) -> Path:
    """A bare repository with the branches and tags that the address has now; only what is new is fetched.

    token: sent over HTTP where it is given. Raises RemoteError.
    """
    if not mirror.exists():
        mirror.parent.mkdir(parents=True, exist_ok=True)
        run_git("init", "--quiet", "--bare", "--template=", str(mirror), directory=mirror.parent)
    # Not refs/pull: GitHub keeps every pull request's head there, often many times the history itself.
    Remote(url=address, token=token).mirror(mirror, ["heads/*", "tags/*", "notes/*", "multirepo/*"])
    return mirror

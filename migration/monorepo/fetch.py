"""A monorepo that is given by its address, fetched to this machine."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from migration.errors import SplitError
from migration.git.command import run_git
from migration.git.remote import Remote

_ADDRESS = re.compile(r"(https?|ssh|git|file)://|\w[\w.-]*@[\w.-]+:")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def is_address(monorepo: str) -> bool:
    """Whether a stack's `monorepo` is something to fetch from, and not a folder."""
    return _ADDRESS.match(monorepo) is not None


def validate_monorepo(monorepo: str) -> None:
    """Reject what is neither a folder nor an address that git may be given. Raises SplitError, without the credentials.

    https://git-scm.com/docs/git-fetch#_git_urls
    """
    if not monorepo.strip():
        raise SplitError("The monorepo is an empty text; a variable may be unset. Give its path or address.")
    if monorepo.startswith("-"):
        raise SplitError(f"The monorepo {monorepo!r} starts with '-'. Write a folder of that name as './{monorepo}'.")
    scheme = _SCHEME.match(monorepo)
    if scheme and not is_address(monorepo):
        raise SplitError(f"The monorepo has the scheme {scheme[1]!r}. Give a path, or https, ssh, git or file.")
    if scheme and _has_credentials(monorepo):
        raise SplitError(
            f"The address of the monorepo at {urlsplit(monorepo).hostname} contains credentials, which would be stored "
            "and printed. Remove them. For the stack's GitHub, set GITHUB_TOKEN; else configure a credential helper of "
            "git: https://git-scm.com/docs/gitcredentials"
        )


def _has_credentials(address: str) -> bool:
    """A password, or a user of HTTP: GitHub takes a token as one. A user of SSH is public."""
    parts = urlsplit(address)
    return parts.password is not None or (parts.scheme in ("http", "https") and parts.username is not None)


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

"""Where a monorepo is read from, and where its split history is kept between runs."""

import hashlib
import re
import subprocess
from pathlib import Path

from migration.code_move.errors import SplitError
from migration.code_move.remote import Remote

_ADDRESS = re.compile(r"^(https?|ssh|git|file)://|^[\w.-]+@[\w.-]+:")


def is_address(monorepo: str) -> bool:
    """Whether a stack's `monorepo` is something to fetch from, and not a folder."""
    return bool(_ADDRESS.match(monorepo))


def workspace_of(monorepo: str, root: Path) -> Path:
    """The folder below `root` for everything computed from one monorepo. Losing it costs time, never correctness."""
    readable = re.sub(r"[^\w.-]+", "-", monorepo.rstrip("/").removesuffix(".git").rsplit("/", 1)[-1])
    return root / f"{readable}-{hashlib.sha256(monorepo.encode()).hexdigest()[:8]}"


def local_monorepo(monorepo: str, workspace: Path, token: str | None) -> Path:
    """A repository on this machine with the monorepo's branches and tags: the folder itself, or a fetched mirror.

    token: for addresses that need one, sent by HTTP only. Raises SplitError, RemoteError.
    """
    if not is_address(monorepo):
        folder = Path(monorepo).expanduser()
        if not folder.is_dir():
            raise SplitError(
                f"The monorepo {monorepo!r} is no folder. Give the path of a git repository, or its address: "
                "pulumi config set monorepo PATH_OR_ADDRESS"
            )
        return folder
    mirror = workspace / "monorepo.git"
    if not mirror.exists():
        mirror.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "init", "--quiet", "--bare", str(mirror)], check=True)
    # Not refs/pull: GitHub keeps every pull request's head there, often many times the history itself.
    Remote(url=monorepo, token=token).mirror(mirror, ["refs/heads/*", "refs/tags/*"])
    return mirror

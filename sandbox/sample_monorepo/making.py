"""The sample monorepo, written where it is missing."""

import os
import subprocess
import tempfile
from pathlib import Path

from sandbox.sample_monorepo.history import SampleError, SampleHistory, play


def make_sample_monorepo(folder: Path) -> str:
    """Make maestro-platform in `folder`, with a work tree on `main`; the id of the commit at `main`.

    Does nothing when `folder` already is maestro-platform, with or without commits of others on top.
    Raises SampleError for a folder with anything else in it, and for one that cannot be written.
    """
    history = play()
    try:
        if _free(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            # Made beside the folder and renamed, so a killed process leaves no partial repository there.
            with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as aside:
                made = Path(aside, "repository")
                _write(made, history)
                if _free(folder):  # unless another process was quicker
                    made.rename(folder)
    except OSError as error:
        raise SampleError(
            f"{folder}: Cannot write: {error}. No sample was made. Fix its permissions or give another folder."
        ) from None
    return _present_head(folder, history.head)


def _free(folder: Path) -> bool:
    if folder.is_dir():
        return not any(folder.iterdir())
    return not (folder.exists() or folder.is_symlink())


def _present_head(folder: Path, head: str) -> str:
    """What `main` is in a folder that was made before."""
    found = _git(folder, "rev-parse", "--quiet", "--verify", "refs/heads/main^{commit}")
    present = found.stdout.decode().strip()
    if found.returncode or _git(folder, "merge-base", "--is-ancestor", head, present).returncode:
        raise SampleError(
            f"{folder} holds something else than this version's sample monorepo, and is left alone. "
            "Name another folder, or remove it yourself if nothing in it is needed."
        )
    return present


def _write(folder: Path, history: SampleHistory) -> None:
    refs = "".join(f"create {name} {object_id}\n" for name, object_id in history.refs.items())
    folder.mkdir()
    steps: list[tuple[list[str], bytes]] = [
        (["init", "--quiet", "--template="], b""),
        (["symbolic-ref", "HEAD", "refs/heads/main"], b""),
        (["index-pack", "--stdin", "--strict"], history.pack),
        (["update-ref", "--stdin"], refs.encode()),
        (["reset", "--quiet", "--hard"], b""),
    ]
    for arguments, data in steps:
        done = _git(folder, *arguments, data=data)
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip()
            raise SampleError(f"{folder}: git {arguments[0]} failed: {reason}")


def _git(folder: Path, *arguments: str, data: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """git on this very folder, never on a repository around it, and blind to the user's settings."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "GIT_DIR": str(folder.absolute() / ".git"),
        "GIT_WORK_TREE": str(folder.absolute()),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_DEFAULT_HASH": "sha1",
        "GIT_DEFAULT_REF_FORMAT": "files",
    }
    command = ["git", *arguments]
    try:
        return subprocess.run(command, env=environment, input=data, capture_output=True, check=False)
    except FileNotFoundError:
        raise SampleError("git is not installed. Install git and run this again.") from None

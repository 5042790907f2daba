"""The file in which Pulumi keeps a stack's state, when the state lies in a folder."""

import json
import shutil
from pathlib import Path


def state_file(state: Path, stack: str) -> Path:
    """Where it is. state: the folder of the backend."""
    return state / ".pulumi" / "stacks" / "multirepo" / f"{stack}.json"


def take_back_whole(state: Path, stack: str) -> str:
    """Where a full disk cut the state file off, put the newest whole copy in its place; what was done, "" for nothing.

    Pulumi 3.256 replaces the file by as much of it as could be written, and then reads no stack any more. It keeps
    copies: one beside the file, and one of each update. What was made since is at GitHub, where the program adopts it.
    Without a whole copy the stack is no more. What was cut off is kept under another name.
    """
    file = state_file(state, stack)
    if not file.exists() or _is_whole(file):
        return ""
    copies = [file.with_name(f"{file.name}.bak"), *(state / ".pulumi" / "backups" / "multirepo" / stack).glob("*.json")]
    whole = [copy for copy in copies if copy.exists() and _is_whole(copy)]
    file.rename(file.with_name(f"{file.name}.cut-off"))
    if not whole:
        return "No copy of it is whole, so the stack begins anew, and adopts what is at GitHub."
    newest = max(whole, key=lambda copy: copy.stat().st_mtime_ns)
    shutil.copy2(newest, file)
    return f"Taken back: {newest}."


def _is_whole(file: Path) -> bool:
    try:
        json.loads(file.read_text())
    except ValueError:
        return False
    return True

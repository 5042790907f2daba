"""The file in which Pulumi keeps a stack's state, when the state lies in a folder."""

import json
import shutil
from pathlib import Path


def state_file(state: Path, stack: str) -> Path:
    """Where it is. state: the folder of the backend."""
    return state / ".pulumi" / "stacks" / "multirepo" / f"{stack}.json"


def restore_whole_state(state: Path, stack: str) -> str:
    """Replace a truncated state file by its newest whole copy; what was done, "" for nothing.

    Pulumi 3.256 replaces the file by as much of it as could be written, and then reads no stack any more. It keeps
    copies: one beside the file, and one of each update. What was made since is on GitHub, where the program adopts it.
    Without a whole copy the stack starts empty. The truncated file is kept under another name.
    """
    file = state_file(state, stack)
    if not file.exists() or _is_whole(file):
        return ""
    copies = [file.with_name(f"{file.name}.bak"), *(state / ".pulumi" / "backups" / "multirepo" / stack).glob("*.json")]
    whole = [copy for copy in copies if copy.exists() and _is_whole(copy)]
    file.rename(file.with_name(f"{file.name}.cut-off"))
    if not whole:
        return "No copy of it is whole: the stack starts empty and adopts what is on GitHub."
    newest = max(whole, key=lambda copy: copy.stat().st_mtime_ns)
    shutil.copy2(newest, file)
    return f"Restored from {newest}."


def _is_whole(file: Path) -> bool:
    try:
        json.loads(file.read_text())
    except ValueError:
        return False
    return True

"""The file in which Pulumi keeps a stack's state, when the state lies in a folder."""

import json
import shutil
from pathlib import Path


def take_back_whole(state: Path, stack: str) -> Path | None:
    """Where a full disk cut the state file off, put the newest whole copy in its place: which one; None for no need.

    Pulumi 3.256 replaces the file by as much of it as could be written, and then reads no stack any more. It keeps
    copies: one beside the file, and one of each update. What was made since is at GitHub, where the program adopts it.
    """
    file = state / ".pulumi" / "stacks" / "multirepo" / f"{stack}.json"
    if not file.exists() or _is_whole(file):
        return None
    copies = [file.with_name(f"{file.name}.bak"), *(state / ".pulumi" / "backups" / "multirepo" / stack).glob("*.json")]
    whole = [copy for copy in copies if copy.exists() and _is_whole(copy)]
    if not whole:
        return None
    newest = max(whole, key=lambda copy: copy.stat().st_mtime_ns)
    file.rename(file.with_name(f"{file.name}.cut-off"))
    shutil.copy2(newest, file)
    return newest


def _is_whole(file: Path) -> bool:
    try:
        json.loads(file.read_text())
    except ValueError:
        return False
    return True

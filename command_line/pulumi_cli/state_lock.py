"""The lock that Pulumi keeps on a stack whose state lies in a folder, and who holds it."""

import json
import socket
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil


def is_locked_by_the_dead(state: Path, stack: str) -> bool:
    """Whether every lock on the stack was left behind by a process of this machine that is gone (`kill -9`).

    Pulumi never lets such a lock expire: the next `up` would fail until somebody runs `pulumi cancel`, which frees the
    stack of the locks of living processes just as well.
    """
    locks = list((state / ".pulumi" / "locks").glob(f"*/multirepo/{stack}/*.json"))
    return bool(locks) and all(_owner_is_dead(json.loads(lock.read_text())) for lock in locks)


def _owner_is_dead(lock: Mapping[str, Any]) -> bool:
    if lock["hostname"] != socket.gethostname():
        return False
    try:
        owner = psutil.Process(lock["pid"])
        number_was_used_again = owner.create_time() > datetime.fromisoformat(lock["timestamp"]).timestamp() + 1
        return number_was_used_again or owner.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True

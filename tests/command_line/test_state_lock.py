"""Whose lock is on a stack: only that of a dead process of this machine may be taken away."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from command_line.pulumi_cli.state_lock import is_locked_by_the_dead

Lock = Callable[..., None]
NOW = "2999-01-01T00:00:00.123456789Z"  # the form that Go writes; after the start of any process


@pytest.fixture
def lock(tmp_path: Path) -> Lock:
    def write(pid: int, hostname: str = socket.gethostname(), timestamp: str = NOW) -> None:
        folder = tmp_path / ".pulumi" / "locks" / "organization" / "multirepo" / "dev"
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"pid": pid, "username": "zoe", "hostname": hostname, "timestamp": timestamp})
        (folder / f"{pid}.json").write_text(text)

    return write


def test_a_stack_without_a_lock_is_left_alone(tmp_path: Path) -> None:
    assert not is_locked_by_the_dead(tmp_path, "dev")


def test_the_lock_of_a_living_process_stays(tmp_path: Path, lock: Lock) -> None:
    lock(os.getpid())
    assert not is_locked_by_the_dead(tmp_path, "dev")


def test_the_lock_of_a_process_that_ended_may_go(tmp_path: Path, lock: Lock) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    lock(ended.pid)
    assert is_locked_by_the_dead(tmp_path, "dev")


def test_a_killed_process_that_nobody_has_reaped_is_dead_too(tmp_path: Path, lock: Lock) -> None:
    killed = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    killed.kill()
    os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)
    lock(killed.pid)
    assert is_locked_by_the_dead(tmp_path, "dev")
    killed.communicate()


def test_a_number_that_another_process_has_got_since_is_not_the_owner(tmp_path: Path, lock: Lock) -> None:
    lock(os.getpid(), timestamp=datetime(2020, 1, 1, tzinfo=UTC).isoformat())
    assert is_locked_by_the_dead(tmp_path, "dev")


def test_the_lock_of_another_machine_stays(tmp_path: Path, lock: Lock) -> None:
    lock(999_999_999, hostname="elsewhere")
    assert not is_locked_by_the_dead(tmp_path, "dev")


def test_one_living_owner_keeps_all_locks(tmp_path: Path, lock: Lock) -> None:
    lock(os.getpid())
    lock(999_999_999)
    assert not is_locked_by_the_dead(tmp_path, "dev")

"""Temporary files of commands: gone at the end, and after a kill gone with the next command."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from command_line.terminal.temporary_folder import ROOT_NAME, temporary_folder
from migration.verification.harness.context import VerificationContext
from tests.conftest import PROJECT

WAIT = """
import tempfile, time
from command_line.terminal.temporary_folder import temporary_folder
with temporary_folder():
    print(tempfile.mkdtemp(prefix="multirepo-distributions-"), flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files, for this process and the commands that it starts."""
    folder = tmp_path / "temp"
    folder.mkdir()
    (folder / "of another program").touch()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def start_and_wait() -> tuple["subprocess.Popen[str]", Path]:
    process = subprocess.Popen([sys.executable, "-c", WAIT], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


def listed(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_command_leaves_nothing(temp: Path) -> None:
    before = listed(temp)
    with temporary_folder() as folder:
        assert Path(tempfile.mkdtemp()).parent == folder
        context = VerificationContext(plan=None, owner="", clone_url=str, cache=temp)  # type: ignore[arg-type]
        assert context.folder.parent == folder
    assert listed(temp) == before
    assert tempfile.gettempdir() == str(temp)


def test_the_next_command_removes_what_a_killed_one_left_and_nothing_of_a_living_one(temp: Path) -> None:
    before = listed(temp)
    dead, left = start_and_wait()
    kill(dead)
    living, used = start_and_wait()
    try:
        assert not left.exists()
        with temporary_folder():
            pass
        assert used.exists()
    finally:
        kill(living)
    with temporary_folder():
        pass
    assert listed(temp) == before


def test_a_command_that_is_killed_while_it_works_leaves_nothing_after_the_next_one(temp: Path) -> None:
    before = listed(temp)
    command = [sys.executable, "-P", "-m", "command_line", "test", "tests/command_line/test_failures.py", "-q", "-n0"]
    killed = subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not (temp / ROOT_NAME).exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert listed(temp) != before
    subprocess.run([sys.executable, "-P", "-m", "command_line", "--version"], cwd=PROJECT, check=True)
    assert listed(temp) == before


def test_no_other_user_can_read_it(temp: Path) -> None:
    with temporary_folder():
        assert (temp / ROOT_NAME).stat().st_mode & 0o777 == 0o700

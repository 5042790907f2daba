"""Commands that write say what they change, and ask."""

import os
import pty
import subprocess
import sys

import pytest
import typer

from command_line.terminal.confirmation import confirm_changes
from command_line.terminal.failures import CommandError
from components.stack.exit_codes import ExitCode
from tests.conftest import PROJECT

ASK = (
    "from command_line.terminal.confirmation import confirm_changes; confirm_changes(['a'], False, False); print('go')"
)


def test_a_dry_run_prints_the_changes_and_ends(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as end:
        confirm_changes(["GitHub: archive engine"], is_confirmed=True, is_dry_run=True)
    assert end.value.exit_code == ExitCode.OK
    assert capsys.readouterr().err.splitlines() == [
        *("This changes:", "  GitHub: archive engine", "Dry run: nothing was changed.")
    ]


def test_what_was_confirmed_is_not_asked(capsys: pytest.CaptureFixture[str]) -> None:
    confirm_changes(["GitHub: archive engine"], is_confirmed=True, is_dry_run=False)
    assert "GitHub: archive engine" in capsys.readouterr().err


def test_without_a_terminal_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull) as nothing:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(CommandError, match="Add --yes or --dry-run"):
            confirm_changes(["x"], is_confirmed=False, is_dry_run=False)


@pytest.mark.parametrize(("answer", "output"), [("y", b"go"), ("n", b"")])
def test_a_person_decides(answer: str, output: bytes) -> None:
    terminal, end = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", ASK], cwd=PROJECT, stdin=end, stdout=-1, stderr=-1) as process:
        os.write(terminal, f"{answer}\n".encode())
        printed, _ = process.communicate(timeout=60)
    os.close(terminal)
    os.close(end)
    assert printed.strip() == output
    assert (process.returncode == 0) is (answer == "y")

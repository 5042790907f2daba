"""Which commands there are, and what one of them costs to start."""

import subprocess
import sys

import pytest
import typer

from command_line.__main__ import COMMANDS, app_with
from tests.conftest import PROJECT


@pytest.mark.parametrize("asked", ["", "--help", "stauts"])
def test_all_commands_are_there_where_none_was_named(asked: str) -> None:
    assert list(typer.main.get_group(app_with(asked)).commands) == list(COMMANDS)


@pytest.mark.parametrize("asked", COMMANDS)
def test_a_command_is_found_by_its_name(asked: str) -> None:
    assert list(typer.main.get_group(app_with(asked)).commands) == [asked]


def test_a_command_does_not_import_what_others_need() -> None:
    program = "import sys; from command_line.__main__ import app_with; app_with('sandbox'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "command_line.commands.sandbox" in done.stdout.split()
    assert not {"pulumi_github", "libcst", "command_line.commands.drift"} & set(done.stdout.split())

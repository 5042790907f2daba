"""Which commands there are, and what one of them costs to start."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from command_line.__main__ import app_with, with_log_options_first
from command_line.command_table import COMMANDS
from command_line.terminal.fault_reports import write_fault_report
from components.stack.exit_codes import ExitCode
from tests.conftest import PROJECT


@pytest.mark.parametrize("asked", ["", "--help", "stauts"])
def test_all_commands_are_there_where_none_was_named(asked: str) -> None:
    assert sorted(typer.main.get_group(app_with(asked)).commands) == sorted(COMMANDS)


@pytest.mark.parametrize("asked", COMMANDS)
def test_a_command_is_found_by_its_name(asked: str) -> None:
    assert list(typer.main.get_group(app_with(asked)).commands) == [asked]


def test_a_command_does_not_import_what_others_need() -> None:
    program = "import sys; from command_line.__main__ import app_with; app_with('sandbox'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "command_line.commands.sandbox" in done.stdout.split()
    assert not {"pulumi_github", "libcst", "command_line.commands.drift"} & set(done.stdout.split())


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """One start of the command line, without the launcher."""
    command = [sys.executable, "-P", "-m", "command_line", *arguments]
    environment = {**os.environ, "COLUMNS": "100", **variables}
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_help_groups_the_commands_by_when_they_are_used(option: str) -> None:
    lines = run(option).stdout.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("╭─")][1:] == [
        *("Plan", "Rehearse", "Migrate", "Operate", "Develop")
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_has_an_example_of_it_and_its_exit_codes(name: str) -> None:
    command = typer.main.get_group(app_with(name)).commands[name]
    assert f"./multirepo {name}" in (command.epilog or "")
    assert f"{int(ExitCode.OUTSIDE)} GitHub" in (command.epilog or "")
    assert (f"{int(ExitCode.DRIFT)} drift" in (command.epilog or "")) is (name == "drift")


def test_the_example_of_a_help_is_printed_as_it_is_to_be_typed() -> None:
    assert "Example: ./multirepo drift --stack prod --json" in run("drift", "-h").stdout


def test_the_version_names_project_engine_and_provider() -> None:
    printed = run("--version")
    assert [line.rpartition(" ")[0] for line in printed.stdout.splitlines()] == [
        *("multirepo", "Pulumi", "GitHub provider")
    ]


def test_the_shell_completes_commands(tmp_path: Path) -> None:
    variables = {"COMP_WORDS": "./multirepo dri", "COMP_CWORD": "1", "_MULTIREPO_COMPLETE": "complete_bash"}
    assert run(**variables).stdout.split() == ["drift"]
    # In a shell, because typer looks for one among the processes that lead to it.
    command = f"{shlex.join([sys.executable, '-P', '-m', 'command_line', '--show-completion'])}; exit $?"
    shell = ["bash", "--norc", "-c", command]
    environment = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run(shell, cwd=PROJECT, capture_output=True, text=True, check=True, env=environment)
    assert "_MULTIREPO_COMPLETE=complete_bash" in done.stdout


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        (["status", "--verbose", "--json"], ["--verbose", "status", "--json"]),
        (["status", "--log-file", "x", "--json"], ["--log-file", "x", "status", "--json"]),
        (["shell", "pulumi", "up", "--verbose"], ["shell", "pulumi", "up", "--verbose"]),
        (["--verbose", "test", "--log-file=x"], ["--verbose", "test", "--log-file=x"]),
    ],
)
def test_the_log_options_may_follow_a_command_that_keeps_its_arguments(typed: list[str], understood: list[str]) -> None:
    assert with_log_options_first(typed) == understood


def test_the_log_has_each_git_command_with_its_time(tmp_path: Path) -> None:
    log = tmp_path / "log"
    done = run("discover", "--monorepo", str(tmp_path), "--verbose", "--log-file", str(log))
    assert "multirepo.git: git" in done.stderr
    assert "multirepo.git: git" in log.read_text()
    assert run("discover", "--monorepo", str(tmp_path), "--log-file", str(tmp_path)).returncode == ExitCode.INPUT


def test_output_that_an_encoding_cannot_hold_is_escaped() -> None:
    done = run("where", "x", "--plan", "/no/such/plan.yaml", PYTHONIOENCODING="ascii")
    assert done.returncode == ExitCode.INPUT
    assert done.stderr.startswith("\\u2717 ")


def test_the_newest_three_reports_of_bugs_are_kept(tmp_path: Path) -> None:
    reports = []
    for number in range(5):
        try:
            _ = number / 0
        except ZeroDivisionError:
            reports.append(write_fault_report(tmp_path))
    assert sorted(tmp_path.iterdir()) == reports[2:]
    text = reports[-1].read_text()
    assert "multirepo 0." in text
    assert "ZeroDivisionError" in text

"""What is kept of the events of one `pulumi up`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from command_line.pulumi_cli.deployment import Deployment, without_stack_traces
from command_line.terminal.failures import UpFailedError, exit_code_of
from components.stack.exit_codes import ExitCode
from components.stack.plain_errors import ALREADY_SHOWN, FAILURE_FILE, recorded_code
from tests.conftest import PROJECT

GOROUTINE = """\
goroutine 5 [running]:
runtime/debug.Stack()
\t/usr/local/go/src/runtime/debug/stack.go:26 +0x5e
main.(*reader).read(0x0?, 0x1)
\t/go/src/provider/main.go:4 +0x1c
created by main.main in goroutine 1
\t/go/src/provider/main.go:5 +0x5f
"""
CAUSE = "error: reading engine: dial tcp 127.0.0.1:9: connect: connection refused"


def diagnostic(severity: str, message: str) -> dict[str, object]:
    return {"diagnosticEvent": {"severity": severity, "message": message}}


def noted(*events: dict[str, object]) -> Deployment:
    deployment = Deployment()
    for event in events:
        deployment.note(event, lambda _: None)
    return deployment


def test_stack_traces_of_the_provider_do_not_bury_the_cause() -> None:
    text = f"{CAUSE}\n{GOROUTINE}error: update failed\npanic: no answer\n\n{GOROUTINE}\n{GOROUTINE}exit status 2"
    assert without_stack_traces(text) == f"{CAUSE}\nerror: update failed\nexit status 2"
    assert noted(diagnostic("error", f"{CAUSE}\n{GOROUTINE}")).message == CAUSE


def test_lines_that_only_look_like_a_stack_trace_stay() -> None:
    text = "migration.yaml:3: the file main.go:5 is not there\n    app/main.go:5\nGive another"
    assert without_stack_traces(text) == text


def test_warnings_of_the_program_are_kept_once() -> None:
    late = diagnostic("warning", "<{%fg 3%}>warning: <{%reset%}>engine: poetry.lock is stale\n")
    assert noted(late, late).advice == ["engine: poetry.lock is stale"]


def test_what_only_follows_from_an_error_is_left_out() -> None:
    follows = diagnostic("error", "an unhandled error occurred: The program ended with exit code 1")
    assert noted(diagnostic("error", "the plan is wrong"), follows).message == "the plan is wrong"
    assert "exit code 1" in noted(follows).message


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("migration.errors.PlanError([])", ExitCode.INPUT),
        ("migration.errors.SplitError('x')", ExitCode.INPUT),
        ("migration.errors.PreflightError('x')", ExitCode.CHECK_FAILED),
        ("migration.errors.RemoteError('x')", ExitCode.OUTSIDE),
        ("components.stack.settings.SettingsError('x')", ExitCode.INPUT),
    ],
)
def test_a_fault_that_the_program_finds_has_the_status_of_who_must_act(
    tmp_path: Path, error: str, code: ExitCode
) -> None:
    program = (
        "import migration.errors, components.stack.settings\n"
        "from components.stack.plain_errors import plain_errors\n"
        f"with plain_errors(): raise {error}\n"
    )
    file = tmp_path / "failure"
    environment = os.environ | {FAILURE_FILE: str(file)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, env=environment, check=False
    )
    assert done.returncode == ALREADY_SHOWN
    assert exit_code_of(UpFailedError("x", recorded_code(file.read_text()))) is code


def test_a_failure_of_pulumi_itself_is_outside() -> None:
    assert recorded_code("") is ExitCode.OUTSIDE


def test_what_a_person_must_finish_comes_from_the_outputs_of_the_stack() -> None:
    stack = {"type": "pulumi:pulumi:Stack", "new": {"outputs": {"unfinished": ["engine: merge pull request 1"]}}}
    other = {"type": "multirepo:history:CodeMove", "new": {"outputs": {"unfinished": ["no"]}}}
    deployment = noted({"resOutputsEvent": {"metadata": stack}}, {"resOutputsEvent": {"metadata": other}})
    assert deployment.unfinished == ["engine: merge pull request 1"]
    assert noted({"resOutputsEvent": {"metadata": {"type": "pulumi:pulumi:Stack", "new": None}}}).unfinished == []

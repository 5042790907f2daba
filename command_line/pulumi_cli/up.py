"""`pulumi` as a child process: its events become progress, its diagnostics an error."""

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from command_line.pulumi_cli.command_log import log_command
from command_line.pulumi_cli.deployment import Deployment, without_stack_traces
from command_line.pulumi_cli.state_file import restore_whole_state, state_file
from command_line.pulumi_cli.state_lock import is_locked_by_the_dead
from command_line.terminal.console import print_message
from command_line.terminal.failures import PolicyError, UnfinishedError, UpFailedError
from components.stack.plain_errors import FAILURE_FILE, recorded_code
from components.stack.settings import PROJECT

POLICIES = "policies"
"""The folder of the policy pack, from the project's."""

THOROUGH = ("--refresh", "--policy-pack", POLICIES)


def up(
    stack: str, environment: Mapping[str, str], say: Callable[[str], None], options: Sequence[str] = THOROUGH
) -> Deployment:
    """Bring the stack to what the plan says. options: by default, it looks at GitHub first, and keeps to the policies.

    Raises PolicyError, or UpFailedError with Pulumi's own sentences.
    """
    command = ["pulumi", "up", "--stack", stack, "--yes", "--skip-preview", "--non-interactive", "--json", *options]
    deployment, started = Deployment(), time.monotonic()
    # What Pulumi says beside its events goes to a file: a pipe that nobody reads could fill up and stop it.
    with tempfile.TemporaryFile("w+") as complaints, tempfile.NamedTemporaryFile("r") as failure_file:
        with subprocess.Popen(
            command,
            cwd=PROJECT,
            # What a killed provider leaves there, the next command removes.
            env={**environment, "TMPDIR": tempfile.gettempdir(), FAILURE_FILE: failure_file.name},
            text=True,
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as process:
            assert process.stdout
            for line in process.stdout:
                deployment.note(json.loads(line), say)
        log_command(command[1:], started, process.returncode)
        complaints.seek(0)
        remaining, code = complaints.read(), failure_file.read()
    if deployment.violations:
        raise PolicyError("\n".join([f"A policy stopped pulumi up of stack {stack}.", *deployment.violations]))
    if process.returncode:
        messages = deployment.message or without_stack_traces(remaining)
        message = f"pulumi up of stack {stack} failed. What was done so far stays done.\n{messages}"
        raise UpFailedError(message, recorded_code(code))
    if deployment.unfinished:
        raise UnfinishedError("\n".join([f"pulumi up of stack {stack} left work for people.", *deployment.unfinished]))
    return deployment


def ensure_stack(stack: str, environment: Mapping[str, str], state: Path) -> None:
    """Make the stack where there is none, free it of a lock whose owner is dead, and repair its state."""
    repair_state(stack, environment, state)
    if not state_file(state, stack).exists():
        run(["stack", "init", stack, "--non-interactive"], environment)
    if is_locked_by_the_dead(state, stack):
        run(["cancel", "--yes", "--stack", stack, "--non-interactive"], environment)
        _drop_pending_operations(stack, environment)


def repair_state(stack: str, environment: Mapping[str, str], state: Path) -> None:
    """Restore a readable state, and print it, where a full disk left a truncated one. Raises UpFailedError."""
    if done := restore_whole_state(state, stack):
        print_message(f"! The state of stack {stack} was truncated, as by a full disk. {done}")
        if not state_file(state, stack).exists():
            run(["stack", "init", stack, "--non-interactive"], environment)


def _drop_pending_operations(stack: str, environment: Mapping[str, str]) -> None:
    """Forget what a killed run was in the middle of, so that Pulumi does not warn of it indefinitely.

    The program adopts what that run had made on GitHub without writing it down. An import leaves the operations out.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/state.json"
        run(["stack", "export", "--stack", stack, "--file", file], environment)
        run(["stack", "import", "--stack", stack, "--file", file], environment)


def run(arguments: list[str], environment: Mapping[str, str]) -> str:
    """The standard output of `pulumi ARGUMENTS`. Raises UpFailedError."""
    started = time.monotonic()
    finished = subprocess.run(
        ["pulumi", *arguments], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    log_command(arguments, started, finished.returncode)
    if finished.returncode:
        raise UpFailedError(f"pulumi {' '.join(arguments)} failed: {finished.stderr.strip()}")
    return finished.stdout

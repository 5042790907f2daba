"""Errors of the plan, the settings and the monorepo as one line of Pulumi's output, without a traceback."""

import atexit
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pulumi

from components.stack.exit_codes import ExitCode
from components.stack.sdk_speed import quicken_sdk
from components.stack.settings import SettingsError, UnavailableError
from engine import EngineError
from migration.desired_state import DesiredStateError
from migration.errors import (
    CodeMoveError,
    ManifestError,
    PackagesError,
    PreflightError,
    ProofError,
    SplitError,
    TransformError,
)
from migration.plan import PlanError

FAILURES: Mapping[type[Exception], ExitCode] = {
    PlanError: ExitCode.INPUT,
    DesiredStateError: ExitCode.INPUT,
    SettingsError: ExitCode.INPUT,
    UnavailableError: ExitCode.OUTSIDE,
    SplitError: ExitCode.INPUT,
    ProofError: ExitCode.CHECK_FAILED,
    PreflightError: ExitCode.CHECK_FAILED,
    CodeMoveError: ExitCode.OUTSIDE,
    ManifestError: ExitCode.INPUT,
    TransformError: ExitCode.INPUT,
    PackagesError: ExitCode.OUTSIDE,
    EngineError: ExitCode.OUTSIDE,
}
"""Errors of the program that people can do something about; the first that fits counts."""
FAILURE_FILE = "MULTIREPO_FAILURE_FILE"
"""Names the file that gets the exit code of the error, for the command that started Pulumi."""
ALREADY_SHOWN = 32
"""The exit code by which a Python program says so to its language host."""


@contextmanager
def plain_errors() -> Iterator[None]:
    """Report an error in the plan, the settings or the monorepo to Pulumi as its text alone."""
    quicken_sdk()
    try:
        yield
    except tuple(FAILURES) as error:
        if file := os.environ.get(FAILURE_FILE):
            Path(file).write_text(str(int(next(code for kind, code in FAILURES.items() if isinstance(error, kind)))))
        # The language host then knows that the error was shown, and adds no "unhandled error" to it.
        atexit.register(os._exit, ALREADY_SHOWN)
        raise pulumi.RunError(str(error)) from None


def recorded_code(text: str) -> ExitCode:
    """The exit code in the file of FAILURE_FILE; OUTSIDE where the program recorded none."""
    return ExitCode(int(text)) if text else ExitCode.OUTSIDE


def show_progress(phase: str, done: int, total: int) -> None:
    """Show the progress of the split in a line that the next one replaces."""
    share = f" ({done:,} of {total:,})" if total else ""
    pulumi.log.info(f"splitting history: {phase}{share}", ephemeral=True)

"""Errors of the plan, the settings and the monorepo as one line of Pulumi's output, without a traceback."""

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pulumi

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

USER_ERRORS = (
    PlanError,
    DesiredStateError,
    SettingsError,
    UnavailableError,
    CodeMoveError,
    PackagesError,
    TransformError,
    EngineError,
)
INNER_ERRORS = (SplitError, ProofError, PreflightError, ManifestError)
FAILURE_FILE = "MULTIREPO_FAILURE_FILE"
"""Names the file that gets the class of the error, for the command that started Pulumi."""
ALREADY_SHOWN = 32
"""The exit code by which a Python program says so to its language host."""


@contextmanager
def plain_errors() -> Iterator[None]:
    """Report an error in the plan, the settings or the monorepo to Pulumi as its text alone."""
    quicken_sdk()
    try:
        yield
    except USER_ERRORS as error:
        if file := os.environ.get(FAILURE_FILE):
            known = next(kind for kind in type(error).__mro__ if kind in USER_ERRORS or kind in INNER_ERRORS)
            Path(file).write_text(known.__name__)
        # The language host then knows that the error was shown, and adds no "unhandled error" to it.
        atexit.register(os._exit, ALREADY_SHOWN)
        raise pulumi.RunError(str(error)) from None


def show_progress(phase: str, done: int, total: int) -> None:
    """Show the progress of the split in a line that the next one replaces."""
    share = f" ({done:,} of {total:,})" if total else ""
    pulumi.log.info(f"splitting history: {phase}{share}", ephemeral=True)

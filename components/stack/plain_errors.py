"""Errors of the plan, the settings and the monorepo as one line of Pulumi's output, without a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import pulumi

from components.stack.sdk_speed import quicken_sdk
from components.stack.settings import SettingsError, UnavailableError
from engine import EngineError
from migration.desired_state import DesiredStateError
from migration.errors import CodeMoveError, PackagesError, TransformError
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


@contextmanager
def plain_errors() -> Iterator[None]:
    """Report an error in the plan, the settings or the monorepo to Pulumi as its text alone."""
    quicken_sdk()
    try:
        yield
    except USER_ERRORS as error:
        raise pulumi.RunError(str(error)) from None


def show_progress(phase: str, done: int, total: int) -> None:
    """Show the progress of the split in a line that the next one replaces."""
    share = f" ({done:,} of {total:,})" if total else ""
    pulumi.log.info(f"splitting history: {phase}{share}", ephemeral=True)

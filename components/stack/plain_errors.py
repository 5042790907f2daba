"""How the program speaks to the person at the Pulumi command line: sentences, not tracebacks."""

from collections.abc import Iterator
from contextlib import contextmanager

import pulumi

from components.stack.sdk_speed import quicken_sdk
from components.stack.settings import SettingsError
from engine import EngineError
from migration.desired_state import DesiredStateError
from migration.errors import CodeMoveError, PackagesError, TransformError
from migration.plan import PlanError

_A_PERSONS_TO_MEND = (
    PlanError,
    DesiredStateError,
    SettingsError,
    CodeMoveError,
    PackagesError,
    TransformError,
    EngineError,
)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Hand a mistake in the plan, the settings or the monorepo to Pulumi as its sentence alone."""
    quicken_sdk()
    try:
        yield
    except _A_PERSONS_TO_MEND as error:
        raise pulumi.RunError(str(error)) from None


def tell_progress(phase: str, done: int, total: int) -> None:
    """Show how far the split is; the line vanishes with the next one and is not kept."""
    share = f" ({done:,} of {total:,})" if total else ""
    pulumi.log.info(f"splitting history: {phase}{share}", ephemeral=True)

"""The failures that people can do something about, and the exit code of each."""

from command_line.terminal.exit_codes import ExitCode
from components.stack.settings import SettingsError
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
from sandbox.errors import SandboxError


class CommandError(Exception):
    """A command was asked for something that it cannot do. Says what to ask for instead."""


class UpFailedError(Exception):
    """`pulumi up` failed; holds what it said."""


class RefreshFailedError(Exception):
    """`pulumi refresh` could not look at GitHub; holds what it said."""


class PolicyError(Exception):
    """What `pulumi up` was to make breaks a policy. One line for each violation: the resource, and what to do."""


class RotationError(Exception):
    """Tokens were replaced, and one does not do what it must. Says which."""


class WeeksError(Exception):
    """A rehearsal of the weeks found something lost, or not as it must be. Says what."""


EXIT_CODES: dict[type[Exception], ExitCode] = {
    PlanError: ExitCode.INPUT,
    DesiredStateError: ExitCode.INPUT,
    SettingsError: ExitCode.INPUT,
    CommandError: ExitCode.INPUT,
    SplitError: ExitCode.INPUT,
    ProofError: ExitCode.CHECK_FAILED,
    PreflightError: ExitCode.CHECK_FAILED,
    CodeMoveError: ExitCode.OUTSIDE,
    ManifestError: ExitCode.INPUT,
    TransformError: ExitCode.INPUT,
    PackagesError: ExitCode.OUTSIDE,
    EngineError: ExitCode.OUTSIDE,
    SandboxError: ExitCode.OUTSIDE,
    UpFailedError: ExitCode.OUTSIDE,
    RefreshFailedError: ExitCode.OUTSIDE,
    PolicyError: ExitCode.CHECK_FAILED,
    RotationError: ExitCode.CHECK_FAILED,
    WeeksError: ExitCode.CHECK_FAILED,
}
FAILURES = tuple(EXIT_CODES)


def exit_code_of(failure: Exception) -> ExitCode:
    """The exit code for a failure of one of the known kinds."""
    return next(code for kind, code in EXIT_CODES.items() if isinstance(failure, kind))

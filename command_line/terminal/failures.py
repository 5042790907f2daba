"""The failures that people can do something about, and the exit code of each: those of the program, and of commands."""

import errno

import httpx

from components.stack.exit_codes import ExitCode
from components.stack.plain_errors import FAILURES
from sandbox.errors import SandboxError


class CommandError(Exception):
    """A command was asked for something that it cannot do. Says what to ask for instead."""


class UpFailedError(Exception):
    """`pulumi up` failed; holds what it said. code: by what the program failed at."""

    def __init__(self, message: str, code: ExitCode = ExitCode.OUTSIDE) -> None:
        super().__init__(message)
        self.code = code


class UnfinishedError(UpFailedError):
    """`pulumi up` did everything but what only a person can do. Says what that is."""


class RefreshFailedError(Exception):
    """`pulumi refresh` could not look at GitHub; holds what it said."""


class PolicyError(Exception):
    """What `pulumi up` was to make breaks a policy. One line for each violation: the resource, and what to do."""


class RotationError(Exception):
    """Tokens were replaced, and one does not do what it must. Says which."""


class WeeksError(Exception):
    """A rehearsal of the weeks found something lost, or not as it must be. Says what."""


EXIT_CODES: dict[type[Exception], ExitCode] = {
    **FAILURES,
    CommandError: ExitCode.INPUT,
    SandboxError: ExitCode.OUTSIDE,
    UpFailedError: ExitCode.OUTSIDE,
    RefreshFailedError: ExitCode.OUTSIDE,
    PolicyError: ExitCode.CHECK_FAILED,
    RotationError: ExitCode.CHECK_FAILED,
    WeeksError: ExitCode.CHECK_FAILED,
    httpx.HTTPError: ExitCode.OUTSIDE,
}
DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)


def exit_code_of(failure: Exception) -> ExitCode:
    """The exit code for a failure; FAULT for one that nobody but this project can do something about."""
    if isinstance(failure, UpFailedError):
        return failure.code
    if _disk_error(failure):
        return ExitCode.OUTSIDE
    return next((code for kind, code in EXIT_CODES.items() if isinstance(failure, kind)), ExitCode.FAULT)


def describe_failure(failure: Exception) -> str:
    """What is printed of a failure other than FAULT."""
    if error := _disk_error(failure):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}. Completed work is kept. Free disk space or fix permissions, and run again."
    return str(failure)


def _disk_error(failure: BaseException | None) -> OSError | None:
    """The full or unwritable disk that a failure is, or comes from."""
    while failure:
        if isinstance(failure, OSError) and failure.errno in DISK_ERRORS:
            return failure
        failure = failure.__cause__
    return None

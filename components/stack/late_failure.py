"""What a person has to put right, told when all else is done."""

import atexit
import os

import pulumi


def fail_at_the_end(sentence: str | None) -> None:
    """Tell of something that a person has to put right, and fail the run when all else is done.

    For an output's `apply`; nothing for "". An exception there would stop what is still to be made.
    """
    if sentence and not pulumi.runtime.is_dry_run():
        pulumi.log.error(sentence)
        atexit.register(os._exit, 1)

"""Failures that a person has to fix, reported when everything else is done."""

import atexit
import os

import pulumi


def fail_at_the_end(sentence: str | None) -> None:
    """Log what a person has to fix, and fail the run when everything else is done.

    For an output's `apply`; nothing for "". An exception there would stop what is still to be made.
    """
    if sentence and not pulumi.runtime.is_dry_run():
        pulumi.log.error(sentence)
        atexit.register(os._exit, 1)

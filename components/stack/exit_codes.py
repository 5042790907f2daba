"""The exit statuses of `./multirepo`: one meaning each, the same in every command."""

from enum import IntEnum
from typing import NamedTuple


class ExitCode(IntEnum):
    """Distinguished by who must act. MEANINGS has the words."""

    OK = 0
    CHECK_FAILED = 1
    INPUT = 2
    OUTSIDE = 3
    DRIFT = 4
    FAULT = 31
    INTERRUPTED = 130


class Meaning(NamedTuple):
    """What a status says, and who has to act; the README's table has the same words."""

    text: str
    actor: str = ""


MEANINGS: dict[ExitCode, Meaning] = {
    ExitCode.OK: Meaning("success"),
    ExitCode.CHECK_FAILED: Meaning("a test, a check, or a policy failed", "you"),
    ExitCode.INPUT: Meaning(
        "the plan, a setting, or an argument is invalid; all errors are reported together", "the author of the plan"
    ),
    ExitCode.OUTSIDE: Meaning(
        "GitHub, Git, the network, the disk, or the engine's build failed; it is safe to run again",
        "the operator of that system",
    ),
    ExitCode.DRIFT: Meaning("`drift` found changes made outside Pulumi", "you"),
    ExitCode.FAULT: Meaning("a bug in multirepo; the output names the file to report", "the maintainers"),
    ExitCode.INTERRUPTED: Meaning("Ctrl-C; run the same command again to continue"),
}

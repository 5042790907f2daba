"""The exit statuses of `./multirepo`; the README lists them."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Distinguished by who must act."""

    OK = 0
    CHECK_FAILED = 1  # a test or a check did its work and found something
    INPUT = 2  # the plan, a setting or an argument: its author
    OUTSIDE = 3  # GitHub, git, the engine's build, the network, the disk
    FAULT = 31  # a fault of this program: us

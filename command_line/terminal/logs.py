"""The log of `--verbose` and `--log-file`: each request, git command and Pulumi command, with its time."""

import logging
import sys
from pathlib import Path

from command_line.terminal.failures import CommandError

LOGGERS = ("httpx", "multirepo")
"""httpx logs each request with its status; `multirepo.git` and `multirepo.pulumi` log commands with their duration."""

_FORMAT = logging.Formatter("%(asctime)s.%(msecs)03d %(name)s: %(message)s", "%H:%M:%S")


def start_logging(is_verbose: bool, log_file: Path | None) -> None:
    """Write the log to standard error, to a file, or to both. Raises CommandError when the file cannot be written."""
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)] if is_verbose else []
    if log_file:
        try:
            handlers.append(logging.FileHandler(log_file, encoding="utf-8", errors="backslashreplace"))
        except OSError as error:
            raise CommandError(f"{log_file}: Cannot write the log: {error.strerror}. Choose another file.") from None
    for handler in handlers:
        handler.setFormatter(_FORMAT)
        for name in LOGGERS:
            logging.getLogger(name).addHandler(handler)
    for name in LOGGERS if handlers else ():
        logging.getLogger(name).setLevel(logging.INFO)

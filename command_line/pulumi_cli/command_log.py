"""Each command of Pulumi in the log of `--verbose`."""

import logging
import time
from collections.abc import Sequence

_LOG = logging.getLogger("multirepo.pulumi")
_VALUE_AT = 6
"""From here on, `config set --secret --stack NAME KEY VALUE` has its value."""


def log_command(arguments: Sequence[str], started: float, status: int) -> None:
    """Log a command that has ended, without the value of a secret. started: of `time.monotonic`."""
    words = arguments[:_VALUE_AT] if "--secret" in arguments else arguments
    _LOG.info("pulumi %s: %.1f s, status %d", " ".join(words), time.monotonic() - started, status)

"""The root logger of a service."""

import logging
import sys
from dataclasses import dataclass

from maestro_core_config import SettingError
from maestro_core_logging.formatting import JsonFormatter


@dataclass(frozen=True)
class LogSettings:
    """Read by maestro_core_config from LOG_LEVEL."""

    log_level: str = "INFO"


def configure_logging(settings: LogSettings) -> None:
    """Send every event to standard error, replacing what was configured before."""
    level = logging.getLevelNamesMapping().get(settings.log_level.upper())
    if level is None:
        raise SettingError(f"LOG_LEVEL={settings.log_level!r} is no level: use DEBUG, INFO, WARNING or ERROR")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)


def service_log(part: str) -> logging.Logger:
    """The logger of one part of the platform."""
    return logging.getLogger(f"maestro.{part}")

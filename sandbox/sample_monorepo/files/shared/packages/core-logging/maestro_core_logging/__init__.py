"""One JSON line per event."""

from maestro_core_logging.configuration import LogSettings, configure_logging, service_log
from maestro_core_logging.context import request_id

__all__ = ["LogSettings", "configure_logging", "request_id", "service_log"]

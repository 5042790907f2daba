"""Publish and subscribe inside a process."""

from maestro_core_messaging.bus import Bus
from maestro_core_messaging.retry import retry_delays

__all__ = ["Bus", "retry_delays"]

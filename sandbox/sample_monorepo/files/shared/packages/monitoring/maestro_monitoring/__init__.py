"""Counters in the text format of Prometheus."""

from maestro_monitoring.metrics import Metrics
from maestro_monitoring.timing import timed

__all__ = ["Metrics", "timed"]

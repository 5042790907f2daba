"""How long something takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from maestro_core_logging import service_log
from maestro_monitoring.metrics import Metrics

log = service_log("monitoring")
SLOW_SECONDS = 1.0


@contextmanager
def timed(metrics: Metrics, name: str) -> Iterator[None]:
    """Counts the runs of the block and their seconds; a slow one is logged."""
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds = time.perf_counter() - start
        metrics.count(f"{name}_total")
        metrics.count(f"{name}_seconds", seconds)
        if seconds > SLOW_SECONDS:
            log.warning("slow", extra={"what": name, "seconds": round(seconds, 3)})

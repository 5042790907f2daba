"""How long to wait before trying again."""

from collections.abc import Iterator


def retry_delays(attempts: int, first: float = 0.1, longest: float = 10.0) -> Iterator[float]:
    """Seconds to wait before each further attempt: doubling, never more than `longest`."""
    delay = first
    for _ in range(attempts - 1):
        yield min(delay, longest)
        delay *= 2

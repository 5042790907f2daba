"""How many requests each caller has made.

https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import time
from collections import Counter

LIMIT = 5000
WINDOW = 3600  # seconds


class RateLimits:
    """Requests of each token in the current hour: counted and reported in headers, never enforced."""

    def __init__(self) -> None:
        self._used: Counter[tuple[str, str]] = Counter()
        self._reset = 0

    def leave(self, caller: str, remaining: int) -> None:
        """Let the caller have this much left of the current hour."""
        self.count(caller, 0)
        self._used[caller, "core"] = LIMIT - remaining

    def count(self, caller: str, cost: int, resource: str = "core") -> dict[str, int]:
        """Count a request; the rate of the caller after it. reset: seconds since 1970, UTC."""
        moment = int(time.time())
        if moment >= self._reset:
            self._used.clear()
            self._reset = moment + WINDOW
        self._used[caller, resource] += cost
        used = min(self._used[caller, resource], LIMIT - 1)
        return {"limit": LIMIT, "used": used, "remaining": LIMIT - used, "reset": self._reset}

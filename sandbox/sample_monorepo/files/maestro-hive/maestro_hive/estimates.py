"""How long will it take?"""

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """Days: the best case, the likely one, the worst."""

    best: float
    likely: float
    worst: float

    def __post_init__(self) -> None:
        if not 0 <= self.best <= self.likely <= self.worst:
            raise ValueError(f"an estimate goes from best to worst, not {self.best}, {self.likely}, {self.worst}")

    @property
    def expected(self) -> float:
        """Days, weighed as PERT does."""
        return (self.best + 4 * self.likely + self.worst) / 6

    @property
    def deviation(self) -> float:
        """Standard deviation, days."""
        return (self.worst - self.best) / 6


def total(estimates: Iterable[Estimate]) -> tuple[float, float]:
    """Expected days of all together, one after the other, and their standard deviation."""
    known = list(estimates)
    return sum(one.expected for one in known), math.hypot(*(one.deviation for one in known))

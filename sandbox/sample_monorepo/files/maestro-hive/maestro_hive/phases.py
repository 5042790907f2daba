"""The phases of a product, and the tasks in them."""

from dataclasses import dataclass
from enum import IntEnum

from maestro_hive.estimates import Estimate


class Phase(IntEnum):
    """In order."""

    REQUIREMENTS = 1
    DESIGN = 2
    BUILD = 3
    TEST = 4
    RELEASE = 5


class PlanError(ValueError):
    """The product's plan cannot be carried out."""


@dataclass(frozen=True)
class Task:
    """Something to do. `needs` names the tasks that come before."""

    name: str
    phase: Phase
    estimate: Estimate
    needs: frozenset[str] = frozenset()

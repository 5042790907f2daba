"""What is wrong with a plan: every fault at once, each with its place and its remedy."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that the plan's author has to change.

    line and column count from 1; both are 0 when the fault is in no line (no such file).
    key: the path of keys, like `repositories[2].moves[0].from`; "" when the file cannot be read as YAML.
    problem: what is wrong, without a full stop; remedy: what to do, as whole sentences.
    """

    file: str
    line: int
    column: int
    key: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return ": ".join(part for part in (place, self.key, f"{self.problem}. {self.remedy}") if part)


class PlanError(Exception):
    """The plan cannot be used. `faults` holds every fault found, in the order of the file; `str()` one per line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        # A mapping that is used twice through an anchor is told once for each use, a line twice never.
        self.faults = tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.line, fault.column, fault.key)))
        super().__init__("\n".join(str(fault) for fault in self.faults))

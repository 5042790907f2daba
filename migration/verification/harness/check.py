"""A check: its line of the checklist, the commands that it ran, its observations, and why it failed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Outcome(StrEnum):
    """The result of a check. Only `passes` counts as success."""

    PASSES = "passes"
    FAILS = "fails"
    SKIPPED = "skipped"


class BrokenError(Exception):
    """The check fails. why: the observation. remedy: the fix."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


class SkippedError(Exception):
    """The check cannot run here: a program or service that it needs is missing. It is not a success."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


@dataclass
class Evidence:
    """The commands and observations of one check, collected while it runs. screenshots: title to PNG file.

    line: replaces the line of the checklist, where less could be checked than it says.
    """

    ran: list[str] = field(default_factory=list)
    saw: list[str] = field(default_factory=list)
    screenshots: dict[str, Path] = field(default_factory=dict)
    line: str = ""

    def add(self, other: "Evidence") -> None:
        """Add what was gathered while something was made that several checks use."""
        self.ran += [each for each in other.ran if each not in self.ran]
        self.saw += [each for each in other.saw if each not in self.saw]
        self.screenshots |= other.screenshots


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the checklist, checked for one repository or for all together.

    name: stays the same from run to run, like "maestro-engine.installs". part: heading of the checklist.
    run: returns when the check passes; raises BrokenError or SkippedError.
    """

    name: str
    part: str
    line: str
    run: Callable[[Evidence], None]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The result of a check. seconds: its duration, with its share of what several checks use."""

    name: str
    part: str
    line: str
    outcome: Outcome
    ran: tuple[str, ...]
    saw: tuple[str, ...]
    seconds: float
    why: str = ""
    remedy: str = ""
    screenshots: dict[str, str] = field(default_factory=dict)


def run_check(check: Check) -> Verdict:
    """Run one check to its end. An unexpected exception is a failure of the check."""
    evidence = Evidence()
    started = time.monotonic()
    outcome, why, remedy = Outcome.PASSES, "", ""
    try:
        check.run(evidence)
    except BrokenError as broken:
        outcome, why, remedy = Outcome.FAILS, broken.why, broken.remedy
    except SkippedError as missing:
        outcome, why, remedy = Outcome.SKIPPED, missing.why, missing.remedy
    except Exception as error:
        outcome, why = Outcome.FAILS, f"{type(error).__name__}: {error}"
        remedy = "The check did not expect this. Run its commands by hand."
    return Verdict(
        name=check.name,
        part=check.part,
        line=evidence.line or check.line,
        outcome=outcome,
        ran=tuple(evidence.ran),
        saw=tuple(evidence.saw),
        seconds=round(time.monotonic() - started, 2),
        why=why,
        remedy=remedy,
        screenshots={title: str(path) for title, path in evidence.screenshots.items()},
    )

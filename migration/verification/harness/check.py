"""What a check is: the line of the checklist that it judges, what it ran, what it saw, and why it failed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Outcome(StrEnum):
    """What became of a check. Only `holds` is green."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_JUDGED = "not judged"


class BrokenError(Exception):
    """The line does not hold. why: what was seen. remedy: what to do about it."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


class NotJudgedError(Exception):
    """Something that the check needs is not on this machine. The line is not green."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


@dataclass
class Evidence:
    """What one check ran and saw, gathered while it works. screenshots: title to PNG file."""

    ran: list[str] = field(default_factory=list)
    saw: list[str] = field(default_factory=list)
    screenshots: dict[str, Path] = field(default_factory=dict)

    def add(self, other: "Evidence") -> None:
        """Take over what was gathered while something was made that several checks use."""
        self.ran += [one for one in other.ran if one not in self.ran]
        self.saw += [one for one in other.saw if one not in self.saw]
        self.screenshots |= other.screenshots


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the checklist, judged for one repository or for all together.

    name: stays the same from run to run, like "maestro-engine.installs". part: heading of the checklist.
    judge: returns when the line holds; raises BrokenError or NotJudgedError.
    """

    name: str
    part: str
    line: str
    judge: Callable[[Evidence], None]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check came to. seconds: how long it took, with its part of what others share."""

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


def judged(check: Check) -> Verdict:
    """Run one check to its end. Whatever it stumbles over is a verdict too: nothing unforeseen is green."""
    evidence = Evidence()
    started = time.monotonic()
    outcome, why, remedy = Outcome.HOLDS, "", ""
    try:
        check.judge(evidence)
    except BrokenError as broken:
        outcome, why, remedy = Outcome.FAILS, broken.why, broken.remedy
    except NotJudgedError as missing:
        outcome, why, remedy = Outcome.NOT_JUDGED, missing.why, missing.remedy
    except Exception as error:
        outcome, why = Outcome.FAILS, f"{type(error).__name__}: {error}"
        remedy = "Nothing that the check expects. Look at what it ran, and run that by hand."
    return Verdict(
        name=check.name,
        part=check.part,
        line=check.line,
        outcome=outcome,
        ran=tuple(evidence.ran),
        saw=tuple(evidence.saw),
        seconds=round(time.monotonic() - started, 2),
        why=why,
        remedy=remedy,
        screenshots={title: str(path) for title, path in evidence.screenshots.items()},
    )

"""What came of it."""

import time
from dataclasses import dataclass

import httpx

from quality_fabric.checks import SUITE_CHECKS, Check, Skipped
from quality_fabric.client import TargetClient


@dataclass(frozen=True)
class Result:
    """One check against one target."""

    suite: str
    name: str
    outcome: str  # passed, skipped or failed
    reason: str
    seconds: float

    def line(self) -> str:
        """For people."""
        return f"{self.outcome:8}{self.suite}: {self.name} ({self.seconds:.2f} s) {self.reason}".rstrip()


def run_suites(client: TargetClient) -> list[Result]:
    """Every check of the target's suites, in order."""
    return [
        run_check(suite, check, client) for suite in client.target.test_suites for check in SUITE_CHECKS[suite]
    ]


def run_check(suite: str, check: Check, client: TargetClient) -> Result:
    """Never raises for what the target does."""
    start = time.perf_counter()
    outcome, reason = "passed", ""
    try:
        check(client)
    except Skipped as skipped:
        outcome, reason = "skipped", str(skipped)
    except (AssertionError, httpx.HTTPError) as error:
        outcome, reason = "failed", str(error)
    name = check.__name__.replace("_", " ")
    return Result(suite, name, outcome, reason, time.perf_counter() - start)

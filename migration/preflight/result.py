"""The result of a preflight and its texts."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from migration.errors import PreflightError
from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.unclaimed_files import UnclaimedFile
from migration.preflight.left_behind import LeftBehind

SHOWN = 20
"""Findings of one check in a message."""


@dataclass(frozen=True, kw_only=True)
class PreflightReport:
    """The scanned repositories and their findings. findings: refusals first, then by repository and check.

    allowed: secrets that the plan allows. leftovers: files of the monorepo's head that no repository includes.
    left_behind: what of it decides about moved files, and refs that do not move.
    """

    monorepo_head: str
    repositories: tuple[str, ...]
    findings: tuple[Finding, ...]
    allowed: int
    leftovers: tuple[UnclaimedFile, ...]
    left_behind: tuple[LeftBehind, ...] = ()
    seconds: float

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """Those that stop a push."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.REFUSAL)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Those that do not."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.WARNING)

    def demand(self) -> None:
        """Raise PreflightError with the refusals, unless there is none."""
        if self.refusals:
            lines = "\n".join(in_lines(self.refusals))
            raise PreflightError(
                "The histories contain what must not be pushed. Nothing was pushed. "
                f"Run ./multirepo preflight for all findings.\n{lines}"
            )


def in_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """The first findings of each check, and their remedies. Bytes of a path that are not UTF-8 are escaped."""
    return (os.fsencode(line).decode(errors="backslashreplace") for line in _in_lines(findings))


def _in_lines(findings: Sequence[Finding]) -> Iterator[str]:
    for (_, check), group in groupby(
        sorted(findings, key=lambda finding: (finding.severity, finding.check)),
        key=lambda finding: (finding.severity, finding.check),
    ):
        alike = list(group)
        yield from (f"{check}: {finding.repository}: {finding}" for finding in alike[:SHOWN])
        if len(alike) > SHOWN:
            yield f"{check}: … and {len(alike) - SHOWN:,} more"
        yield from sorted({f"{check}: {finding.remedy}" for finding in alike[:SHOWN]})

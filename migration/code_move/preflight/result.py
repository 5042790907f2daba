"""What a preflight says."""

from dataclasses import dataclass

from migration.code_move.errors import PreflightError
from migration.code_move.preflight.findings import Finding, Severity
from migration.code_move.preflight.leftovers import Leftover

SHOWN_IN_ERROR = 20


@dataclass(frozen=True, kw_only=True)
class Preflight:
    """What was looked at and found. findings: refusals first, then by repository and check.

    allowed: secrets that the plan allows. leftovers: what of the monorepo's head no repository of the plan takes.
    """

    monorepo_head: str
    repositories: tuple[str, ...]
    findings: tuple[Finding, ...]
    allowed: int
    leftovers: tuple[Leftover, ...]
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
        if not self.refusals:
            return
        lines = [f"{finding.repository}: {finding}" for finding in self.refusals[:SHOWN_IN_ERROR]]
        if len(self.refusals) > SHOWN_IN_ERROR:
            lines.append(f"… and {len(self.refusals) - SHOWN_IN_ERROR:,} more")
        lines += sorted({f"{refusal.check}: {refusal.remedy}" for refusal in self.refusals})
        raise PreflightError(
            f"The histories hold what must not be pushed ({len(self.refusals):,} findings), so nothing is pushed. "
            "Run ./multirepo preflight to see all of them.\n" + "\n".join(lines)
        )

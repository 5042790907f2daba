"""The findings of a check."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """A refusal stops the push, a warning does not."""

    REFUSAL = "refusal"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One problem in one new repository.

    check: the kind, like "large-file". remedy: the fix, the same for all findings of a check in a repository.
    commit: the first of the new history that has it; monorepo_commit: its commit in the monorepo.
    path: in the new repository; "" where the whole repository is meant. line: from 1. size: in bytes.
    rule, fingerprint: of the scanner for secrets; for Git LFS, rule is the object's id.
    """

    severity: Severity
    check: str
    repository: str
    path: str
    problem: str
    remedy: str
    commit: str | None = None
    monorepo_commit: str | None = None
    line: int | None = None
    size: int | None = None
    rule: str | None = None
    fingerprint: str | None = None

    @classmethod
    def refusal(cls, check: str, repository: str, problem: str, remedy: str) -> "Finding":
        """One of a whole repository that stops the push."""
        return cls(
            severity=Severity.REFUSAL, check=check, repository=repository, path="", problem=problem, remedy=remedy
        )

    @classmethod
    def warning(cls, check: str, repository: str, problem: str, remedy: str) -> "Finding":
        """One of a whole repository that does not stop the push."""
        return cls(
            severity=Severity.WARNING, check=check, repository=repository, path="", problem=problem, remedy=remedy
        )

    def __str__(self) -> str:
        """One line, without the remedy, which several findings share."""
        where = self.path + (f", line {self.line}" if self.line else "")
        commits = f"commit {self.commit[:12]}" if self.commit else ""
        if self.monorepo_commit:
            commits += f", in the monorepo {self.monorepo_commit[:12]}"
        return ": ".join(filter(None, (where, self.problem))) + (f" ({commits})" if commits else "")


def in_mebibytes(size: int) -> str:
    """A size in the unit of GitHub's limits."""
    return f"{size / 2**20:,.1f} MiB"

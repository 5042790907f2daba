"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a push may follow."""

    REFUSAL = "refusal"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing in one new repository.

    check: the kind, like "large-file". remedy: what to do, the same for all findings of a check in a repository.
    commit: the first of the new history that has it; monorepo_commit: the one that it stands for.
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

    def __str__(self) -> str:
        """One line; the remedy stands apart, because it is shared."""
        where = self.path + (f", line {self.line}" if self.line else "")
        commits = f"commit {self.commit[:12]}" if self.commit else ""
        if self.monorepo_commit:
            commits += f", in the monorepo {self.monorepo_commit[:12]}"
        return ": ".join(filter(None, (where, self.problem))) + (f" ({commits})" if commits else "")


def in_mebibytes(size: int) -> str:
    """A size in the unit of GitHub's limits."""
    return f"{size / 2**20:,.1f} MiB"

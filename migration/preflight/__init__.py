"""The preflight: what would go wrong, or be regretted, once the new histories are on GitHub, told before any push.

It looks at the resulting histories and not at the monorepo: what stayed behind is no concern, what came along is.
Each kind of finding has its module; `checking` runs them all and remembers what it found for as long as it is true.
"""

from migration.preflight.checking import preflight
from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.unclaimed_files import UnclaimedFile
from migration.preflight.result import PreflightReport, in_lines

__all__ = ["Finding", "PreflightReport", "Severity", "UnclaimedFile", "in_lines", "preflight"]

"""The preflight reports, before any push, what GitHub would reject or what must not be published.

It reads the resulting histories and not the monorepo: files that the plan excludes are not read.
Each kind of finding has its module; `checking` runs them all and caches the findings of an unchanged split.
"""

from migration.preflight.checking import preflight
from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.unclaimed_files import UnclaimedFile
from migration.preflight.left_behind import LeftBehind
from migration.preflight.result import PreflightReport, in_lines
from migration.secrets.scanner import SecretScanner

__all__ = [
    "Finding",
    "LeftBehind",
    "PreflightReport",
    "SecretScanner",
    "Severity",
    "UnclaimedFile",
    "in_lines",
    "preflight",
]

"""The cache of findings, a file beside the split. Without it the histories are scanned again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.unclaimed_files import UnclaimedFile
from migration.preflight.scan import ScanResult

CHECKS = 5
"""Version of the checks: increase it with every change of what they report."""

_FILE = "preflight.json"


@dataclass(frozen=True, kw_only=True)
class Memory:
    """repositories: by name. leftovers_of: the monorepo's head and the moves that `leftovers` are about."""

    repositories: Mapping[str, ScanResult] = field(default_factory=dict)
    leftovers_of: str = ""
    leftovers: Sequence[UnclaimedFile] = ()


def recall(git_dir: Path, scanner: str) -> Memory:
    """Read the findings of the same checks and scanner; empty if the file is missing or invalid."""
    try:
        saved = json.loads((git_dir / _FILE).read_text())
        if saved["checks"] != CHECKS or saved["scanner"] != scanner:
            return Memory()
        return Memory(
            repositories={name: _parse_scan_result(each) for name, each in saved["repositories"].items()},
            leftovers_of=saved["leftovers_of"],
            leftovers=tuple(UnclaimedFile(**each) for each in saved["leftovers"]),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Memory()


def remember(git_dir: Path, scanner: str, memory: Memory) -> None:
    """Write the findings for the next run."""
    aside = git_dir / f"tmp_{_FILE}"
    aside.write_text(json.dumps({"checks": CHECKS, "scanner": scanner, **asdict(memory)}))
    aside.replace(git_dir / _FILE)


def _parse_scan_result(saved: dict[str, Any]) -> ScanResult:
    findings = {key: [_finding(each) for each in saved[key]] for key in ("in_history", "at_head")}
    return ScanResult(**{**saved, **findings})


def _finding(saved: dict[str, Any]) -> Finding:
    return Finding(**{**saved, "severity": Severity(saved["severity"])})

"""What was found is kept beside the split. Losing it costs time and nothing else."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.unclaimed_files import UnclaimedFile
from migration.preflight.looking import Looked

CHECKS = 1
"""Part of what is remembered: raise it whenever something else is checked."""

_FILE = "preflight.json"


@dataclass(frozen=True, kw_only=True)
class Memory:
    """repositories: by name. leftovers_of: the monorepo's head and the moves that `leftovers` are about."""

    repositories: Mapping[str, Looked] = field(default_factory=dict)
    leftovers_of: str = ""
    leftovers: Sequence[UnclaimedFile] = ()


def recall(git_dir: Path, scanner: Path) -> Memory:
    """What was found before with the same checks and the same scanner; nothing when that cannot be read."""
    try:
        saved = json.loads((git_dir / _FILE).read_text())
        if saved["checks"] != CHECKS or saved["scanner"] != str(scanner):
            return Memory()
        return Memory(
            repositories={name: _looked(each) for name, each in saved["repositories"].items()},
            leftovers_of=saved["leftovers_of"],
            leftovers=tuple(UnclaimedFile(**each) for each in saved["leftovers"]),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Memory()


def remember(git_dir: Path, scanner: Path, memory: Memory) -> None:
    """Keep it for the next time."""
    aside = git_dir / f"tmp_{_FILE}"
    aside.write_text(json.dumps({"checks": CHECKS, "scanner": str(scanner), **asdict(memory)}))
    aside.replace(git_dir / _FILE)


def _looked(saved: dict[str, Any]) -> Looked:
    findings = {key: [_finding(each) for each in saved[key]] for key in ("in_history", "at_head")}
    return Looked(**{**saved, **findings})


def _finding(saved: dict[str, Any]) -> Finding:
    return Finding(**{**saved, "severity": Severity(saved["severity"])})

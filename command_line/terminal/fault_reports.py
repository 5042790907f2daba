"""Reports of this program's own bugs: one file each, the newest three of them."""

import platform
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from command_line.terminal.versions import project_version

KEPT_REPORTS = 3


def write_fault_report(folder: Path) -> Path:
    """Write the exception that is being handled to a new file of the folder, and delete all but the newest three."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    report = folder / f"fault-{now:%Y%m%dT%H%M%S.%fZ}.txt"
    facts = f"multirepo {project_version()}, Python {platform.python_version()}, {platform.platform()}"
    command = " ".join(sys.argv[1:2])  # further arguments may hold what is nobody's business
    report.write_text(
        f"{now.isoformat(timespec='seconds')}\n{facts}\n./multirepo {command}\n\n{traceback.format_exc()}",
        encoding="utf-8",
        errors="backslashreplace",
    )
    for old in sorted(folder.glob("fault-*.txt"))[:-KEPT_REPORTS]:
        old.unlink(missing_ok=True)
    return report

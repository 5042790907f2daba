"""`hive plan FILE`."""

import os
import sys
from pathlib import Path

from maestro_core_config import read_settings
from maestro_core_logging import LogSettings, configure_logging, service_log
from maestro_hive.estimates import total
from maestro_hive.order import rounds
from maestro_hive.phases import PlanError
from maestro_hive.reading import read_plan

log = service_log("hive")


def main(arguments: list[str] | None = None) -> int:
    """0 when the plan is printed, 2 when it is wrong."""
    configure_logging(read_settings(LogSettings, os.environ))
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) != 2 or arguments[0] != "plan":
        print("usage: hive plan FILE", file=sys.stderr)
        return 2
    try:
        print(describe(Path(arguments[1]).read_text(encoding="utf-8")))
    except (OSError, PlanError) as error:
        print(f"hive: {arguments[1]}: {error}", file=sys.stderr)
        return 2
    return 0


def describe(text: str) -> str:
    """The plan, a line per task. Raises PlanError."""
    tasks = read_plan(text)
    log.debug("plan read", extra={"tasks": len(tasks)})
    lines = [
        f"{number}. {task.phase.name.lower():13}{task.name} ({task.estimate.expected:.1f} days)"
        for number, ready in enumerate(rounds(tasks), start=1)
        for task in ready
    ]
    days, deviation = total(task.estimate for task in tasks)
    return "\n".join([*lines, f"one after the other: {days:.1f} days, give or take {deviation:.1f}"])

"""Plans as people write them."""

import tomllib

from maestro_hive.estimates import Estimate
from maestro_hive.phases import Phase, PlanError, Task


def read_plan(text: str) -> list[Task]:
    """The tasks of a plan in TOML. Raises PlanError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"not TOML: {error}") from None
    return [read_task(name, entry) for name, entry in document.get("task", {}).items()]


def read_task(name: str, entry: dict) -> Task:
    """One table of the plan. Raises PlanError."""
    try:
        phase = Phase[entry["phase"].upper()]
        return Task(name, phase, Estimate(*entry["days"]), frozenset(entry.get("needs", ())))
    except KeyError as error:
        raise PlanError(f"task {name!r}: {error} is missing or unknown") from None
    except (TypeError, ValueError) as error:
        raise PlanError(f"task {name!r}: {error}") from None

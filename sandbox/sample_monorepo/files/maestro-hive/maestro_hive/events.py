"""Announces tasks as they become ready. Needs the extra `events`."""

from collections.abc import Iterable

from maestro_core_messaging import Bus
from maestro_hive.order import rounds
from maestro_hive.phases import Task

TOPIC = "hive.task"


def announce(bus: Bus, tasks: Iterable[Task]) -> int:
    """Publish every task, round by round; how many those were."""
    count = 0
    for number, ready in enumerate(rounds(tasks), start=1):
        for task in ready:
            bus.publish(TOPIC, {"type": "task.ready", "round": number, "task": task.name})
            count += 1
    return count

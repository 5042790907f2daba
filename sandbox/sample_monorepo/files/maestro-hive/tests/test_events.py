import asyncio

import pytest

from maestro_hive.estimates import Estimate
from maestro_hive.phases import Phase, Task

messaging = pytest.importorskip("maestro_core_messaging", reason="the extra `events` is not installed")


def test_tasks_are_announced_as_they_become_ready():
    from maestro_hive.events import TOPIC, announce

    walls = Task("walls", Phase.BUILD, Estimate(1, 2, 3))
    roof = Task("roof", Phase.BUILD, Estimate(1, 2, 3), frozenset({"walls"}))

    async def scene():
        bus = messaging.Bus()
        async with bus.subscribe(TOPIC) as messages:
            announce(bus, [roof, walls])
            return [messages.get_nowait()["task"] for _ in range(2)]

    assert asyncio.run(scene()) == ["walls", "roof"]

import asyncio

from maestro_core_messaging import Bus


def test_a_subscriber_gets_what_is_published():
    async def scene():
        bus = Bus()
        async with bus.subscribe("workflow") as messages:
            assert bus.publish("workflow", {"id": 1}) == 1
            return await messages.get()

    assert asyncio.run(scene()) == {"id": 1}


def test_nobody_listens_after_the_block():
    async def scene():
        bus = Bus()
        async with bus.subscribe("workflow"):
            pass
        return bus.publish("workflow", {"id": 1})

    assert asyncio.run(scene()) == 0


def test_a_slow_subscriber_loses_the_oldest():
    async def scene():
        bus = Bus(capacity=1)
        async with bus.subscribe("workflow") as messages:
            bus.publish("workflow", {"id": 1})
            bus.publish("workflow", {"id": 2})
            return messages.get_nowait()

    assert asyncio.run(scene()) == {"id": 2}

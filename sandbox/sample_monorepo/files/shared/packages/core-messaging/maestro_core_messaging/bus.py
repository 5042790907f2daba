"""A bus for one event loop."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from maestro_core_logging import service_log

log = service_log("messaging")

Message = dict[str, object]


class Bus:
    """Messages by topic. Not for use from other threads."""

    def __init__(self, capacity: int = 100) -> None:
        self.capacity = capacity
        self._subscribers: dict[str, set[asyncio.Queue[Message]]] = defaultdict(set)

    def publish(self, topic: str, message: Message) -> int:
        """Hand the message to everyone who listens now; how many those were."""
        for queue in self._subscribers[topic]:
            if queue.full():
                queue.get_nowait()
                log.warning("subscriber too slow, message dropped", extra={"topic": topic})
            queue.put_nowait(message)
        return len(self._subscribers[topic])

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[asyncio.Queue[Message]]:
        """A queue with every message published inside the block."""
        queue: asyncio.Queue[Message] = asyncio.Queue(self.capacity)
        self._subscribers[topic].add(queue)
        try:
            yield queue
        finally:
            self._subscribers[topic].discard(queue)

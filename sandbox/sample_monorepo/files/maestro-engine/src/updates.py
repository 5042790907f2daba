"""Changes of workflows, as they happen."""

import asyncio

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from maestro_core_messaging import Bus
from src.workflows import Workflow

TOPIC = "workflow"


def announcer(bus: Bus):
    """A function that tells every listener what happened to a workflow."""

    def announce(event: str, workflow: Workflow) -> None:
        bus.publish(TOPIC, {"type": event, "workflow": workflow.model_dump(mode="json")})

    return announce


def update_routes(bus: Bus) -> APIRouter:
    """`WS /ws`: {"type": "workflow.created" or "workflow.updated", "workflow": {...}}."""
    router = APIRouter()

    @router.websocket("/ws")
    async def updates(socket: WebSocket) -> None:
        async with bus.subscribe(TOPIC) as messages:
            # Accepted only now: whoever is connected misses nothing.
            await socket.accept()
            sending = asyncio.create_task(_send(socket, messages))
            try:
                while True:
                    await socket.receive_text()
            except WebSocketDisconnect:
                sending.cancel()

    return router


async def _send(socket: WebSocket, messages: asyncio.Queue[dict[str, object]]) -> None:
    while True:
        await socket.send_json(await messages.get())

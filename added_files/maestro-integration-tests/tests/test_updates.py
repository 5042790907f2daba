"""The WebSocket: whoever listens sees every change."""

import json
import uuid

import httpx
from websockets.sync.client import connect


def test_a_listener_sees_a_workflow_through_to_its_end(engine: str) -> None:
    name = f"watched {uuid.uuid4()}"
    with connect(f"{engine.replace('http', 'ws', 1)}/ws") as socket:
        created = httpx.post(f"{engine}/api/workflows", json={"name": name}).json()
        seen = []
        while "succeeded" not in seen:
            event = json.loads(socket.recv(timeout=30))
            if event["workflow"]["id"] == created["id"]:
                assert event["type"] == ("workflow.updated" if seen else "workflow.created")
                seen.append(event["workflow"]["status"])
    assert seen == ["pending", "running", "succeeded"]

"""The API, as any client uses it."""

import time
import uuid

import httpx


def test_the_backend_is_well(engine: str) -> None:
    assert httpx.get(f"{engine}/api/health").json()["status"] == "ok"


def test_a_workflow_is_created_and_runs_to_its_end(engine: str) -> None:
    name = f"api {uuid.uuid4()}"
    created = httpx.post(f"{engine}/api/workflows", json={"name": name})
    assert created.status_code == 201
    address = f"{engine}/api/workflows/{created.json()['id']}"
    deadline = time.monotonic() + 30
    while (workflow := httpx.get(address).json())["status"] != "succeeded":
        assert time.monotonic() < deadline, workflow
        time.sleep(0.1)
    assert workflow["name"] == name
    assert name in [one["name"] for one in httpx.get(f"{engine}/api/workflows").json()]


def test_what_does_not_exist_is_404_and_what_has_no_name_422(engine: str) -> None:
    assert httpx.get(f"{engine}/api/workflows/{uuid.uuid4()}").status_code == 404
    assert httpx.post(f"{engine}/api/workflows", json={"name": ""}).status_code == 422

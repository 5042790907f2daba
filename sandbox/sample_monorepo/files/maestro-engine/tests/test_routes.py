import uuid

from fastapi.testclient import TestClient

from maestro_core_auth import AuthSettings
from src.main import create_app
from src.settings import EngineSettings
from src.store import MemoryStore


def test_the_engine_is_well(client):
    assert client.get("/api/health").json() == {"status": "ok", "checks": {"store": "ok"}}


def test_a_created_workflow_is_listed(client):
    created = client.post("/api/workflows", json={"name": "Übung"}).json()
    assert created["name"] == "Übung"
    assert [workflow["id"] for workflow in client.get("/api/workflows").json()] == [created["id"]]


def test_a_workflow_is_found_by_its_id(client):
    created = client.post("/api/workflows", json={"name": "one", "template": "library"}).json()
    assert client.get(f"/api/workflows/{created['id']}").json()["template"] == "library"


def test_an_unknown_workflow_is_404(client):
    assert client.get(f"/api/workflows/{uuid.uuid4()}").status_code == 404


def test_a_workflow_needs_a_name(client):
    assert client.post("/api/workflows", json={"name": ""}).status_code == 422


def test_with_a_secret_changes_need_a_token():
    settings = EngineSettings(auth=AuthSettings(token_secret="a secret of the tests"))
    with TestClient(create_app(settings, MemoryStore())) as client:
        assert client.post("/api/workflows", json={"name": "one"}).status_code == 401
        assert client.get("/api/workflows").status_code == 200


def test_what_was_created_is_counted(client):
    client.post("/api/workflows", json={"name": "one"})
    assert 'workflows_created{caller="anonymous",template="default"} 1' in client.get("/metrics").text

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from src.main import create_app
from src.settings import EngineSettings, RunnerSettings
from src.store import MemoryStore


@pytest.fixture
def client() -> Iterator[TestClient]:
    settings = EngineSettings(runner=RunnerSettings(step_seconds=0))
    with TestClient(create_app(settings, MemoryStore())) as client:
        yield client

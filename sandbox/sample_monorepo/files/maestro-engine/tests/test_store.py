import os
import uuid

import pytest

from maestro_core_api import NotFound
from maestro_core_db import Database, DatabaseSettings
from src.postgres_store import PostgresStore
from src.store import MemoryStore
from src.workflows import Status, Workflow, WorkflowRequest


def postgres() -> PostgresStore:
    if "DATABASE_URL" not in os.environ:
        pytest.skip("DATABASE_URL is not set")
    return PostgresStore(Database(DatabaseSettings(os.environ["DATABASE_URL"])))


@pytest.fixture(params=[MemoryStore, postgres], ids=["memory", "postgres"])
def store(request):
    return request.param()


def workflow(name: str) -> Workflow:
    return Workflow.requested(WorkflowRequest(name=name))


def test_what_is_added_is_found(store):
    added = workflow("one")
    store.add(added)
    assert store.get(added.id) == added


def test_the_newest_comes_first(store):
    first, second = workflow("first"), workflow("second")
    store.add(first)
    store.add(second)
    assert store.newest_first()[:2] == [second, first]


def test_a_status_is_kept(store):
    added = workflow("one")
    store.add(added)
    store.set_status(added.id, Status.RUNNING)
    assert store.get(added.id).status == Status.RUNNING


def test_what_was_never_added_is_not_found(store):
    with pytest.raises(NotFound):
        store.get(uuid.uuid4())
    with pytest.raises(NotFound):
        store.set_status(uuid.uuid4(), Status.RUNNING)

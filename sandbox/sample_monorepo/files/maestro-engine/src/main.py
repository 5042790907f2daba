"""The engine's application: `uvicorn src.main:app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from maestro_core_api import ApiInfo, create_api
from maestro_core_db import Database
from maestro_core_logging import configure_logging
from maestro_core_messaging import Bus
from maestro_monitoring import Metrics
from src.postgres_store import PostgresStore
from src.routes import workflow_routes
from src.runner import Runner
from src.settings import EngineSettings
from src.store import MemoryStore, WorkflowStore
from src.updates import announcer, update_routes

VERSION = "1.0.0"


def open_store(settings: EngineSettings) -> WorkflowStore:
    """PostgreSQL when DATABASE_URL is set, else memory."""
    if settings.database.database_url:
        return PostgresStore(Database(settings.database))
    return MemoryStore()


def create_app(settings: EngineSettings, store: WorkflowStore) -> FastAPI:
    """The application over this store."""
    bus = Bus()
    metrics = Metrics()
    runner = Runner(store, announcer(bus), settings.runner)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await runner.stop()

    app = create_api(ApiInfo("Maestro Engine API", VERSION, {"store": store.check}), settings.api, lifespan)
    app.include_router(workflow_routes(store, runner, metrics, settings.auth))
    app.include_router(update_routes(bus))

    @app.get("/metrics", response_class=PlainTextResponse, include_in_schema=False)
    def show_metrics() -> str:
        return metrics.text()

    return app


settings = EngineSettings.from_environment()
configure_logging(settings.log)
app = create_app(settings, open_store(settings))

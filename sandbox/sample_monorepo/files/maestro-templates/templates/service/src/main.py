"""The ${name} service."""

from fastapi import FastAPI

app = FastAPI(title="${name}")


@app.get("/api/health")
def health() -> dict[str, str]:
    return {"status": "ok"}

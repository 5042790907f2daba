"""A backend that has nothing of Maestro Engine and keeps the same contract: `python main.py PORT`."""

import asyncio
import json
import sys
import uuid
from datetime import UTC, datetime

from aiohttp import web

ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type",
}
workflows: dict[str, dict[str, str]] = {}
listeners: set[web.WebSocketResponse] = set()
running: set[asyncio.Task[None]] = set()
routes = web.RouteTableDef()


def problem(status: int, detail: object) -> web.Response:
    return web.json_response({"detail": detail}, status=status)


async def tell(event: str, workflow: dict[str, str]) -> None:
    for listener in set(listeners):
        await listener.send_json({"type": f"workflow.{event}", "workflow": workflow})


async def run(workflow: dict[str, str]) -> None:
    for status in ("running", "succeeded"):
        await asyncio.sleep(0.2)
        workflow["status"] = status
        await tell("updated", workflow)


@routes.get("/api/health")
async def health(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok", "checks": {}})


@routes.get("/api/workflows")
async def list_workflows(_request: web.Request) -> web.Response:
    return web.json_response(list(reversed(workflows.values())))


@routes.get("/api/workflows/{id}")
async def get_workflow(request: web.Request) -> web.Response:
    workflow = workflows.get(request.match_info["id"])
    return web.json_response(workflow) if workflow else problem(404, "there is no such workflow")


@routes.post("/api/workflows")
async def create_workflow(request: web.Request) -> web.Response:
    try:
        body = await request.json()
        name = body["name"]
    except (json.JSONDecodeError, KeyError, TypeError):
        name = None
    if not isinstance(name, str) or not 1 <= len(name) <= 120:
        return problem(422, [{"loc": ["body", "name"], "msg": "1 to 120 characters", "type": "name"}])
    workflow = {
        "id": str(uuid.uuid4()),
        "name": name,
        "template": str(body.get("template", "default")),
        "status": "pending",
        "created_at": datetime.now(UTC).isoformat(),
    }
    workflows[workflow["id"]] = workflow
    await tell("created", dict(workflow))
    task = asyncio.create_task(run(workflow))
    running.add(task)
    task.add_done_callback(running.discard)
    return web.json_response(workflow, status=201)


@routes.get("/ws")
async def updates(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    listeners.add(socket)
    try:
        async for _message in socket:
            pass
    finally:
        listeners.discard(socket)
    return socket


@web.middleware
async def any_origin(request: web.Request, handler: web.RequestHandler) -> web.StreamResponse:
    """What a browser asks before it lets a page of another origin in."""
    if request.method == "OPTIONS":
        return web.Response(status=204, headers=ORIGIN)
    response = await handler(request)
    if not response.prepared:
        response.headers.update(ORIGIN)
    return response


if __name__ == "__main__":
    app = web.Application(middlewares=[any_origin])
    app.add_routes(routes)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)

"""Talks to the application under test."""

from typing import Any

import httpx
from maestro_core_api.health import HEALTH_PATH

from quality_fabric.targets import Target


class TargetClient:
    """The API of one target. Paths are joined to its base address, which may have a path of its own."""

    def __init__(self, target: Target, transport: httpx.BaseTransport | None = None) -> None:
        self.target = target
        self.http = httpx.Client(transport=transport, timeout=10, follow_redirects=True)

    def get(self, path: str) -> httpx.Response:
        """The reply, whatever its status."""
        return self.http.get(self.target.api_base.rstrip("/") + path)

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """The reply, whatever its status."""
        return self.http.post(self.target.api_base.rstrip("/") + path, json=body)

    def health(self) -> httpx.Response:
        """What the target says about its health."""
        return self.get(HEALTH_PATH)

    def page(self, path: str = "") -> httpx.Response:
        """A file of the frontend."""
        return self.http.get(self.target.frontend_url.rstrip("/") + "/" + path.lstrip("/"))

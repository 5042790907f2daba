"""A tenant at the root of a host of its own, for clients that know a GitHub by its host name alone.

`gh` speaks TLS to any host but `github.localhost`. So each tenant can have two ports of 127.0.0.1: one with TLS, where
it looks like a GitHub Enterprise Server, and one without, which is an HTTP proxy for github.localhost: gh takes no port
for that name.
"""

import asyncio
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.network.listening import ADDRESS, listen_on
from sandbox.network.tcp_connections import ResettableProtocol

CERTIFICATES = "certificates"
"""The folder below the sandbox's root."""
LOCALHOST = "github.localhost"
API = f"api.{LOCALHOST}"


class Hosts:
    """The hosts of all tenants that have one; they end with the sandbox."""

    def __init__(self, app: ASGIApp, root: Path) -> None:
        self._app = app
        self._folder = root / CERTIFICATES
        self._open: dict[str, dict[str, Any]] = {}
        self._servers: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

    def of(self, tenant: str) -> dict[str, Any]:
        """The tenant's host, which listens from now on: the fields of `administration.Host`."""
        if tenant not in self._open:
            certificate = self._certificate()
            self._open[tenant] = {
                "https": self._listen(tenant, certificate),
                "http": self._listen(tenant, {}),
                "authority": str(self._folder / "authority.pem"),
            }
        return self._open[tenant]

    async def close(self) -> None:
        """Answer no more."""
        for server, _ in self._servers:
            server.should_exit = True
        await asyncio.gather(*(task for _, task in self._servers))

    def _listen(self, tenant: str, settings: dict[str, Any]) -> int:
        listener = listen_on(0)
        configuration = uvicorn.Config(
            AtRoot(self._app, tenant),
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            ws="none",
            http=ResettableProtocol,
            **settings,
        )
        server = _Server(configuration)
        self._servers.append((server, asyncio.get_running_loop().create_task(server.serve([listener]))))
        return int(listener.getsockname()[1])

    def _certificate(self) -> dict[str, str]:
        """A certificate for 127.0.0.1 and localhost by an authority of its own, made once for each sandbox."""
        files = {"ssl_certfile": self._folder / "host.pem", "ssl_keyfile": self._folder / "host.key"}
        if not files["ssl_certfile"].exists():
            import trustme  # here, because it takes a tenth of a second and few tenants need it

            self._folder.mkdir(mode=0o700, exist_ok=True)
            authority = trustme.CA()
            issued = authority.issue_cert(ADDRESS, "localhost", f"*.{LOCALHOST}", LOCALHOST)
            issued.private_key_pem.write_to_path(files["ssl_keyfile"])
            authority.cert_pem.write_to_path(self._folder / "authority.pem")
            issued.cert_chain_pems[0].write_to_path(files["ssl_certfile"])
        return {name: str(file) for name, file in files.items()}


class _Server(uvicorn.Server):
    """Beside the sandbox's main server, which gets the signals."""

    def capture_signals(self) -> Any:
        return nullcontext()


class AtRoot:
    """The application with one tenant at its root; the addresses that it hands out are of this host."""

    def __init__(self, app: ASGIApp, tenant: str) -> None:
        self._app = app
        self._tenant = tenant

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under the path that it has in the sandbox."""
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        target = urlsplit(raw.decode("latin-1"))  # a proxy is asked with the whole address
        host = target.netloc or dict(scope["headers"]).get(b"host", ADDRESS.encode()).decode("latin-1")
        path, own_api = target.path, ""
        if host == API:
            own_api = f"{scope['scheme']}://{API}"
            host, path = LOCALHOST, f"/api{path}" if path.startswith("/graphql") else f"/api/v3{path}"
        inner = f"/{self._tenant}{path}"
        site = f"{scope['scheme']}://{host}"
        changed = {"path": inner, "raw_path": inner.encode("latin-1"), "sandbox.site": site, "sandbox.api": own_api}
        await self._app({**scope, **changed}, receive, send)

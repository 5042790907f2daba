"""What was asked of the sandbox: ROOT/requests.log, one line per finished request.

    2025-11-23T00:11:22.123Z rehearsal maestro-owner POST /api/v3/orgs/maestro/repos 201 3.2ms 412B 5301B

Columns: when the answer was complete (UTC), tenant, the token's user, method, path and query within the
tenant, status, time taken, bytes received, bytes sent. "-" stands for nobody and for no tenant. The line
is written before the last byte of the answer, so who has the answer can read the line. A client that
left before that has status 499.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

FILE_NAME = "requests.log"
TOKEN = re.compile(r"gh[a-z]_[A-Za-z0-9]+|github_pat_\w+")
CLIENT_LEFT = 499


@dataclass(frozen=True)
class Request:
    """One line of the log. received, sent: bytes of the bodies. path: raw, percent-encoded as sent."""

    time: datetime
    tenant: str
    user: str
    method: str
    path: str
    status: int
    milliseconds: float
    received: int
    sent: int

    @property
    def is_write(self) -> bool:
        """Whether it asked for a change: a writing method of REST, or a push."""
        if self.path.startswith("/api/v3/"):
            return self.method in {"POST", "PUT", "PATCH", "DELETE"}
        return self.method == "POST" and self.path.endswith("/git-receive-pack")

    @classmethod
    def parse(cls, line: str) -> "Request":
        """The request of one line without its end. Raises ValueError for anything else."""
        when, tenant, user, method, path, status, taken, received, sent = line.split(" ")
        return cls(
            time=datetime.fromisoformat(when),
            tenant=tenant,
            user=user,
            method=method,
            path=path,
            status=int(status),
            milliseconds=float(taken.removesuffix("ms")),
            received=int(received.removesuffix("B")),
            sent=int(sent.removesuffix("B")),
        )

    def line(self) -> str:
        """The line of the log, without its end."""
        when = self.time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.time.microsecond // 1000:03}Z"
        return (
            f"{when} {self.tenant} {self.user} {self.method} {self.path} {self.status} "
            f"{self.milliseconds:.1f}ms {self.received}B {self.sent}B"
        )


def read_requests(root: Path, tenant: str | None = None) -> list[Request]:
    """The finished requests, oldest first, of one tenant or of all. A line cut by a kill or a full disk is left out."""
    try:
        text = (root / FILE_NAME).read_text()
    except FileNotFoundError:
        return []
    return [request for request in _requests(text) if tenant is None or request.tenant == tenant]


def _requests(text: str) -> Iterator[Request]:
    for line in text.split("\n")[:-1]:
        with suppress(ValueError):
            yield Request.parse(line)


class RequestLog:
    """The middleware that writes the log. Tokens in a path are struck out."""

    def __init__(self, app: ASGIApp, root: Path) -> None:
        self._app = app
        self._file = os.open(root / FILE_NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and write its line before the last part of the answer goes out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        entry = _Entry(self._file, scope, receive, send)
        try:
            await self._app(scope, entry.receive, entry.send)
        except Exception:
            entry.write(500)
            raise
        finally:
            entry.write(CLIENT_LEFT)


class _Entry:
    """One request under way: counts its bytes and writes its line once."""

    def __init__(self, file: int, scope: Scope, receive: Receive, send: Send) -> None:
        self._file = file
        self._scope = scope
        self._receive = receive
        self._send = send
        self._start = time.perf_counter()
        self._received = self._sent = 0
        self._status = CLIENT_LEFT
        self._written = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        else:
            self._sent += len(message.get("body", b""))
            if not message.get("more_body", False):
                self.write(self._status)
        await self._send(message)

    def write(self, status: int) -> None:
        """The line, unless it is written already."""
        if self._written:
            return
        self._written = True
        taken = (time.perf_counter() - self._start) * 1000
        line = _request(self._scope, status, taken, self._received, self._sent).line()
        with suppress(OSError):  # a full disk must not turn a good answer into a bad one
            os.write(self._file, line.encode() + b"\n")


def _request(scope: Scope, status: int, milliseconds: float, received: int, sent: int) -> Request:
    path, query = scope["path"], scope["query_string"].decode("ascii", "replace")
    _, tenant, *rest = path.split("/", 2)
    if tenant == "_sandbox" or not rest:
        tenant, within = "-", path
    else:
        within = f"/{rest[0]}"
    target = f"{within}?{query}" if query else within
    return Request(
        time=datetime.now(UTC),
        tenant=TOKEN.sub("***", tenant) or "-",
        user=scope.get("sandbox.user", "-"),
        method=scope["method"],
        path=TOKEN.sub("***", target),
        status=status,
        milliseconds=milliseconds,
        received=received,
        sent=sent,
    )

"""The TCP connections that requests come on, so that one can be reset as a failing network does."""

import asyncio
import socket
import struct
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol


class ResettableProtocol(H11Protocol):
    """uvicorn's HTTP protocol; knows its open connections by the client's address."""

    transports: ClassVar[dict[Any, asyncio.Transport]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection."""
        super().connection_made(transport)
        self.transports[transport.get_extra_info("peername")] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.transports.pop(self.transport.get_extra_info("peername"), None)
        super().connection_lost(exc)


def reset(client: Any) -> None:
    """Cut the connection of this client: it reads "connection reset by peer"."""
    transport = ResettableProtocol.transports.get(tuple(client))
    if transport:
        linger = struct.pack("ii", 1, 0)  # discard what is unsent, and say RST instead of FIN
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()

"""Serving the application on a socket until SIGTERM."""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from sandbox.app import create_app
from sandbox.daemon.state_folder import DAEMON_LOCK, Serving, claim, code_version, try_lock, write_serving
from sandbox.errors import SandboxError
from sandbox.network.tcp_connections import ResettableProtocol

LOCK_TIMEOUT = 1.0  # seconds
PATIENCE = 2  # seconds that answers under way get when the sandbox is stopped


def serve(root: Path, listener: socket.socket, prepare: Callable[[Starlette], None] | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises SandboxError when another process serves the folder.

    prepare: called with the application before its first request.
    """
    os.umask(0o077)  # the records hold tokens
    claim(root)
    deadline = time.monotonic() + LOCK_TIMEOUT
    while (lock := try_lock(root / DAEMON_LOCK)) is None and time.monotonic() < deadline:
        time.sleep(0.01)  # somebody may only be looking whether it is held
    if lock is None:
        raise SandboxError(f"A sandbox already serves {root}. Stop it first, or give another folder.")
    code = code_version()
    write_serving(root, Serving(pid=os.getpid(), port=listener.getsockname()[1], code=code))
    app = create_app(root, code)
    app.state.port = listener.getsockname()[1]  # for git's hook, which asks without TLS
    if prepare:
        prepare(app)
    configuration = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=PATIENCE,
        timeout_keep_alive=60,
        ws="none",
        http=ResettableProtocol,
    )
    uvicorn.Server(configuration).run(sockets=[listener])
    os.close(lock)

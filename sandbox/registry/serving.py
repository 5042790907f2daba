"""python -m sandbox.registry.serving FOLDER PORT: devpi-server on 127.0.0.1 until SIGTERM."""

import base64
import os
import secrets
import shutil
import sys
from pathlib import Path

from devpi_server.config import get_pluginmanager
from devpi_server.init import init
from devpi_server.main import CommandRunner, _main

from sandbox.daemon.state_folder import DAEMON_LOCK, Serving, code_version, try_lock, write_serving
from sandbox.network.listening import ADDRESS
from sandbox.registry import read_access
from sandbox.registry.registry_process import ROOT_PASSWORD

DATA = "data"
SECRET = "secret"

# Stretching protects weak secrets. Ours are random, and it would take seconds of each start.
_NO_STRETCHING = ("--argon2-memory-cost", "8", "--argon2-time-cost", "1", "--argon2-parallelism", "1")

# By default, everyone who reaches the server can create users and indexes on it, without a login.
_ROOT_ONLY = ("--restrict-modify", "root")
_OPTIONS = (*_NO_STRETCHING, *_ROOT_ONLY)


def serve(folder: Path, port: int) -> int:
    """Serve, with a new database where there is none; devpi's exit code."""
    os.umask(0o077)
    lock = try_lock(folder / DAEMON_LOCK)
    if lock is None:
        print(f"A registry already serves {folder}.", file=sys.stderr)
        return 1
    write_serving(folder, Serving(pid=os.getpid(), port=port, code=code_version()))
    data, secret = folder / DATA, folder / SECRET
    if not data.exists():
        _make(folder)
    plugins = get_pluginmanager()
    plugins.register(read_access)
    # Otherwise devpi waits 5 s for the public index, and then says that there is no such package.
    listen = ("--listen", f"{ADDRESS}:{port}", "--threads", "8", "--request-timeout", "60")
    with CommandRunner(pluginmanager=plugins) as runner:
        command = ["devpi-server", "--serverdir", str(data), "--secretfile", str(secret), *listen, *_OPTIONS]
        runner.return_code = _main(plugins, argv=command)  # type: ignore[no-untyped-call]
    return runner.return_code or 0


def _make(folder: Path) -> None:
    """A new database. Made beside its place and renamed, so a killed process leaves no partial database."""
    aside, password = folder / f"{DATA}.new", secrets.token_urlsafe(32)
    shutil.rmtree(aside, ignore_errors=True)
    (folder / ROOT_PASSWORD).write_text(password)
    (folder / SECRET).write_bytes(base64.b64encode(secrets.token_bytes(32)))
    init(argv=["devpi-init", "--serverdir", str(aside), f"--root-passwd={password}"])  # type: ignore[no-untyped-call]
    aside.rename(folder / DATA)


if __name__ == "__main__":
    sys.exit(serve(Path(sys.argv[1]), int(sys.argv[2])))

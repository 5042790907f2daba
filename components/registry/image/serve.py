"""devpi-server in its container: the data in the volume, of the administrator's password only the hash."""

import base64
import os
import secrets
import shutil
import sys
from pathlib import Path

import read_access  # type: ignore[import-not-found]  # beside this file, in the image
from devpi_server.config import get_pluginmanager
from devpi_server.init import init
from devpi_server.main import CommandRunner, _main

HOME = Path("/var/lib/devpi")
PASSWORD_HASH = Path("/run/secrets/devpi-root-password-hash")
DATA, SECRET = HOME / "data", HOME / "secret"

# Stretching protects weak secrets. This one is random, and it would take seconds of each start.
NO_STRETCHING = ("--argon2-memory-cost", "8", "--argon2-time-cost", "1", "--argon2-parallelism", "1")

# By default, everyone who reaches the server can create users and indexes on it, without a login.
ROOT_ONLY = ("--restrict-modify", "root")
OPTIONS = (*NO_STRETCHING, *ROOT_ONLY)


def main() -> int:
    """Serve, with a new database where the volume has none; devpi's exit code."""
    os.umask(0o077)
    if not DATA.exists():
        _make()
    plugins = get_pluginmanager()
    plugins.register(read_access)
    listen = ("--host", "0.0.0.0", "--port", "3141", "--threads", "16")
    with CommandRunner(pluginmanager=plugins) as runner:
        command = ["devpi-server", "--serverdir", str(DATA), "--secretfile", str(SECRET), *listen, *OPTIONS]
        runner.return_code = _main(plugins, argv=command)  # type: ignore[no-untyped-call]
    return runner.return_code or 0


def _make() -> None:
    """A new database. Created beside its path and renamed, so that an interrupted start leaves no partial database."""
    aside = DATA.with_suffix(".new")
    shutil.rmtree(aside, ignore_errors=True)
    SECRET.write_bytes(base64.b64encode(secrets.token_bytes(32)))
    arguments = ["devpi-init", "--serverdir", str(aside), f"--root-passwd-hash={PASSWORD_HASH.read_text()}"]
    init(argv=arguments)  # type: ignore[no-untyped-call]
    aside.rename(DATA)


if __name__ == "__main__":
    sys.exit(main())

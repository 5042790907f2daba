"""Each service of the stack as a process: a PostgreSQL, a Python service, a page."""

import json
import os
import pwd
import re
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from migration.plan import Repository
from migration.verification.check import BrokenError, Evidence, NotJudgedError
from migration.verification.commands import Server, clean_environment, free_port, run, serve
from migration.verification.node import node_modules
from migration.verification.python_environments import python_environment
from migration.verification.world import World

_INSTALL = "Install PostgreSQL (Debian: apt install postgresql), or Docker, and verify again."


def postgres(world: World, name: str, database: str, password: str, evidence: Evidence) -> tuple[Server, int]:
    """A real PostgreSQL with this database, and its port. It listens on loopback alone."""
    binaries = _postgres_binaries()
    folder = world.temporary(f"{name}-")  # another user has to reach it
    secret, data, port = folder / "password", folder / "data", free_port()
    secret.write_text(password)
    prefix: list[object] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to be root
        prefix = _as_somebody(folder)
    initdb = [*prefix, binaries / "initdb", "--pgdata", data, "--username=postgres", "--auth=scram-sha-256"]
    initdb += ["--pwfile", secret, "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
    run(evidence, initdb, folder, _INSTALL)
    options = ["-c", "listen_addresses=127.0.0.1", "-c", f"port={port}"]
    options += ["-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
    command = [*prefix, binaries / "postgres", "-D", data, *options]
    server = world.keep(serve(evidence, command, folder, folder / "log", clean_environment()))
    connection = ["--host=127.0.0.1", f"--port={port}", "--username=postgres"]
    environment = clean_environment(PGPASSWORD=password)
    deadline = time.monotonic() + 60
    while True:
        try:
            run(Evidence(), [binaries / "createdb", *connection, database], folder, _INSTALL, environment)
        except BrokenError:
            if time.monotonic() > deadline or server.process.poll() is not None:
                raise
            time.sleep(0.2)
        else:
            break
    version = run(Evidence(), [binaries / "postgres", "--version"], folder, _INSTALL).strip()
    evidence.saw.append(f"{version} on port {port}")
    return server, port


def _postgres_binaries() -> Path:
    """Debian keeps them by version, off PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    if not found:
        raise NotJudgedError("There is no PostgreSQL on this machine.", _INSTALL)
    return found[-1].parent


def _as_somebody(folder: Path) -> list[object]:
    """What runs a program as a user without rights, who gets the folder."""
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        for path in (folder, *folder.iterdir()):
            os.chown(path, user.pw_uid, user.pw_gid)
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    raise NotJudgedError(
        "PostgreSQL refuses to run as root, and there is no other user.", "Run verify as another user."
    )


def python_service(
    world: World, repository: Repository, port: int, environment: Mapping[str, str], evidence: Evidence
) -> Server:
    """The service as its Dockerfile starts it, in the clean environment of its clone."""
    programs = python_environment(world, repository.name, ".", evidence)
    clone = world.clone(repository.name, evidence)
    command = _command_of((clone / str(repository.dockerfile)).read_text(), repository.name)
    for at, word in enumerate(command):
        if word == "--port":
            command[at + 1] = str(port)
        elif word == "0.0.0.0":
            command[at] = "127.0.0.1"
    path = os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])
    own = clean_environment(**environment, PATH=path, PYTHONPATH=str(clone))
    log = world.folder / "stack" / f"{repository.name}-{port}.log"
    return world.keep(serve(evidence, [programs / command[0], *command[1:]], clone, log, own))


def _command_of(dockerfile: str, name: str) -> list[str]:
    found = re.findall(r"^CMD (\[.*\])\s*$", dockerfile, re.MULTILINE)
    if not found:
        raise BrokenError(f"The Dockerfile of {name} says not how it starts.", 'End it with CMD ["program", …].')
    return [str(word) for word in json.loads(found[-1])]


def page(world: World, repository: Repository, port: int, environment: Mapping[str, str], evidence: Evidence) -> Server:
    """The page, built with these variables, and served as a web server serves files."""
    clone = node_modules(world, repository.name, evidence)
    built = world.folder / "stack" / f"{repository.name}-{port}"
    command = ["npx", "vite", "build", "--logLevel", "warn", "--outDir", built, "--emptyOutDir"]
    run(evidence, command, clone, f"Build {repository.name} by hand.", clean_environment(**environment))
    return folder_server(world, built, port, evidence)


def folder_server(world: World, folder: Path, port: int, evidence: Evidence) -> Server:
    """The files of a folder over HTTP."""
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", folder]
    log = world.folder / "stack" / f"files-{port}.log"
    server = world.keep(serve(evidence, command, folder, log, clean_environment()))
    server.wait_for(f"http://127.0.0.1:{port}/")
    return server

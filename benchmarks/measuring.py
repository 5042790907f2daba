"""One process and what it used, measured from outside."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
NO_LIMIT = threading.TIMEOUT_MAX


@dataclass(frozen=True)
class Usage:
    """What a command and all its children used.

    wall, cpu: seconds; cpu is user and system time. peak_rss: bytes, of the largest single process; never less than
    what this program itself holds, about 40 MiB, because Linux counts a process's memory from before its exec.
    output: its standard output. finished: False where it reached its time limit and was stopped; the rest then says
    how far it got, without children that it had not waited for.
    """

    wall: float
    cpu: float
    peak_rss: int
    output: str
    finished: bool = True

    def __add__(self, other: "Usage") -> "Usage":
        """Both, one after the other."""
        return Usage(
            self.wall + other.wall,
            self.cpu + other.cpu,
            max(self.peak_rss, other.peak_rss),
            self.output + other.output,
            self.finished and other.finished,
        )


class MeasuredCommandError(Exception):
    """A measured command ended with an error: the command, and its last output."""


def measure(
    command: Sequence[str], directory: Path, limit: float, environment: Mapping[str, str] | None = None
) -> Usage:
    """Run a command and measure it. limit: seconds after which it and its children are killed.

    environment: all of it; None for this program's own without the user's git settings.
    Raises CommandError when it ends with an error.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaints:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=_environment() if environment is None else environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=complaints,
            start_new_session=True,  # its children are killed with it
        )
        stopped = threading.Event()

        def stop() -> None:
            stopped.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(limit, stop)
        timer.daemon = True  # an interruption of its start leaves it to itself
        try:
            timer.start()
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:  # interrupted: nothing may work on behind our back
            stop()
            process.wait()
            raise
        finally:
            timer.cancel()
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        for file in (output, complaints):
            file.seek(0)
        if process.returncode and not stopped.is_set():
            message = (complaints.read() or output.read()).decode(errors="replace").strip()[-2000:]
            raise MeasuredCommandError(f"{' '.join(command)}: exit code {process.returncode}\n{message}")
        text = output.read().decode(errors="replace")
        return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, text, not stopped.is_set())


def interruptible() -> None:
    """Let a polite kill end this program as Ctrl-C does: with what it runs, and its temporary files."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def git(*arguments: str, directory: Path = PROJECT, standard_input: bytes = b"") -> str:
    """The standard output of a git command that is not measured."""
    done = subprocess.run(
        ["git", *arguments], cwd=directory, env=_environment(), input=standard_input, capture_output=True, check=False
    )
    if done.returncode:
        raise MeasuredCommandError(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="replace").strip()


def _environment() -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return inherited | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "PYTHONPATH": str(PROJECT)}

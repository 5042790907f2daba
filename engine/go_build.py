"""Builds programs with plain `go build` from the modules pinned beside this file. See README.md."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

Progress = Callable[[str, float | None], None]

SOURCES = Path(__file__).parent

LINES_SHOWN = 15

COMPILER_FLAGS = ("-trimpath", "-gcflags=all=-dwarf=false")
"""What differs from the flags of other builds. The linker leaves debugging information out of what we
build (-s -w), so the compiler need not make it: the programs are the same to the byte, for a seventh less
time."""


class EngineError(Exception):
    """A program cannot be had; the message says why and what to do."""


@dataclass(frozen=True)
class GoModule:
    """One wrapper module."""

    folder: str
    package: str
    """What to build in it."""
    program: str
    """What comes out."""
    linker_flags: str
    weight: float
    """Its measured share of the whole build's time."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """Programs that are built together, and the words for a person who waits for them or cannot have them."""

    what: str
    """Like "the Pulumi engine"."""
    modules: tuple[GoModule, ...]
    processor_minutes: float
    """Measured with empty caches."""
    room: str
    """What Go's caches grow by."""
    without_go: str
    """The problem when there is no Go."""
    instead: str
    """What to do other than to install Go: ends in ", or ", or is empty."""
    last_resort: str
    """What to do when the build fails again and again."""


def go_environment() -> dict[str, str]:
    """The user's, without what would change the build: flags, a workspace, another target, cgo's C compiler."""
    removed = {"GOFLAGS", "GOOS", "GOARCH"}
    inherited = {name: value for name, value in os.environ.items() if name not in removed}
    return inherited | {"CGO_ENABLED": "0", "GOWORK": "off", "GOTOOLCHAIN": "local"}


class GoRunner:
    """Runs Go in the modules of a build and keeps its log."""

    def __init__(self, build: Build, go: Path, log: IO[str], progress: Progress) -> None:
        self._build = build
        self._go = go
        self._log = log
        self._progress = progress

    def download(self) -> None:
        """Fetch the modules of all programs first: what the network refuses should show in seconds, not minutes."""
        downloads = 0
        for module in self._build.modules:
            for line in self.lines(module, "list", "-deps", module.package):
                if line.startswith("go: downloading "):
                    downloads += 1
                    self._progress(f"Downloading Go modules for {self._build.what} ({downloads} so far)", None)

    def compile(self, target: Path) -> None:
        """One module after the other: each uses all processors, and the second finds the first's packages."""
        target.mkdir()
        minutes = max(1, round(self._build.processor_minutes / (os.cpu_count() or 1)))
        done = 0.0
        for module in self._build.modules:
            template = "{{if .Stale}}{{.ImportPath}}{{end}}"
            listed = self.lines(module, "list", "-deps", *COMPILER_FLAGS, "-f", template, module.package)
            missing = {line for line in listed if " " not in line}
            compiled = 0
            arguments = ("build", "-v", *COMPILER_FLAGS, "-buildvcs=false", "-ldflags", module.linker_flags)
            for line in self.lines(module, *arguments, "-o", str(target / module.program), module.package):
                compiled += line in missing
                self._progress(
                    f"Building {module.program}: {compiled} of {len(missing)} packages "
                    f"(once, about {minutes} minute{'' if minutes == 1 else 's'} in all)",
                    done + module.weight * compiled / max(1, len(missing)),
                )
            done += module.weight

    def lines(self, module: GoModule, *arguments: str) -> Iterator[str]:
        """What `go arguments` prints, line by line. Raises EngineError if it fails."""
        command = [str(self._go), *arguments]
        self._log.write(f"[{module.folder}] $ {shlex.join(command)}\n")
        messages: deque[str] = deque(maxlen=LINES_SHOWN)
        with subprocess.Popen(
            command,
            cwd=SOURCES / module.folder,
            env=go_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                for line in process.stdout or ():
                    self._log.write(line)
                    if " " in line:  # the others are packages and folders
                        messages.append(line.rstrip())
                    yield line.strip()
            except BaseException:  # Ctrl-C: the compilers go with us
                os.killpg(process.pid, signal.SIGKILL)
                raise
            finally:
                self._log.flush()
        if process.returncode:
            raise EngineError(_failure(self._build, f"go {arguments[0]}", messages, Path(self._log.name)))


def _failure(build: Build, command: str, messages: Iterable[str], log_file: Path) -> str:
    output = "\n".join(messages)
    if "no space left on device" in output:
        advice = f"The disk is full. The build needs {build.room} in Go's caches: make room and start again."
    elif re.search(r"dial tcp|no such host|i/o timeout|connection re|TLS handshake|proxyconnect", output):
        advice = "Go modules cannot be downloaded. Check the network and GOPROXY, and start again."
    else:
        advice = f"Start again; if it fails again, {build.last_resort}."
    return f"Building {build.what} failed: `{command}` printed\n{output}\n{advice} The whole log is {log_file}."

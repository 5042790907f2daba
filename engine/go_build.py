"""Builds the engine with plain `go build` from the modules pinned beside this file. See README.md."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

Progress = Callable[[str, float | None], None]

SOURCES = Path(__file__).parent

BUILD_INPUTS = (
    "pulumi_cli/go.mod",
    "pulumi_cli/go.sum",
    "github_provider/go.mod",
    "github_provider/go.sum",
    "github_provider/main.go",
    "language_host.py",
    "pulumi-language-python",
)
"""Everything a build depends on, relative to SOURCES."""

SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
SDK_SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")

LINES_SHOWN = 15
PROCESSOR_MINUTES = 8
"""Measured: 4 minutes on 2 processors with empty caches."""


class EngineError(Exception):
    """No engine can be had; the message says why and what to do."""


@dataclass(frozen=True)
class Module:
    """One wrapper module."""

    folder: str
    package: str
    """What to build in it."""
    program: str
    """What comes out."""
    linker_flags: str
    weight: float
    """Its measured share of the whole build's time."""


def pulumi_version() -> str:
    """The pinned version of the engine, as pulumi_cli/go.mod has it, without the leading v."""
    text = (SOURCES / "pulumi_cli" / "go.mod").read_text()
    match = re.search(r"github\.com/pulumi/pulumi/pkg/v3 v(\d+\.\d+\.\d+)", text)
    assert match is not None
    return match[1]


def _modules() -> tuple[Module, ...]:
    version = f"-X {SDK_MODULE}/go/common/version.Version={pulumi_version()}"
    return (
        Module("pulumi_cli", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", "pulumi", f"-s -w {version}", 0.75),
        Module("github_provider", ".", "pulumi-resource-github", "-s -w", 0.25),
    )


def go_command() -> Path:
    """The Go on PATH. Raises EngineError if there is none, or none new enough for the pinned modules."""
    needed = re.search(r"^go (\d+)\.(\d+)", (SOURCES / "github_provider" / "go.mod").read_text(), re.MULTILINE)
    assert needed is not None
    remedies = (
        f"Install Pulumi {pulumi_version()} or later (https://www.pulumi.com/docs/install/), or "
        f"{needed[0]} or later (https://go.dev/doc/install) to have the engine built, and start again."
    )
    found = shutil.which("go")
    if found is None:
        raise EngineError(f"There is neither Pulumi nor Go on PATH. {remedies}")
    answer = subprocess.run([found, "version"], env=_environment(), capture_output=True, text=True, check=False)
    version = re.search(r"go(\d+)\.(\d+)", answer.stdout)
    if version is None:
        raise EngineError(f"`{found} version` fails: {answer.stderr.strip() or 'no version'}. {remedies}")
    if (int(version[1]), int(version[2])) < (int(needed[1]), int(needed[2])):
        raise EngineError(f"{found} is {version[0]}, too old to build the engine. {remedies}")
    return Path(found)


def _environment() -> dict[str, str]:
    """The user's, without what would change the build: flags, a workspace, another target, cgo's C compiler."""
    removed = {"GOFLAGS", "GOOS", "GOARCH"}
    kept = {name: value for name, value in os.environ.items() if name not in removed}
    return kept | {"CGO_ENABLED": "0", "GOWORK": "off", "GOTOOLCHAIN": "local"}


def build(go: Path, folder: Path, log_file: Path, progress: Progress) -> None:
    """Fill `folder`: bin/ with the engine, home/ as its PULUMI_HOME with the GitHub plugin.

    log_file gets everything that Go says. Raises EngineError, OSError.
    """
    with log_file.open("w", encoding="utf-8") as log:
        runner = _Runner(go, log)
        _download(runner, progress)
        _compile(runner, folder / "bin", progress)
        sdk = "".join(runner.lines(_modules()[0], "list", "-m", "-f", "{{.Dir}}", SDK_MODULE))
    for script in (*(Path(sdk) / name for name in SDK_SCRIPTS), SOURCES / "pulumi-language-python"):
        shutil.copyfile(script, folder / "bin" / script.name)
        (folder / "bin" / script.name).chmod(0o755)
    shutil.copyfile(SOURCES / "language_host.py", folder / "bin" / "language_host.py")
    _install_plugin(folder)


def _install_plugin(folder: Path) -> None:
    """Move the provider to where `pulumi plugin install` would: from PATH the engine warns of it at every run."""
    program = folder / "bin" / "pulumi-resource-github"
    version = subprocess.run([program, "-version"], capture_output=True, text=True, check=True).stdout.strip()
    plugin = folder / "home" / "plugins" / f"resource-github-v{version}"
    plugin.mkdir(parents=True)
    program.rename(plugin / program.name)


def _download(runner: _Runner, progress: Progress) -> None:
    """Fetch the modules of all builds first: what the network refuses should show in seconds, not minutes."""
    downloads = 0
    for module in _modules():
        for line in runner.lines(module, "list", "-deps", module.package):
            if line.startswith("go: downloading "):
                downloads += 1
                progress(f"Downloading Go modules for the Pulumi engine ({downloads} so far)", None)


def _compile(runner: _Runner, target: Path, progress: Progress) -> None:
    """One module after the other: each build uses all processors, and the second finds the first's packages."""
    target.mkdir()
    minutes = max(1, round(PROCESSOR_MINUTES / (os.cpu_count() or 1)))
    done = 0.0
    for module in _modules():
        template = "{{if .Stale}}{{.ImportPath}}{{end}}"
        listed = runner.lines(module, "list", "-deps", "-trimpath", "-f", template, module.package)
        missing = {line for line in listed if " " not in line}
        compiled = 0
        arguments = ("build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", module.linker_flags)
        for line in runner.lines(module, *arguments, "-o", str(target / module.program), module.package):
            compiled += line in missing
            progress(
                f"Building {module.program}: {compiled} of {len(missing)} packages "
                f"(once, about {minutes} minutes in all)",
                done + module.weight * compiled / max(1, len(missing)),
            )
        done += module.weight


class _Runner:
    """Runs Go in the wrapper modules and keeps its log."""

    def __init__(self, go: Path, log: IO[str]) -> None:
        self._go = go
        self._log = log

    def lines(self, module: Module, *arguments: str) -> Iterator[str]:
        """What `go arguments` prints, line by line. Raises EngineError if it fails."""
        command = [str(self._go), *arguments]
        self._log.write(f"[{module.folder}] $ {shlex.join(command)}\n")
        messages: deque[str] = deque(maxlen=LINES_SHOWN)
        with subprocess.Popen(
            command,
            cwd=SOURCES / module.folder,
            env=_environment(),
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
            raise EngineError(_failure(f"go {arguments[0]}", messages, Path(self._log.name)))


def _failure(command: str, messages: Iterable[str], log_file: Path) -> str:
    said = "\n".join(messages)
    if "no space left on device" in said:
        advice = "The disk is full. The build needs 4 GB in Go's caches: make room and start again."
    elif re.search(r"dial tcp|no such host|i/o timeout|connection re|TLS handshake|proxyconnect", said):
        advice = "Go modules cannot be downloaded. Check the network and GOPROXY, and start again."
    else:
        advice = "Start again; if it fails again, install Pulumi, which makes this build needless."
    return f"Building the Pulumi engine failed: `{command}` said\n{said}\n{advice} The whole log is {log_file}."

# ruff: noqa: N802 - the calls are named by language.proto
"""The Python language host of a built engine: runs programs and plugins for the engine, over gRPC.

Copied beside `pulumi` and started by `pulumi-language-python` with the engine's address as last argument. It
prints the port it listens on and serves `pulumirpc.LanguageRuntime` (language.proto of the Pulumi SDK) until
the engine interrupts it or is gone. Only the SDK's generated stubs are imported, never the SDK: a preview
without changes should not wait for it twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.machinery
import json
import os
import re
import shutil
import signal
import sys
import sysconfig
import types
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any


def _import_stubs_without_sdk() -> None:
    """Make `pulumi.runtime.proto` importable without running `pulumi/__init__.py`: 0.2 s at every start."""
    spec = importlib.machinery.PathFinder.find_spec("pulumi")
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"{sys.executable} has no Pulumi SDK. Run ./multirepo once: it installs requirements.txt into .venv.")
    folder = Path(next(iter(spec.submodule_search_locations)))
    for name, path in (("pulumi", folder), ("pulumi.runtime", folder / "runtime")):
        package = types.ModuleType(name)
        package.__path__ = [str(path)]
        sys.modules[name] = package


if not TYPE_CHECKING:
    _import_stubs_without_sdk()

import grpc.aio  # type: ignore[import-untyped]  # noqa: E402
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2  # noqa: E402

Context = Any  # grpc.aio.ServicerContext: grpc ships no types

ALREADY_REPORTED = 32
"""The exit code by which pulumi-language-python-exec says that the user has seen the error."""

GRACE_SECONDS = 1.0
"""How long a program may take to end after SIGTERM before it is killed."""

DIE_WITH_PARENT = "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); os.execv(sys.argv[1], sys.argv[1:])"


class HostError(Exception):
    """The program cannot be started; the message is for the user."""


@dataclass(frozen=True)
class PythonEnvironment:
    """The Python environment of a program: a virtual environment, or the host's own interpreter."""

    python: Path
    site_packages: Path
    folder: Path | None

    @classmethod
    def of(cls, info: language_pb2.ProgramInfo) -> PythonEnvironment:
        """Read runtime.options.virtualenv of Pulumi.yaml, relative to that file. Raises HostError."""
        option = info.options.fields["virtualenv"].string_value
        if not option:
            return cls(Path(sys.executable), Path(sysconfig.get_path("purelib")), None)
        folder = Path(info.root_directory) / option
        packages = next(folder.glob("lib/python3*/site-packages"), None)
        if packages is None:
            raise HostError(
                f"Pulumi.yaml, runtime.options.virtualenv: {folder} is not a virtual environment. "
                f"Run ./multirepo once to make the project's own, or: python3 -m venv {folder}"
            )
        return cls(folder / "bin" / "python", packages, folder)

    def variables(self) -> dict[str, str]:
        """What an activated shell would have."""
        if self.folder is None:
            return dict(os.environ)
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
        return inherited | {"VIRTUAL_ENV": str(self.folder), "PATH": path}

    def providers(self) -> Iterator[tuple[str, str]]:
        """Name and version of each installed provider SDK whose plugin is here: the engine may fetch none."""
        for manifest in sorted(self.site_packages.glob("*/pulumi-plugin.json")):
            plugin = json.loads(manifest.read_bytes())
            if plugin.get("resource") and _plugin_is_here(plugin["name"], plugin["version"]):
                yield plugin["name"], plugin["version"]

    def dependencies(self, transitive: bool) -> Iterator[tuple[str, str]]:
        """Name and version of the installed distributions; if not transitive, of those no other one requires."""
        installed = list(metadata.distributions(path=[str(self.site_packages)]))
        required = {
            _normalize(match[0])
            for distribution in installed
            for requirement in distribution.requires or ()
            if (match := re.match(r"[\w.-]+", requirement))
        }
        for distribution in sorted(installed, key=lambda each: each.name.lower()):
            if transitive or _normalize(distribution.name) not in required:
                yield distribution.name, distribution.version


def _plugin_is_here(name: str, version: str) -> bool:
    """Whether the engine would find the plugin: on PATH, or in its own folder as `pulumi plugin install` puts it."""
    home = Path(os.environ.get("PULUMI_HOME", Path.home() / ".pulumi"))
    return bool(shutil.which(f"pulumi-resource-{name}")) or (home / f"plugins/resource-{name}-v{version}").is_dir()


def _normalize(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers the engine. What is not here answers UNIMPLEMENTED, which the engine takes for "nothing to do"."""

    def __init__(self, engine_address: str) -> None:
        self.engine_address = engine_address

    async def Handshake(self, request: Any, context: Context) -> Any:
        """Agree: the engine's address came as an argument too."""
        return language_pb2.LanguageHandshakeResponse()

    async def GetPluginInfo(self, request: Any, context: Context) -> Any:
        """Name the SDK's version: SDK, engine and host are pinned together."""
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    async def GetRequiredPackages(self, request: Any, context: Context) -> Any:
        """Name the providers, so that `pulumi about` and default providers know their versions."""
        found = list((await _environment(request, context)).providers())
        return language_pb2.GetRequiredPackagesResponse(
            packages=[plugin_pb2.PackageDependency(kind="resource", name=n, version=v) for n, v in found]
        )

    async def Run(self, request: language_pb2.RunRequest, context: Context) -> Any:
        """Run the program to its end. `bail` says that the user has seen the error."""
        environment = await _environment(request, context)
        variables = environment.variables() | {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        command = [str(environment.python), "-u", *self._program_arguments(request)]
        async with _child(command, request.pwd, variables) as process:
            code = await process.wait()
        if code == ALREADY_REPORTED:
            return language_pb2.RunResponse(bail=True)
        ending = "" if code == 0 else f"The program ended with exit code {code}"
        return language_pb2.RunResponse(error=ending)

    def _program_arguments(self, request: language_pb2.RunRequest) -> list[str]:
        return [
            str(Path(__file__).with_name("pulumi-language-python-exec")),
            f"--monitor={request.monitor_address}",
            f"--engine={self.engine_address}",
            f"--organization={request.organization}",
            f"--project={request.project}",
            f"--root_directory={request.info.root_directory}",
            f"--stack={request.stack}",
            f"--pwd={request.pwd}",
            f"--dry_run={str(request.dryRun).lower()}",
            f"--parallel={request.parallel}",
            request.info.entry_point,
            *request.args,
        ]

    async def RunPlugin(  # type: ignore[override]  # written to the context, not yielded
        self, request: language_pb2.RunPluginRequest, context: Context
    ) -> None:
        """Run a policy pack or a provider written in Python and relay its output, until the engine hangs up."""
        environment = await _environment(request, context)
        folder = request.info.program_directory
        arguments = [folder, *request.args]
        if request.kind == "analyzer":
            arguments = ["-m", "pulumi.policy", *request.args, folder]
        variables = environment.variables() | dict(pair.split("=", 1) for pair in request.env)
        command = [str(environment.python), "-u", *arguments]
        one_at_a_time = asyncio.Lock()

        async def relay(field: str, stream: asyncio.StreamReader | None) -> None:
            while stream and (chunk := await stream.read(2**16)):
                response: dict[str, Any] = {field: chunk}
                async with one_at_a_time:
                    await context.write(language_pb2.RunPluginResponse(**response))

        async with _child(command, request.pwd, variables, output=PIPE) as process:
            await asyncio.gather(relay("stdout", process.stdout), relay("stderr", process.stderr))
            code = await process.wait()
        await context.write(language_pb2.RunPluginResponse(exitcode=code))

    async def About(self, request: language_pb2.AboutRequest, context: Context) -> Any:
        """Answer `pulumi about` with the interpreter that would run the program."""
        python = (await _environment(request, context)).python
        asking = await asyncio.create_subprocess_exec(python, "--version", stdout=PIPE)
        version = (await asking.communicate())[0].decode().strip().removeprefix("Python ")
        return language_pb2.AboutResponse(executable=str(python), version=version)

    async def GetProgramDependencies(self, request: Any, context: Context) -> Any:
        """List the program's Python packages."""
        environment = await _environment(request, context)
        found = list(environment.dependencies(request.transitiveDependencies))
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=n, version=v) for n, v in found]
        )

    async def InstallDependencies(self, request: Any, context: Context) -> None:  # type: ignore[override]
        """Refuse: what is installed is pinned, and the launcher's business."""
        await context.abort(
            grpc.StatusCode.FAILED_PRECONDITION,
            "This engine installs no packages. ./multirepo installs requirements.txt into .venv.",
        )


async def _environment(request: Any, context: Context) -> PythonEnvironment:
    """Where the program of the request runs; ends the call with the user's error if that cannot be."""
    try:
        return PythonEnvironment.of(request.info)
    except HostError as error:
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        raise  # not reached: abort raises


@contextlib.asynccontextmanager
async def _child(
    command: list[str], folder: str, variables: dict[str, str], output: int | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that lives no longer than the block, and none of its children either.

    In a session of its own, so that the terminal's Ctrl-C reaches the engine alone; on Linux the kernel kills
    it too when this host is killed.
    """
    if sys.platform == "linux":
        command = [sys.executable, "-ISc", DIE_WITH_PARENT, *command]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=variables,
        stdin=DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), GRACE_SECONDS)


async def _engine_gone(engine: int) -> None:
    while os.getppid() == engine:
        await asyncio.sleep(0.25)


async def serve(engine_address: str) -> None:
    """Serve until SIGINT or SIGTERM, which is how the engine says goodbye, or until the engine is gone."""
    done = asyncio.create_task(_engine_gone(os.getppid()))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, done.cancel)
    server = grpc.aio.server()
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(engine_address), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    with contextlib.suppress(asyncio.CancelledError):
        await done
    await server.stop(grace=None)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[-1]))

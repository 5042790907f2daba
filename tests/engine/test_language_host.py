"""Python programs under the real engine: what the language host owes to them and to their users."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc  # type: ignore[import-untyped]
import pytest
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from engine import Engine
from tests.engine.conftest import Project

NewProject = Callable[[str], Project]

PROGRAM = """
import os, pulumi
from note import Note
print("the program says hello")
pulumi.export("text", Note("first", os.environ.get("TEXT", "one")).text)
"""

NOTE = """
import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

class Notes(ResourceProvider):
    def create(self, props):
        return CreateResult("note-1", dict(props))
    def diff(self, id, olds, news):
        return DiffResult(changes=olds["text"] != news["text"])
    def update(self, id, olds, news):
        return UpdateResult(dict(news))
    def read(self, id, props):
        return ReadResult(id, dict(props))

class Note(Resource, module="note", name="Note"):
    text: pulumi.Output[str]
    def __init__(self, name, text):
        super().__init__(Notes(), name, {"text": text})
"""

SLEEPER = """
import os, pathlib, time
pathlib.Path("started").write_text(str(os.getpid()))
time.sleep(60)
"""

POLICY = """
import os, pathlib
from concurrent.futures import ThreadPoolExecutor
import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2 as messages, analyzer_pb2_grpc, plugin_pb2

class Texts(analyzer_pb2_grpc.AnalyzerServicer):
    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version="0.0.1")
    def GetAnalyzerInfo(self, request, context):
        return messages.AnalyzerInfo(name="texts", version="0.0.1")
    def Configure(self, request, context):
        return Empty()
    def AnalyzeStack(self, request, context):
        return messages.AnalyzeResponse()
    def Analyze(self, request, context):
        if request.properties.fields["text"].string_value != "forbidden":
            return messages.AnalyzeResponse()
        return messages.AnalyzeResponse(diagnostics=[messages.AnalyzeDiagnostic(
            policyName="allowed-texts", policyPackName="texts", policyPackVersion="0.0.1",
            message="this text is not allowed", enforcementLevel=messages.MANDATORY)])

server = grpc.server(ThreadPoolExecutor())
analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Texts(), server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
pathlib.Path("policy").write_text(str(os.getpid()))
print(port, flush=True)
server.wait_for_termination()
"""


@pytest.fixture
def notes(new_project: NewProject) -> Project:
    """A project with one dynamic resource."""
    project = new_project(PROGRAM)
    project.write("note.py", NOTE)
    return project


def outputs(project: Project) -> object:
    return json.loads(project.pulumi("stack", "output", "--json").stdout)


def is_running(process: int) -> bool:
    """Whether it runs; one that nobody has waited for yet does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_dynamic_resource_is_created_refreshed_updated_and_destroyed(notes: Project) -> None:
    created = notes.pulumi("up", "--yes", "--skip-preview")
    assert created.returncode == 0, created.stdout + created.stderr
    assert "the program says hello" in created.stdout
    assert "warning" not in created.stdout + created.stderr
    assert outputs(notes) == {"text": "one"}

    assert notes.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes").returncode == 0
    assert notes.pulumi("preview", "--expect-no-changes").returncode == 0

    assert notes.pulumi("up", "--yes", "--skip-preview", TEXT="two").returncode == 0
    assert outputs(notes) == {"text": "two"}
    assert notes.pulumi("destroy", "--yes", "--skip-preview").returncode == 0


def test_configuration_and_secrets_reach_the_program(new_project: NewProject) -> None:
    project = new_project(
        "import pulumi\n"
        "config = pulumi.Config()\n"
        "pulumi.export('plain', config.require('plain'))\n"
        "pulumi.export('hidden', config.require_secret('hidden'))\n"
        "pulumi.export('known', pulumi.runtime.config.is_config_secret('example:hidden'))\n"
    )
    project.pulumi("config", "set", "plain", "a value")
    project.pulumi("config", "set", "--secret", "hidden", "a secret")

    answer = project.pulumi("up", "--yes", "--skip-preview")

    assert answer.returncode == 0, answer.stdout
    assert "a secret" not in answer.stdout
    assert outputs(project) == {"plain": "a value", "hidden": "[secret]", "known": True}


def test_a_failing_program_is_shown_once_and_fails_the_run(new_project: NewProject) -> None:
    project = new_project("raise ValueError('no such luck')\n")

    answer = project.pulumi("preview")

    assert answer.returncode != 0
    diagnostics = answer.stdout.partition("Diagnostics:")[2]
    assert diagnostics.count("ValueError: no such luck") == 1
    assert "exit code" not in diagnostics


def test_the_virtualenv_of_pulumi_yaml_runs_the_program(new_project: NewProject) -> None:
    project = new_project("import sys, pulumi\npulumi.export('prefix', sys.prefix)\n")
    venv = project.folder / "own venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (packages,) = venv.glob("lib/python3*/site-packages")
    (host,) = Path(sys.prefix).glob("lib/python3*/site-packages")
    (packages / "borrowed.pth").write_text(f"{host}\n")
    project.write("Pulumi.yaml", "name: example\nruntime: {name: python, options: {virtualenv: own venv}}\n")

    answer = project.pulumi("up", "--yes", "--skip-preview")

    assert answer.returncode == 0, answer.stdout
    assert outputs(project) == {"prefix": str(venv)}


def test_a_missing_virtualenv_is_a_plain_error(new_project: NewProject) -> None:
    project = new_project("")
    project.write("Pulumi.yaml", "name: example\nruntime: {name: python, options: {virtualenv: missing}}\n")

    answer = project.pulumi("preview")

    printed = answer.stdout + answer.stderr
    assert answer.returncode != 0
    assert str(project.folder / "missing") in printed
    assert "virtual" in printed
    assert "Traceback" not in printed
    assert "HostError" not in printed


def test_about_names_the_interpreter_the_provider_and_the_packages(notes: Project) -> None:
    about = json.loads(notes.pulumi("about", "--json").stdout)

    assert about["runtime"]["version"] == sys.version.split()[0]
    assert {"name": "github", "version": "6.15.0", "kind": "resource"} in about["plugins"]
    assert "pulumi_github" in [each["name"].replace("-", "_") for each in about["dependencies"]]


@pytest.mark.parametrize(("text", "allowed"), [("decent", True), ("forbidden", False)])
def test_a_policy_pack_is_enforced(notes: Project, text: str, allowed: bool) -> None:
    notes.write("policies/PulumiPolicy.yaml", "runtime: python\nversion: 0.0.1\n")
    notes.write("policies/__main__.py", POLICY)

    answer = notes.pulumi("preview", "--policy-pack", "policies", TEXT=text)

    assert (answer.returncode == 0) == allowed, answer.stdout
    assert ("this text is not allowed" in answer.stdout) != allowed
    assert "texts@v0.0.1" in answer.stdout
    assert not is_running(int((notes.folder / "policy").read_text()))


@pytest.fixture
def sleeper(new_project: NewProject) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """An `up` whose program sleeps for a minute, and that program's process id."""
    project = new_project(SLEEPER)
    engine = project.start("up", "--yes", "--skip-preview")
    started = project.folder / "started"
    wait_until(lambda: started.exists() and started.read_text() != "")
    yield engine, int(started.read_text())
    engine.kill()
    engine.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_program_ends_with_its_engine(sleeper: tuple[subprocess.Popen[str], int], number: signal.Signals) -> None:
    engine, program = sleeper
    host = parent(program)
    assert is_running(program)
    assert is_running(host)

    engine.send_signal(number)
    wait_until(lambda: not is_running(program) and not is_running(host), seconds=3)
    output = engine.communicate(timeout=5)[0]

    assert "Traceback" not in output
    assert "KeyboardInterrupt" not in output


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG")
def test_the_program_ends_with_its_language_host(sleeper: tuple[subprocess.Popen[str], int]) -> None:
    engine, program = sleeper

    os.kill(parent(program), signal.SIGKILL)

    wait_until(lambda: not is_running(program), seconds=3)
    assert engine.wait(timeout=10) != 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_cancelled_call_ends_its_program_and_not_the_host(engine: Engine, tmp_path: Path) -> None:
    if not engine.built:
        pytest.skip("the installed Pulumi has its own language host")
    (tmp_path / "__main__.py").write_text(SLEEPER)
    started = tmp_path / "started"
    request = language_pb2.RunPluginRequest(pwd=str(tmp_path), kind="resource")
    request.info.program_directory = str(tmp_path)
    command = [str(engine.pulumi.with_name("pulumi-language-python")), "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None
        try:
            with grpc.insecure_channel(f"127.0.0.1:{int(host.stdout.readline())}") as channel:
                call = language_pb2_grpc.LanguageRuntimeStub(channel).RunPlugin(request)
                wait_until(lambda: started.exists() and started.read_text() != "")
                program = int(started.read_text())
                assert is_running(program)

                call.cancel()

                wait_until(lambda: not is_running(program), seconds=3)
                assert host.poll() is None
            host.terminate()
            assert host.wait(timeout=5) == 0
        finally:
            host.kill()

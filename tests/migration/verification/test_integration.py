"""Stacks that do not come up, or should not."""

import socket
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from migration.packages.index.simple_index import SimpleIndex
from migration.verification.compose.compose_file import fixed_passwords, read_services
from migration.verification.compose.processes import run_test_service
from migration.verification.compose.services import ComposeStack
from migration.verification.harness.check import BrokenError, Evidence, Outcome
from migration.verification.harness.commands import clean_environment, free_port, serve
from sandbox.registry.registry_process import RunningRegistry
from tests.migration.verification.conftest import Worlds, verdict_on

TESTS: dict[str, Any] = {"name": "tests", "kind": "compose-tests", "transforms": {"add_files": {"README.md": "x"}}}
ENGINE: dict[str, Any] = {
    "name": "engine",
    "kind": "python-service",
    "moves": [{"from": "engine"}],
    "dockerfile": "Dockerfile",
}
HEALTHY = "healthcheck: {test: [CMD, true]}"


def compose(engine: str = f"image: engine:latest, {HEALTHY}", more: str = "") -> dict[str, str]:
    return {"docker-compose.yml": f"services:\n  engine: {{{engine}}}\n{more}"}


@pytest.mark.breaks("integration.compose")
@pytest.mark.parametrize(
    ("file", "message"),
    [
        ({}, "tests has no docker-compose.yml."),
        (compose(more="  db: {image: 'postgres:14', environment: {POSTGRES_PASSWORD: postgres}}\n"), "db: POSTGRES"),
        (compose(f"image: engine:1, environment: {{URL: 'postgresql://a:b@db/x'}}, {HEALTHY}"), "engine: URL"),
        (compose(f"image: motor:latest, {HEALTHY}"), "the image motor, which no repository"),
        (compose("image: engine:latest"), "engine has no health check."),
        (compose(f"image: engine:latest, environment: {{A: '${{UNSET}}'}}, {HEALTHY}"), "needs 'UNSET'"),
    ],
)
def test_a_compose_file_that_cannot_stand_is_found(worlds: Worlds, file: dict[str, str], message: str) -> None:
    world = worlds([ENGINE, TESTS], {"tests": {"README.md": "x", **file}, "engine": {"README.md": "x"}})
    verdict = verdict_on(world, "integration.compose")
    assert verdict.outcome == Outcome.FAILS
    assert message in verdict.why


@pytest.mark.breaks("integration.compose", "integration.suite")
def test_a_service_that_does_not_start_is_told_with_its_own_words(
    worlds: Worlds, registry_server: RunningRegistry
) -> None:
    """The whole way: the file, the environment, the Dockerfile's command; then nobody answers."""
    dockerfile = 'FROM scratch\nCMD ["python", "-c", "raise SystemExit(\'no database\')"]\n'
    files = {
        "tests": compose(f"image: engine:latest, ports: ['80:80'], {HEALTHY}"),
        "engine": {"pyproject.toml": '[project]\nname = "e"\nversion = "1"\n', "Dockerfile": dockerfile},
    }
    world = worlds([ENGINE, TESTS], files, SimpleIndex(url=f"{registry_server.address}/root/pypi/+simple/"))
    for name in ("integration.compose", "integration.suite"):
        verdict = verdict_on(world, name)
        assert verdict.outcome == Outcome.FAILS
        assert "no database" in verdict.why


def test_a_program_that_ends_is_not_waited_for(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('cannot'); raise SystemExit(1)"]
    server = serve(Evidence(), command, tmp_path, tmp_path / "log", clean_environment())
    with pytest.raises(BrokenError, match="cannot"):
        server.wait_for("http://127.0.0.1:9/")
    server.stop()


def test_a_release_of_postgresql_without_programs_is_not_judged(worlds: Worlds) -> None:
    services = f"image: 'postgres:9.6', {HEALTHY}"
    verdict = verdict_on(worlds([TESTS], {"tests": compose(services)}), "integration.compose")
    assert verdict.outcome == Outcome.SKIPPED
    assert "PostgreSQL 9" in verdict.why


def test_variables_are_filled_in_and_the_order_is_kept() -> None:
    text = """\
services:
  web:
    image: registry.example:5000/web:${VERSION:-latest}
    ports: ["127.0.0.1:8080:80"]
    environment: [A=1, "B=${SECRET:?set it}"]
    depends_on: {db: {condition: service_healthy}}
    command: pytest -q 'a b'
  db: {image: "postgres:14"}
"""
    services = read_services(text, {"SECRET": "s"})
    web = services["web"]
    assert (web.image, web.tag, web.port, web.published) == ("registry.example:5000/web", "latest", 80, 8080)
    assert web.environment == {"A": "1", "B": "s"}
    assert (web.depends_on, web.command) == (("db",), ("pytest", "-q", "a b"))
    with pytest.raises(KeyError):
        read_services(text, {})
    assert fixed_passwords(text) == []


@pytest.mark.breaks("integration.suite", "integration.tests", "integration.test-service")
def test_a_suite_that_fails_and_a_test_service_that_leaves_checks_out_are_found(
    worlds: Worlds, registry_server: RunningRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER", "/none/is/needed")
    checker = {"name": "checker", "kind": "python-service", "moves": [{"from": "checker"}]}
    services = "  checker: {image: 'checker:latest', command: pytest -q}\n"
    suite = (
        "import os\n\n\ndef test_it():\n    assert os.environ['ENGINE_ADDRESS'] == 'http://127.0.0.1:9'\n    assert 0\n"
    )
    skipping = "import pytest\n\n\ndef test_one():\n    pass\n\n\ndef test_two():\n    pytest.skip('nothing there')\n"
    files = {
        "tests": {**compose(more=services), "requirements.txt": "pytest\n", "tests/test_it.py": suite},
        "checker": {
            "pyproject.toml": '[project]\nname = "c"\nversion = "1"\ndependencies = ["pytest"]\n',
            "test_it.py": skipping,
        },
    }
    index = SimpleIndex(url=f"{registry_server.address}/root/pypi/+simple/")
    world = worlds([checker, {**TESTS, "test_service": "checker"}], files, index)
    test = partial(run_test_service, world, {})
    running = ComposeStack(addresses={"engine": "http://127.0.0.1:9"}, suite={}, test=test, how="by hand")
    world.once("stack", Evidence(), lambda _: running)
    assert "1 failed" in verdict_on(world, "integration.suite").why
    assert verdict_on(world, "integration.tests").outcome == Outcome.FAILS
    assert "Not every check was run: 1 passed, 1 skipped" in verdict_on(world, "integration.test-service").why


@pytest.mark.breaks("metrics.backends", "metrics.frontends")
def test_a_stranger_that_does_not_start_swaps_nothing(worlds: Worlds, registry_server: RunningRegistry) -> None:
    dies = 'FROM scratch\nCMD ["python", "-c", "raise SystemExit(\'the engine died\')"]\n'
    engine = {**ENGINE, "contract": {"file": "openapi.json", "generated_by": "generate.py"}}
    page = {"name": "page", "kind": "vite-application", "moves": [{"from": "page"}]}
    files = {
        "engine": {"pyproject.toml": '[project]\nname = "e"\nversion = "1"\n', "Dockerfile": dies},
        "page": {".env.example": "VITE_API_BASE=http://x\n"},
        "tests": {
            "requirements.txt": "iniconfig\n",
            "examples/own_backend/main.py": "raise SystemExit('the stranger died')\n",
            "examples/own_frontend/index.html": "<title>x</title>\n",
        },
    }
    world = worlds([engine, page, TESTS], files, SimpleIndex(url=f"{registry_server.address}/root/pypi/+simple/"))
    assert "the stranger died" in verdict_on(world, "metrics.backends").why
    assert "the engine died" in verdict_on(world, "metrics.frontends").why


PAGE: dict[str, Any] = {"name": "page", "kind": "vite-application", "moves": [{"from": "page"}]}
API: dict[str, Any] = {"contract": {"file": "openapi.json", "generated_by": "generate.py"}}


@pytest.mark.breaks("*.works-with.*")
def test_whoever_calls_and_whoever_serves_do_not_work_together_when_nothing_starts(worlds: Worlds) -> None:
    page = {**PAGE, "contract": {"file": "openapi.json", "types": "types.ts"}}
    world = worlds([{**ENGINE, **API}, page, TESTS], {"tests": {"README.md": "x"}})
    for name in ("page.works-with.engine", "engine.works-with.page"):
        assert verdict_on(world, name).why == "tests has no docker-compose.yml."


@pytest.mark.breaks("integration.suite")
def test_a_suite_that_shows_no_page_is_found(worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER", "/none/is/needed")
    suite = {"requirements.txt": "", "pytest.py": "print('1 passed')\n"}
    world = worlds([PAGE, TESTS], {"tests": suite})
    world.once("stack", Evidence(), lambda _: ComposeStack(addresses={}, suite={}, test=lambda _: "", how="by hand"))
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "python").symlink_to(sys.executable)
    world.once("suite", Evidence(), lambda _: programs)
    assert verdict_on(world, "integration.suite").why == "The suite of tests has shown no page: there is no screenshot."


@pytest.mark.breaks("integration.versions")
@pytest.mark.parametrize(
    ("versions", "workflow", "message"),
    [
        ('{"engine": ["v2.0.0", "v1.0.0"]}', "jq . versions.json", "engine has no release v2.0.0, v1.0.0."),
        ('{"engine": []}', "jq . versions.json", "engine has no release to take."),
        (
            '{"engine": ["latest"], "motor": ["latest"]}',
            "jq . versions.json",
            "versions.json and the stack differ in motor.",
        ),
        ("{}", "jq . versions.json", "versions.json and the stack differ in engine."),
        ('{"engine": ["latest"]}', "true", "No workflow of tests reads versions.json."),
    ],
)
def test_a_matrix_of_what_was_never_released_is_found(
    worlds: Worlds, versions: str, workflow: str, message: str
) -> None:
    tests = {**TESTS, "transforms": {"add_files": {"versions.json": versions}}}
    files = {**compose(), "versions.json": versions, ".github/workflows/released.yml": f"# {workflow}\n"}
    world = worlds([ENGINE, tests], {"tests": files, "engine": {"README.md": "x"}})
    assert verdict_on(world, "integration.versions").why == message


def test_nothing_of_the_caller_leads_a_program_out_of_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "GIT_DIR", "UV_PYTHON", "GITHUB_TOKEN", "REGISTRY_READ_TOKEN"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    environment = clean_environment(TOKEN="given")
    assert "elsewhere" not in environment.values()
    assert (environment["UV_DEFAULT_INDEX"], environment["TOKEN"]) == ("https://mirror.example/simple", "given")


def test_no_connection_is_given_a_port_that_waits_for_its_program(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        taken = listener.getsockname()[1]
        listener.listen()
        for_connections = Path("/proc/sys/net/ipv4/ip_local_port_range")
        first = int(for_connections.read_text().split()[0]) if for_connections.exists() else 49_152
        free = free_port()
        assert free < first
        offered = iter([taken, free])
        monkeypatch.setattr("random.choice", lambda _: next(offered))
        assert free_port() == free

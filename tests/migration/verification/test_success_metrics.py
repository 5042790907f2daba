"""Repositories that need each other, a page with a fixed backend, a test service that tests nothing."""

import sys
from pathlib import Path
from typing import Any

import pytest

from migration.packages.index.simple_index import SimpleIndex
from migration.verification.compose.services import ComposeStack
from migration.verification.harness.check import Check, Evidence, Outcome, run_check
from migration.verification.harness.context import VerificationContext
from tests.migration.verification.conftest import Worlds, verdict_on

SHARED: dict[str, Any] = {
    "name": "shared",
    "kind": "python-packages",
    "moves": [{"from": "libs"}],
    "packages": [{"name": "acme-core", "path": ".", "version": "0.1.0"}],
}
ENGINE: dict[str, Any] = {"name": "engine", "kind": "python-service", "moves": [{"from": "engine"}]}
PAGE: dict[str, Any] = {
    "name": "page",
    "kind": "vite-application",
    "moves": [{"from": "page"}],
    "contract": {"file": "openapi.yml", "types": "src/contract.ts"},
}
CORE = {"pyproject.toml": '[project]\nname = "acme-core"\nversion = "0.1.0"\n'}
NOWHERE = SimpleIndex(url="http://127.0.0.1:9/simple/")
RUNNING = ComposeStack(addresses={}, suite={}, test=lambda _: "", how="by hand")


def manifest(*requirements: str) -> dict[str, str]:
    return {"pyproject.toml": f'[project]\nname = "engine"\nversion = "1"\ndependencies = {list(requirements)}\n'}


@pytest.mark.breaks("metrics.boundaries")
def test_a_dependency_that_the_plan_does_not_name_crosses_a_boundary(worlds: Worlds) -> None:
    world = worlds([SHARED, ENGINE], {"shared": CORE, "engine": manifest("acme-core>=0.1,<0.2")})
    assert verdict_on(world, "metrics.boundaries").why == "engine uses acme-core, and the plan does not say so."


def test_a_boundary_holds_when_the_plan_names_the_dependency(worlds: Worlds) -> None:
    engine = {**ENGINE, "consumes": ["acme-core"]}
    world = worlds([SHARED, engine], {"shared": CORE, "engine": manifest("acme-core>=0.1,<0.2")})
    assert verdict_on(world, "metrics.boundaries").why == ""
    assert verdict_on(world, "metrics.releases").why == ""


@pytest.mark.breaks("metrics.releases")
def test_a_use_that_a_patch_release_would_change_is_no_independent_release(worlds: Worlds) -> None:
    world = worlds([SHARED, ENGINE], {"shared": CORE, "engine": manifest("acme-core==0.1.0")})
    assert "so 0.1.1 would change it too" in verdict_on(world, "metrics.releases").why


@pytest.mark.breaks("metrics.releases")
@pytest.mark.parametrize("event", ["repository_dispatch", "workflow_run"])
def test_a_release_that_another_repository_starts_is_found(worlds: Worlds, event: str) -> None:
    workflow = {".github/workflows/release.yml": f"on: {{{event}: {{}}}}\njobs: {{}}\n"}
    world = worlds([SHARED, ENGINE], {"shared": CORE, "engine": {**manifest(), **workflow}})
    assert f"release.yml of engine is started by {event}" in verdict_on(world, "metrics.releases").why


@pytest.mark.breaks("metrics.deployable")
def test_a_component_that_cannot_be_built_alone_is_not_deployable(worlds: Worlds) -> None:
    broken = {"pyproject.toml": CORE["pyproject.toml"] + '[build-system]\nrequires = []\nbuild-backend = "gone"\n'}
    verdict = verdict_on(worlds([SHARED], {"shared": broken}, NOWHERE), "metrics.deployable")
    assert verdict.outcome == Outcome.FAILS
    assert "gone" in verdict.why


@pytest.mark.breaks("*.backend-address")
@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"src/api.ts": 'fetch("http://localhost:8000/api")'}, "src/api.ts: http://localhost:8000"),
        ({"src/api.ts": 'new WebSocket("wss://maestro.example/ws")'}, "wss://maestro.example"),
    ],
)
def test_a_page_with_a_hard_coded_address_is_found(worlds: Worlds, files: dict[str, str], message: str) -> None:
    world = worlds([PAGE], {"page": {".env.example": "VITE_API_BASE=http://x\n", **files}})
    assert message in verdict_on(world, "page.backend-address").why


@pytest.mark.breaks("*.backend-address")
def test_a_page_that_names_no_variable_for_its_backend_is_found(worlds: Worlds) -> None:
    verdict = verdict_on(worlds([PAGE], {"page": {"src/api.ts": ""}}), "page.backend-address")
    assert "no .env.example" in verdict.why


@pytest.mark.breaks("*.backend-address")
@pytest.mark.parametrize(
    ("built", "message"),
    [
        ("fetch('/api')", "The page that was built with VITE_API_BASE=http://backend.test:4711 does not hold it."),
        (
            "fetch(process.env.VITE_API_BASE, 'https://maestro.example')",
            "The built page contains https://maestro.example.",
        ),
    ],
)
def test_a_page_that_does_not_take_its_backend_from_the_variable_alone_is_found(
    worlds: Worlds, tmp_path: Path, built: str, message: str
) -> None:
    world = worlds([PAGE], {"page": {".env.example": "VITE_API_BASE=http://x\n", "src/api.ts": ""}})
    stand_in_for_vite(world, tmp_path, built)
    assert verdict_on(world, "page.backend-address").why == message


def stand_in_for_vite(
    world: VerificationContext, tmp_path: Path, built: str, public: dict[str, str] | None = None
) -> None:
    """A builder that stands in for Vite: what it makes of the sources is what is looked at."""
    vite = tmp_path / "installed" / "node_modules" / ".bin" / "vite"
    vite.parent.mkdir(parents=True)
    vite.write_text(f"""\
#!{sys.executable}
import os, pathlib, sys
built = {built!r}.replace("process.env.VITE_API_BASE", repr(os.environ.get("VITE_API_BASE")))
folder = pathlib.Path(sys.argv[sys.argv.index("--outDir") + 1])
folder.mkdir(parents=True)
(folder / "index.js").write_text(built)
for name, text in {public or {}!r}.items():
    (folder / name).write_text(text)
""")
    vite.chmod(0o755)
    (tmp_path / "installed" / "package.json").write_text('{"name": "page"}')
    world.once("node page", Evidence(), lambda _: tmp_path / "installed")


@pytest.mark.parametrize(
    ("example", "contract", "outcome", "why"),
    [
        ("VITE_APP_TITLE=Maestro\nVITE_API_BASE=http://x\n", {}, Outcome.PASSES, ""),
        ("VITE_A_URL=http://x\nVITE_B_URL=http://y\n", {}, Outcome.SKIPPED, "Each of VITE_A_URL, VITE_B_URL may hold"),
        ("VITE_A=1\n", {"address_variable": "VITE_API_BASE"}, Outcome.PASSES, ""),
    ],
)
def test_the_variable_of_the_backend_is_that_of_the_contract_or_the_only_address(
    worlds: Worlds, tmp_path: Path, example: str, contract: dict[str, str], outcome: Outcome, why: str
) -> None:
    page = {**PAGE, "contract": {**PAGE["contract"], **contract}}
    world = worlds([page], {"page": {".env.example": example, "src/api.ts": ""}})
    stand_in_for_vite(world, tmp_path, "fetch(process.env.VITE_API_BASE)")
    verdict = verdict_on(world, "page.backend-address")
    assert (verdict.outcome, verdict.why[: len(why)]) == (outcome, why)


def test_a_page_that_reads_its_backend_at_run_time_is_configurable(worlds: Worlds, tmp_path: Path) -> None:
    files = {"public/config.js": 'window.config = {api: "http://localhost:8000"}\n', "src/api.ts": ""}
    world = worlds([PAGE], {"page": files})
    stand_in_for_vite(world, tmp_path, "fetch(window.config.api)", {"config.js": files["public/config.js"]})
    assert verdict_on(world, "page.backend-address").why == ""


CHECKER: dict[str, Any] = {"name": "checker", "kind": "python-service", "moves": [{"from": "checker"}]}
TESTS: dict[str, Any] = {"name": "tests", "kind": "compose-tests", "test_service": "checker"}


@pytest.mark.breaks("*.stranger", "*.configured", "metrics.solutions")
@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("print('skipped all')", "0 checks passed"),
        ("raise SystemExit('cannot reach it')", "cannot reach it"),
    ],
)
def test_a_test_service_that_tests_nothing_is_found(worlds: Worlds, program: str, message: str) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "checker"\nversion = "1"\n',
        "checker/__main__.py": program,
        "config/test_targets.yml": "targets: [{name: a, api_base: x, frontend_url: x}, {name: b, api_base: y}]\n",
    }
    world = worlds([CHECKER, TESTS], {"checker": files, "tests": {"README.md": "x"}}, NOWHERE)
    world.once("stack", Evidence(), lambda _: RUNNING)
    assert message in verdict_on(world, "checker.stranger").why
    assert message in verdict_on(world, "checker.configured").why
    assert verdict_on(world, "metrics.solutions").outcome == Outcome.FAILS


@pytest.mark.breaks("*.configured")
def test_a_test_service_that_knows_one_target_only_is_found(worlds: Worlds) -> None:
    files = {"config/test_targets.yml": "targets: [{name: a, api_base: x, frontend_url: x}]\n"}
    world = worlds([CHECKER, TESTS], {"checker": files, "tests": {"README.md": "x"}}, NOWHERE)
    world.once("stack", Evidence(), lambda _: RUNNING)
    assert "names 1 target" in verdict_on(world, "checker.configured").why


def test_without_a_second_backend_and_a_second_page_nothing_is_swapped(worlds: Worlds) -> None:
    engine = {**ENGINE, "contract": {"file": "openapi.json", "generated_by": "generate.py"}}
    world = worlds([engine, PAGE, TESTS | {"test_service": None}], {"tests": {"README.md": "x"}})
    for name in ("metrics.backends", "metrics.frontends"):
        assert verdict_on(world, name).outcome == Outcome.SKIPPED


def test_what_nobody_foresaw_is_never_green() -> None:
    def stumble(_evidence: Evidence) -> None:
        raise ZeroDivisionError("by zero")

    verdict = run_check(Check(name="a", part="b", line="c", run=stumble))
    assert (verdict.outcome, verdict.why) == (Outcome.FAILS, "ZeroDivisionError: by zero")


@pytest.mark.breaks("metrics.deployable", "metrics.boundaries", "metrics.releases")
@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "There is no engine/pyproject.toml."),
        ({"pyproject.toml": "[project\n"}, "engine/pyproject.toml is not TOML: "),
    ],
)
def test_a_service_without_a_manifest_is_told_by_each_check_that_reads_it(
    worlds: Worlds, files: dict[str, str], why: str
) -> None:
    world = worlds([ENGINE], {"engine": {"README.md": "The engine\n", **files}}, NOWHERE)
    for check in ("metrics.deployable", "metrics.boundaries", "metrics.releases"):
        assert verdict_on(world, check).why.startswith(why)

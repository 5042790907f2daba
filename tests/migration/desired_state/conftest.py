"""The maestro plan, its managed files for each registry, and the two linters of workflows."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import filelock
import platformdirs
import pytest

from migration.desired_state.managed_files import ManagedFile, managed_files
from migration.desired_state.pipeline_settings import CodeArtifact, Devpi, Registry
from migration.plan import Plan, read_plan

PROJECT = Path(__file__).parents[3]
ACTIONLINT = Path(__file__).parent / "actionlint"
PROGRAMS = Path(sys.executable).parent

REGISTRIES: dict[str, Registry] = {
    "devpi": Devpi(index_url="https://packages.maestro.example/maestro/prod/+simple/", reader="maestro-engine"),
    "codeartifact": CodeArtifact(
        index_url="https://maestro-111122223333.d.codeartifact.eu-central-1.amazonaws.com/pypi/maestro/simple/",
        region="eu-central-1",
        account="111122223333",
        domain="maestro",
        reader_role="maestro-engine-reader",
    ),
}


@pytest.fixture(scope="session")
def maestro() -> Plan:
    return read_plan(PROJECT / "migration.yaml")


@pytest.fixture(params=REGISTRIES)
def registry(request: pytest.FixtureRequest) -> Registry:
    return REGISTRIES[request.param]


@pytest.fixture
def every_file(maestro: Plan, registry: Registry) -> dict[str, tuple[ManagedFile, ...]]:
    """Repository to its managed files."""
    return {
        repository.name: managed_files(maestro, repository.name, "maestro-labs", registry)
        for repository in maestro.repositories
    }


@pytest.fixture(scope="session")
def actionlint() -> Path:
    """The linter, built once per machine and set of pins from the Go module beside this file."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("actionlint is built with Go, and there is no Go on PATH")
    pins = hashlib.sha256((ACTIONLINT / "go.sum").read_bytes()).hexdigest()[:16]
    program = platformdirs.user_cache_path("multirepo", ensure_exists=True) / "actionlint" / pins / "actionlint"
    program.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(program.with_suffix(".lock")):
        if not program.exists():
            building = program.with_suffix(".building")
            settings = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOWORK": "off", "GOTOOLCHAIN": "local"}
            command = [go, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", str(building)]
            package = "github.com/rhysd/actionlint/cmd/actionlint"
            subprocess.run([*command, package], cwd=ACTIONLINT, env=os.environ | settings, check=True)
            building.rename(program)
    return program

"""What the benchmark of packages installs, and what it reports; a run of it takes minutes."""

import importlib
import io
from pathlib import Path
from types import ModuleType

import pytest
from rich.console import Console

from migration.plan import read_plan
from tests.conftest import PROJECT


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(PROJECT / "benchmarks")
    return importlib.import_module("packages")


def test_it_installs_what_the_transforms_leave_of_the_sample(packages: ModuleType, tmp_path: Path) -> None:
    plan = read_plan(PROJECT / "migration.yaml")
    hive = next(repository for repository in plan.repositories if repository.name == "maestro-hive")
    tree: dict[str, bytes] = packages.tree_of(plan, hive, "http://127.0.0.1:3141/maestro/prod/+simple/")
    manifest = tree["pyproject.toml"]
    assert b'maestro-core-config = {version = "^0.1.0", source = "maestro"}' in manifest
    assert b"path =" not in manifest
    (tmp_path / "pyproject.toml").write_bytes(manifest)
    assert "maestro-core-config>=0.1.0,<0.2" in packages.requirements_of(tmp_path / "pyproject.toml")


def test_each_repository_has_a_line_with_the_seconds_of_each_client(packages: ModuleType) -> None:
    console = Console(file=io.StringIO(), width=80)
    console.print(packages.table_of("install", {"maestro-hive": {"pip": 5.25, "uv pip": 0.6}}))
    assert isinstance(console.file, io.StringIO)
    assert "| maestro-hive | 5.2 | 0.6    |" in console.file.getvalue()

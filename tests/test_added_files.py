"""What the migration adds to the repositories: copies that have to agree, and pages that follow from data."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from migration.plan import Plan, read_plan
from tests.conftest import PROJECT

ADDED = PROJECT / "added_files"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan(PROJECT / "migration.yaml")


def test_every_folder_is_added_by_the_repository_of_its_name(plan: Plan) -> None:
    named = {repository.name: repository.transforms.add_folder for repository in plan.repositories}
    assert named == {folder.name: f"added_files/{folder.name}" for folder in sorted(ADDED.iterdir())} | named
    assert {name for name, folder in named.items() if folder} == {folder.name for folder in ADDED.iterdir()}


def test_the_contract_is_the_same_in_all_three_repositories() -> None:
    served = json.loads((ADDED / "maestro-engine" / "openapi.json").read_text())
    assert json.loads((ADDED / "maestro-docs" / "openapi.json").read_text()) == served
    assert yaml.safe_load((ADDED / "maestro-frontend" / "openapi.yml").read_text()) == served


def test_the_documentation_matches_the_plan(plan: Plan) -> None:
    data = yaml.safe_load((ADDED / "maestro-docs" / "repositories.yml").read_text())
    assert data["monorepo"] == plan.monorepo.name
    assert [(repository["name"], repository["description"]) for repository in data["repositories"]] == [
        (repository.name, repository.description) for repository in plan.repositories
    ]
    for entry, planned in zip(data["repositories"], plan.repositories, strict=True):
        moved = {name: move.target for move in planned.moves for name in move.names}
        assert entry.get("from", {}) == moved
        assert entry.get("packages", {}) == {package.name: package.path for package in planned.packages}


def test_the_generated_pages_are_those_that_the_data_gives(tmp_path: Path) -> None:
    again = shutil.copytree(ADDED / "maestro-docs", tmp_path / "docs")
    subprocess.run([sys.executable, "-B", again / "scripts" / "generate_pages.py"], check=True)
    for page in sorted((again / "docs").rglob("*.*")):
        committed = ADDED / "maestro-docs" / page.relative_to(again)
        assert page.read_bytes() == committed.read_bytes(), f"run scripts/generate_pages.py: {committed.name}"


def test_the_lock_file_names_no_registry_and_has_a_hash_for_everything() -> None:
    lock = json.loads((ADDED / "maestro-frontend" / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert not [name for name, entry in packages.items() if "integrity" not in entry]

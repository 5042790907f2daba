"""The head is the platform under files/, and holds what a migration works on."""

import ast
import json
import tomllib
from pathlib import Path, PurePosixPath

import pytest

from sandbox.sample_monorepo.documents import FILES, read_documents
from tests.sandbox.sample_monorepo.conftest import Clone

PACKAGES = {
    "core-api": "maestro_core_api",
    "core-auth": "maestro_core_auth",
    "core-config": "maestro_core_config",
    "core-db": "maestro_core_db",
    "core-logging": "maestro_core_logging",
    "core-messaging": "maestro_core_messaging",
    "monitoring": "maestro_monitoring",
}
# Made by history.yaml itself: names and contents that an ordinary checkout of this project should not hold.
WRITTEN = {
    ".git-blame-ignore-revs",
    "docs/日本語/はじめに.md",
    "maestro-engine/.git-blame-ignore-revs",
    "maestro-engine/NOTES.md",
    "maestro-hive/docs/release notes.md",
    "maestro-templates/docs/Übersicht.md",
    "quality-fabric/.git-blame-ignore-revs",
    "quality-fabric/tests/unit/it's fine.json",
    'quality-fabric/tests/unit/reply "quoted".json',
}
DELETED = {"synth/synth/legacy_tuning.py"}


def manifest(folder: Path) -> dict[str, object]:
    return tomllib.loads((folder / "pyproject.toml").read_text())["tool"]["poetry"]  # type: ignore[no-any-return]


def path_dependencies(folder: Path) -> dict[str, str]:
    found = manifest(folder)["dependencies"]
    assert isinstance(found, dict)
    return {name: entry["path"] for name, entry in found.items() if isinstance(entry, dict) and "path" in entry}


def test_the_head_is_what_lies_under_files(sample: Clone) -> None:
    documents = read_documents()
    listed = sample.raw("ls-tree", "-r", "-z", "--name-only", "HEAD").decode().rstrip("\0").split("\0")
    assert set(listed) == (set(documents) - DELETED) | WRITTEN
    for path in set(documents) - DELETED:
        assert (sample.path / path).read_bytes() == documents[path], path


def test_every_python_file_compiles(sample: Clone) -> None:
    for file in sample.path.rglob("*.py"):
        if "templates/templates" not in file.as_posix():
            ast.parse(file.read_text(), str(file))


def test_each_part_has_tests_and_a_readme(sample: Clone) -> None:
    parts = [*(f"shared/packages/{name}" for name in PACKAGES), "maestro-engine", "maestro-hive", "synth"]
    for part in [*parts, "quality-fabric", "maestro-templates"]:
        assert (sample.path / part / "README.md").exists()
        assert list((sample.path / part / "tests").rglob("test_*.py")), part


def test_the_seven_packages_are_tied_by_paths_in_an_acyclic_order(sample: Clone) -> None:
    packages = sample.path / "shared/packages"
    assert {folder.name for folder in packages.iterdir()} == set(PACKAGES)
    waiting = {
        name: {PurePosixPath(path).name for path in path_dependencies(packages / name).values()} for name in PACKAGES
    }
    assert sum(map(len, waiting.values())) >= 9
    while waiting:
        ready = {name for name, needs in waiting.items() if not needs}
        assert ready, f"these wait for each other: {waiting}"
        waiting = {name: needs - ready for name, needs in waiting.items() if name not in ready}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_is_named_after_its_folder(sample: Clone, name: str) -> None:
    folder = sample.path / "shared/packages" / name
    assert manifest(folder)["name"] == f"maestro-{name}"
    assert manifest(folder)["version"] == "0.0.5"
    assert (folder / PACKAGES[name] / "__init__.py").exists()


@pytest.mark.parametrize(
    ("folder", "count"),
    [("maestro-engine", 7), ("maestro-hive", 3), ("synth", 2), ("quality-fabric", 1), ("maestro-templates", 0)],
)
def test_path_dependencies_lead_to_packages_of_that_name(sample: Clone, folder: str, count: int) -> None:
    dependencies = path_dependencies(sample.path / folder)
    assert len(dependencies) == count
    for name, path in dependencies.items():
        assert manifest(sample.path / folder / path)["name"] == name


def test_quality_fabric_still_imports_maestro(sample: Clone) -> None:
    client = (sample.path / "quality-fabric/quality_fabric/client.py").read_text()
    assert "from maestro_core_api.health import HEALTH_PATH\n" in client


def test_words_that_hold_synth_would_not_survive_a_careless_rename(sample: Clone) -> None:
    text = "".join(file.read_text() for file in (sample.path / "synth").rglob("*.*") if file.is_file())
    for word in ("photosynthesis", "Photosynthesis", "synthesis", "synthesizers", "synthetic", "SYNTH_HOME"):
        assert word in text


def test_the_frontend_takes_its_address_from_the_environment_alone(sample: Clone) -> None:
    sources = (sample.path / "maestro-frontend/src").glob("*.ts*")
    assert not [file for file in sources if "localhost" in file.read_text()]
    assert json.loads((sample.path / "maestro-frontend/package.json").read_text())["name"] == "maestro-frontend"


def test_no_registry_is_named(sample: Clone) -> None:
    assert not [path for path in FILES.rglob("*") if path.name in ("package-lock.json", "poetry.lock", ".npmrc")]

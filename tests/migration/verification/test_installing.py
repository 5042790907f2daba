"""A repository is installed as its own client installs it: by its lock, from its own folders, with its Python."""

import subprocess
from pathlib import Path
from textwrap import dedent

import pytest
import uv
from packaging.requirements import Requirement

from migration.packages.index.simple_index import SimpleIndex
from migration.verification.harness.check import BrokenError, Outcome, SkippedError
from migration.verification.harness.commands import clean_environment
from migration.verification.harness.project_requirements import requirements_of
from tests.migration.verification.conftest import Worlds, verdict_on

NOWHERE = SimpleIndex(url="http://127.0.0.1:9/simple/")
SERVICE = {"name": "engine", "kind": "python-service"}
BACKEND = """\
import pathlib, zipfile
NAME = pathlib.Path("name").read_text().strip()
def get_requires_for_build_wheel(settings=None): return []
def build_wheel(folder, settings=None, metadata=None):
    file = f"{NAME}-1-py3-none-any.whl"
    info = f"{NAME}-1.dist-info"
    with zipfile.ZipFile(pathlib.Path(folder, file), "w") as wheel:
        root = pathlib.Path("src") if pathlib.Path("src").is_dir() else pathlib.Path(".")
        for path in root.rglob(f"{NAME}/**/*.py"):
            wheel.write(path, path.relative_to(root).as_posix())
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {NAME}\\nVersion: 1\\n")
        facts = "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        wheel.writestr(f"{info}/WHEEL", facts)
        wheel.writestr(f"{info}/RECORD", "")
    return file
build_editable, get_requires_for_build_editable = build_wheel, get_requires_for_build_wheel
"""
BUILD = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


def project(name: str, more: str = "") -> dict[str, str]:
    """A package whose build needs no network."""
    manifest = f'[project]\nname = "{name}"\nversion = "1"\n{dedent(more)}\n{BUILD}'
    return {"pyproject.toml": manifest, "backend.py": BACKEND, "name": name}


def in_folder(folder: str, files: dict[str, str]) -> dict[str, str]:
    return {f"{folder}/{path}": text for path, text in files.items()}


HELPER = in_folder("helper", {**project("helper"), "helper/__init__.py": "ANSWER = 42\n"})
TESTS = {"pytest.py": "import helper\nassert helper.ANSWER == 42\nprint('1 passed')\n"}


@pytest.mark.parametrize(
    "more",
    [
        'dependencies = ["helper"]\n[tool.uv.sources]\nhelper = {path = "./helper"}\n',
        'dependencies = ["helper"]\n[tool.uv.sources]\nhelper = {workspace = true}\n',
        '[tool.poetry.dependencies]\nhelper = {path = "helper"}\n',
        '[tool.poetry.group.dev.dependencies]\nhelper = [{path = "helper", python = ">=3.8"}]\n',
    ],
)
def test_a_folder_of_the_repository_never_comes_from_an_index(worlds: Worlds, more: str) -> None:
    files = {**project("engine", more), **HELPER, **TESTS}
    verdict = verdict_on(worlds([SERVICE], {"engine": files}, NOWHERE), "engine.tests")
    assert (verdict.outcome, verdict.why) == (Outcome.PASSES, "")


def test_code_in_src_is_installed(worlds: Worlds) -> None:
    code = {"src/engine/__init__.py": "ANSWER = 42\n"}
    tests = {"pytest.py": "import engine\nassert 'site-packages' in engine.__file__\nprint('1 passed')\n"}
    verdict = verdict_on(worlds([SERVICE], {"engine": {**project("engine"), **code, **tests}}, NOWHERE), "engine.tests")
    assert (verdict.outcome, verdict.why) == (Outcome.PASSES, "")


def test_a_repository_with_a_lock_is_installed_by_it(worlds: Worlds, tmp_path: Path) -> None:
    manifest = 'dependencies = ["helper"]\nrequires-python = ">=3.11"\n[tool.uv.sources]\nhelper = {path = "helper"}\n'
    files = {**project("engine", manifest), **HELPER, **TESTS}
    for path, text in files.items():
        (tmp_path / "locked" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "locked" / path).write_text(text)
    command = [uv.find_uv_bin(), "lock", "--offline", "--quiet"]
    subprocess.run(command, cwd=tmp_path / "locked", env=clean_environment(), check=True)
    files["uv.lock"] = (tmp_path / "locked/uv.lock").read_text()
    verdict = verdict_on(worlds([SERVICE], {"engine": files}, NOWHERE), "engine.tests")
    assert (verdict.outcome, verdict.why) == (Outcome.PASSES, "")
    assert "uv sync --frozen --all-extras --all-groups" in verdict.ran


def test_a_lock_that_does_not_fit_its_manifest_is_a_failure_of_the_repository(worlds: Worlds) -> None:
    files = {**project("engine"), "uv.lock": "version = 1\nrevision = true\n", **TESTS}
    assert verdict_on(worlds([SERVICE], {"engine": files}, NOWHERE), "engine.tests").outcome == Outcome.FAILS


def test_a_python_that_is_not_here_is_no_failure(worlds: Worlds) -> None:
    files = {**project("engine", 'requires-python = ">=3.99"'), **TESTS}
    verdict = verdict_on(worlds([SERVICE], {"engine": files}, NOWHERE), "engine.tests")
    assert (verdict.outcome, verdict.why) == (Outcome.SKIPPED, "No Python >=3.99 is on this machine.")


def test_a_network_that_fails_is_no_failure_of_the_repository(worlds: Worlds) -> None:
    files = {**project("engine", 'dependencies = ["rich"]'), **TESTS}
    verdict = verdict_on(worlds([SERVICE], {"engine": files}, NOWHERE), "engine.tests")
    assert verdict.outcome == Outcome.SKIPPED
    assert verdict.why.startswith("The network fails here: ")


@pytest.mark.parametrize(
    ("entry", "requirements"),
    [
        ('">=23 <30"', ["rich<30,>=23"]),
        ('">= 23, < 30"', ["rich<30,>=23"]),
        (
            '{version = "^13", python = ">=3.8,<4.0"}',
            ["rich<14.0,>=13; python_version >= '3.8' and python_version < '4.0'"],
        ),
        ('{version = "*", platform = "win32"}', ["rich; sys_platform == 'win32'"]),
        (
            '[{version = "12", python = "<3.9"}, {version = "13", markers = "python_version >= \'3.9\'"}]',
            ["rich==12; python_version < '3.9'", "rich==13; python_version >= '3.9'"],
        ),
        ('{git = "https://example.org/rich.git", tag = "v1"}', ["rich@ git+https://example.org/rich.git@v1"]),
    ],
)
def test_every_form_of_poetry_is_read(tmp_path: Path, entry: str, requirements: list[str]) -> None:
    manifest = tmp_path / "pyproject.toml"
    manifest.write_text(f"[tool.poetry.dependencies]\nrich = {entry}\n")
    normal = [str(Requirement(text.replace("rich@", "rich @"))) for text in requirements]
    assert [str(Requirement(text)) for text in requirements_of(manifest)] == normal


def test_what_only_poetry_can_resolve_is_skipped_without_its_lock(tmp_path: Path) -> None:
    manifest = tmp_path / "pyproject.toml"
    manifest.write_text('[tool.poetry.dependencies]\nrich = "^12 || ^13"\n')
    with pytest.raises(SkippedError, match="Only Poetry can resolve rich"):
        requirements_of(manifest)


def test_a_folder_outside_of_the_repository_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "clone").mkdir()
    (tmp_path / "helper").mkdir()
    manifest = tmp_path / "clone/pyproject.toml"
    manifest.write_text('[project]\ndependencies = ["helper"]\n[tool.uv.sources]\nhelper = {path = "../helper"}\n')
    with pytest.raises(BrokenError, match="not from the registry"):
        requirements_of(manifest, tmp_path / "clone")

"""The program in each pipeline that holds lock files to the registry, run as the pipeline runs it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from migration.desired_state import managed_files
from migration.plan import Plan
from tests.migration.desired_state.conftest import REGISTRIES

INDEX = "https://packages.maestro.example/maestro/prod/+simple"
CHECK = ".github/check_lock_files.py"
Run = Callable[..., "subprocess.CompletedProcess[str]"]

POETRY = """\
[[package]]
name = "maestro-core-api"
version = "0.1.0"
[package.source]
type = "legacy"
url = "{index}"
reference = "maestro"

[[package]]
name = "fastapi"
version = "0.115.0"
"""
UV = """\
[[package]]
name = "maestro-engine"
source = {{ virtual = "." }}

[[package]]
name = "maestro-core-api"
version = "0.1.0"
source = {{ registry = "{index}/" }}
wheels = [{{ url = "{wheel}", hash = "sha256:00" }}]

[[package]]
name = "fastapi"
version = "0.115.0"
source = {{ registry = "https://pypi.org/simple" }}
sdist = {{ url = "https://files.pythonhosted.org/packages/fastapi-0.115.0.tar.gz", hash = "sha256:00" }}
"""
WHEEL = "https://packages.maestro.example/maestro/prod/+f/api.whl"


@pytest.fixture
def run(maestro: Plan, tmp_path: Path) -> Run:
    files = {file.path: file.content for file in managed_files(maestro, "maestro-engine", "acme", REGISTRIES["devpi"])}
    assert f"python3 {CHECK}" in files[".github/workflows/ci.yml"]
    (tmp_path / ".github").mkdir()
    (tmp_path / CHECK).write_text(files[CHECK])

    def check(**lock_files: str) -> "subprocess.CompletedProcess[str]":
        for name, text in lock_files.items():
            (tmp_path / f"{name}.lock").write_text(text)
        return subprocess.run([sys.executable, CHECK], cwd=tmp_path, capture_output=True, text=True, check=False)

    return check


def test_ours_from_the_registry_and_the_rest_from_pypi_pass(run: Run) -> None:
    done = run(poetry=POETRY.format(index=INDEX), uv=UV.format(index=INDEX, wheel=WHEEL))
    assert (done.returncode, done.stdout) == (0, "2 lock files, nothing to say against them.\n")


@pytest.mark.parametrize(
    ("name", "text", "finding"),
    [
        ("poetry", '[[package]]\nname = "maestro_core_api"\nversion = "9"\n', "is private, and is locked from PyPI"),
        (
            "poetry",
            POETRY.format(index="https://evil.example/simple"),
            "locked from https://evil.example/simple instead",
        ),
        (
            "uv",
            UV.format(index="https://pypi.org/simple", wheel=WHEEL),
            "is private, and is locked from https://pypi.org",
        ),
        ("uv", UV.format(index=INDEX, wheel="https://evil.example/a.whl"), "its files come from evil.example"),
        (
            "uv",
            UV.format(index=INDEX, wheel=WHEEL.replace("://", "://reader:t0ken@")),
            "an address holds credentials",
        ),
        (
            "poetry",
            '[[package]]\nname = "x"\nversion = "1"\n[package.source]\ntype = "git"\nurl = "https://evil.example/x.git"\n',
            "which is neither our registry nor PyPI",
        ),
    ],
)
def test_every_other_place_is_told_and_fails_the_pipeline(run: Run, name: str, text: str, finding: str) -> None:
    done = run(**{name: text})
    assert done.returncode == 1
    assert finding in done.stdout
    assert "t0ken" not in done.stdout


def test_repositories_without_private_packages_get_no_check(maestro: Plan) -> None:
    files = {file.path for file in managed_files(maestro, "maestro-templates", "acme", REGISTRIES["devpi"])}
    assert CHECK not in files


@pytest.mark.parametrize(
    ("name", "source"),
    [("uv", '{ editable = "../shared/core-api" }'), ("poetry", '{ type = "directory", url = "../shared/core-api" }')],
)
def test_a_folder_that_stayed_in_the_monorepo_is_told(run: Run, name: str, source: str) -> None:
    done = run(**{name: f'[[package]]\nname = "maestro-core-api"\nversion = "0.0.5"\nsource = {source}\n'})
    assert done.returncode == 1
    assert "is taken from the folder ../shared/core-api, which is not in this repository" in done.stdout


def test_a_folder_of_the_repository_itself_passes(run: Run) -> None:
    assert run(uv='[[package]]\nname = "tool"\nsource = { editable = "tools/tool" }\n').returncode == 0


def test_a_second_index_for_pip_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "requirements-dev.txt").write_text("pytest\n--extra-index-url https://pypi.org/simple\n")
    done = run()
    assert done.returncode == 1
    assert "requirements-dev.txt:2: names an index" in done.stdout

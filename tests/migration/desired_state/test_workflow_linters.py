import subprocess
from pathlib import Path

import pytest

from migration.desired_state.managed_files import ManagedFile, managed_files
from migration.plan import Plan
from migration.toolchains.project_files import ProjectFiles
from tests.migration.desired_state.conftest import PROGRAMS, PROJECT, REGISTRIES

UNPINNED = """\
name: CI
on: [pull_request]
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: echo ${{ matrix.nothing }}
"""


def written(folder: Path, files: tuple[ManagedFile, ...]) -> list[Path]:
    """The workflows and Dependabot's settings among the files, on disk."""
    paths = [folder / file.path for file in files if file.path.endswith(".yml")]
    for path, file in zip(paths, (file for file in files if file.path.endswith(".yml")), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.content)
    return paths


def said_by_actionlint(actionlint: Path, paths: list[Path]) -> str:
    """What it finds, with shellcheck on every script."""
    workflows = [path for path in paths if path.parent.name == "workflows"]
    options = ["-no-color", f"-shellcheck={PROGRAMS / 'shellcheck'}", "-pyflakes="]
    return subprocess.run([actionlint, *options, *workflows], stdout=subprocess.PIPE, text=True, check=False).stdout


def said_by_zizmor(paths: list[Path]) -> str:
    """What it finds, pedantic; "" when it finds nothing."""
    options = ["--offline", "--quiet", "--no-config", "--persona=pedantic", "--collect=all"]
    answer = subprocess.run([PROGRAMS / "zizmor", *options, *paths], capture_output=True, text=True, check=False)
    assert answer.returncode in (0, *range(11, 15)), answer.stderr
    return answer.stdout if answer.returncode else ""


def test_actionlint_finds_nothing_in_any_workflow(
    every_file: dict[str, tuple[ManagedFile, ...]], actionlint: Path, tmp_path: Path
) -> None:
    paths = [path for name, files in every_file.items() for path in written(tmp_path / name, files)]
    assert said_by_actionlint(actionlint, paths) == ""


def test_zizmor_finds_nothing_in_any_workflow_nor_in_the_settings_of_dependabot(
    every_file: dict[str, tuple[ManagedFile, ...]], tmp_path: Path
) -> None:
    paths = [path for name, files in every_file.items() for path in written(tmp_path / name, files)]
    assert said_by_zizmor(paths) == ""


@pytest.fixture
def faulty(tmp_path: Path) -> list[Path]:
    return written(tmp_path, (ManagedFile(path=".github/workflows/ci.yml", content=UNPINNED),))


def test_zizmor_would_find_an_action_that_is_not_pinned(faulty: list[Path]) -> None:
    assert "unpinned-uses" in said_by_zizmor(faulty)


def test_actionlint_would_find_a_name_that_does_not_exist(faulty: list[Path], actionlint: Path) -> None:
    assert 'property "nothing" is not defined' in said_by_actionlint(actionlint, faulty)


def test_no_linter_finds_anything_in_the_projects_own_workflows(actionlint: Path) -> None:
    paths = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
    assert paths
    assert said_by_actionlint(actionlint, paths) == ""
    assert said_by_zizmor(paths) == ""


@pytest.mark.parametrize(
    ("kind", "files"),
    [
        ("vite-application", {"package.json": '{"devDependencies": {"vite": "8"}}', "bun.lock": ""}),
        ("vite-application", {"package.json": '{"packageManager": "yarn@4.5.0"}', "yarn.lock": "", ".nvmrc": "22"}),
        ("vite-application", {"package.json": '{"scripts": {"test": "jest"}}', "pnpm-lock.yaml": ""}),
        ("python-service", {"pyproject.toml": "[project]\nname = 'one'\n", "uv.lock": ""}),
        ("python-service", {"pyproject.toml": "[tool.pdm]\n"}),
        ("python-service", {"pyproject.toml": "[tool.hatch.envs.default]\n"}),
        ("python-service", {"setup.py": "", "requirements-dev.txt": "pytest\nruff\nmypy\n"}),
    ],
)
def test_both_linters_find_nothing_whatever_the_client(
    kind: str, files: dict[str, str], actionlint: Path, tmp_path: Path
) -> None:
    shared = {"name": "shared", "packages": [{"name": "core", "path": "core", "version": "1.0"}]}
    consumes = ["core"] if kind == "python-service" else []
    repository = {"name": "one", "kind": kind, "moves": [{"from": "one"}], "consumes": consumes}
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": [shared, repository]})
    managed = managed_files(plan, "one", "acme", REGISTRIES["devpi"], ProjectFiles.of(files))
    paths = written(tmp_path, managed)
    assert (said_by_actionlint(actionlint, paths), said_by_zizmor(paths)) == ("", "")

"""Each Python project is installed, tested and built by the client that its manifest and lock file speak of."""

import pytest

from migration.plan import Pipeline
from migration.toolchains.project_files import ProjectFiles
from migration.toolchains.python_toolchain import PythonToolchain, python_toolchain

PROJECT = '[project]\nname = "app"\nversion = "1"\n'
SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
HATCHLING = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
POETRY_CORE = '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'
LOCKED = "uv sync --locked --all-extras --all-groups"
PDM = '[build-system]\nrequires = ["pdm-backend"]\nbuild-backend = "pdm.backend"\n'


def tools(files: dict[str, str], **pipeline: object) -> PythonToolchain:
    return python_toolchain(ProjectFiles.of(files), ".", Pipeline.model_validate(pipeline))


@pytest.mark.parametrize(
    ("files", "install", "build"),
    [
        ({"pyproject.toml": "[tool.poetry]\n"}, "poetry install --all-extras", "poetry build"),
        ({"pyproject.toml": "[tool.poetry]\npackage-mode = false\n"}, "poetry install --all-extras --no-root", ""),
        ({"pyproject.toml": PROJECT + POETRY_CORE}, "poetry install --all-extras", "poetry build"),
        ({"pyproject.toml": PROJECT, "uv.lock": ""}, "uv sync --locked --all-extras --all-groups", ""),
        (
            {"pyproject.toml": PROJECT + HATCHLING, "uv.lock": ""},
            "uv sync --locked --all-extras --all-groups",
            "uv build",
        ),
        (
            {"pyproject.toml": PROJECT + HATCHLING + '[dependency-groups]\ndev = ["pytest"]\n'},
            "uv sync --all-extras --all-groups",
            "uv build",
        ),
        ({"pyproject.toml": PROJECT}, "uv sync --all-extras --all-groups", ""),
        (
            {"pyproject.toml": PROJECT + "[tool.uv]\nconflicts = [[{extra = 'a'}, {extra = 'b'}]]\n"},
            "uv sync",
            "",
        ),
        ({"pyproject.toml": PROJECT + PDM, "pdm.lock": ""}, "pdm install --frozen-lockfile --group :all", "pdm build"),
        ({"pyproject.toml": PROJECT + "[tool.pdm]\ndistribution = false\n"}, "pdm install --group :all", ""),
        ({"pyproject.toml": PROJECT + HATCHLING + "[tool.hatch.envs.default]\n"}, "hatch env create", "hatch build"),
        ({"pyproject.toml": PROJECT + SETUPTOOLS}, "python -m pip install --editable .", "uv build --out-dir dist ."),
        (
            {"pyproject.toml": f'{PROJECT}[project.optional-dependencies]\ndev = ["pytest"]\n{SETUPTOOLS}'},
            "python -m pip install --editable '.[dev]'",
            "uv build --out-dir dist .",
        ),
        ({"requirements.txt": "flask\n"}, "python -m pip install --requirement requirements.txt", ""),
        (
            {"setup.py": "", "requirements-dev.txt": "pytest\n"},
            "python -m pip install --requirement requirements-dev.txt --editable .",
            "uv build --out-dir dist .",
        ),
        ({"main.py": ""}, "", ""),
    ],
)
def test_a_project_is_installed_and_built_by_its_own_client(files: dict[str, str], install: str, build: str) -> None:
    found = tools(files)
    assert (" ".join(found.install), found.build) == (install, build)


@pytest.mark.parametrize(
    ("extras", "files", "install"),
    [
        (["a"], {"pyproject.toml": "[tool.poetry]\n"}, "poetry install --extras a"),
        ([], {"pyproject.toml": "[tool.poetry]\n"}, "poetry install"),
        (["a", "b"], {"pyproject.toml": PROJECT, "uv.lock": ""}, "uv sync --locked --extra a --extra b --all-groups"),
        (["a"], {"pyproject.toml": PROJECT + SETUPTOOLS}, "python -m pip install --editable '.[a]'"),
    ],
)
def test_the_plan_names_the_extras(extras: list[str], files: dict[str, str], install: str) -> None:
    assert tools(files, extras=extras).install == (install,)


@pytest.mark.parametrize(
    ("manifest", "tests"),
    [
        ('[tool.poetry.group.dev.dependencies]\npytest = "*"\n', "poetry run pytest || [ $? -eq 5 ]"),
        (
            '[tool.poetry]\npackage-mode = false\n[tool.poetry.dev-dependencies]\npytest = "*"\n',
            "poetry run python -m pytest || [ $? -eq 5 ]",
        ),
        (PROJECT + '[dependency-groups]\ntest = ["pytest>=8"]\n', "uv run --no-sync python -m pytest || [ $? -eq 5 ]"),
        (PROJECT + SETUPTOOLS + "[tool.pytest.ini_options]\n", "pytest || [ $? -eq 5 ]"),
        ("[tool.poetry]\n", "poetry run python -m unittest discover || [ $? -eq 5 ]"),
    ],
)
def test_tests_are_run_by_what_the_project_declares(manifest: str, tests: str) -> None:
    assert tools({"pyproject.toml": manifest}).tests == tests


def test_the_plan_names_the_command_of_the_tests_and_the_scope_of_the_type_checker() -> None:
    manifest = PROJECT + '[dependency-groups]\ndev = ["mypy", "ruff"]\n'
    found = tools({"pyproject.toml": manifest}, tests="bash scripts/test.sh", types=["app", "a b"])
    assert found.tests == "uv run --no-sync bash scripts/test.sh"
    assert found.types == "uv run --no-sync mypy app 'a b'"
    assert (found.uses_types, found.uses_lint, found.lint) == (True, True, "uv run --no-sync ruff check")


@pytest.mark.parametrize(
    ("files", "uses"),
    [
        ({"pyproject.toml": PROJECT}, (False, False)),
        ({"pyproject.toml": PROJECT + "[tool.ruff]\n"}, (False, True)),
        ({"pyproject.toml": PROJECT, "ruff.toml": ""}, (False, True)),
        ({"pyproject.toml": PROJECT, "mypy.ini": ""}, (True, False)),
        ({"pyproject.toml": PROJECT, "pyrightconfig.json": ""}, (True, False)),
        ({"pyproject.toml": PROJECT + '[dependency-groups]\ndev = ["ty"]\n'}, (True, False)),
        ({"requirements-dev.txt": "ruff==0.5  # lint\nmypy ; python_version > '3'\n"}, (True, True)),
        ({"pyproject.toml": "["}, (False, False)),
    ],
)
def test_a_tool_counts_when_the_project_declares_or_configures_it(
    files: dict[str, str], uses: tuple[bool, bool]
) -> None:
    found = tools(files)
    assert (found.uses_types, found.uses_lint) == uses


def test_a_type_checker_with_files_of_its_own_gets_no_path() -> None:
    manifest = PROJECT + '[dependency-groups]\ndev = ["mypy"]\n[tool.mypy]\nfiles = ["app"]\n'
    assert tools({"pyproject.toml": manifest}).types == "uv run --no-sync mypy"

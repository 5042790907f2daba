"""The commands by which one Python project is installed, tested, checked, and built: those of its own client."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from migration.plan import Pipeline
from migration.toolchains.declared_packages import REQUIREMENTS, declared_packages
from migration.toolchains.project_files import ProjectFiles

Client = Literal["poetry", "uv", "pdm", "hatch", "pip"]
_LOCKS: dict[str, Client] = {"uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm"}
_BACKENDS: tuple[tuple[str, Client], ...] = (("poetry", "poetry"), ("uv_build", "uv"), ("pdm.", "pdm"))
_TYPE_CHECKERS = {
    "mypy": "mypy{paths}",
    "basedpyright": "basedpyright{paths}",
    "pyright": "pyright{paths}",
    "ty": "ty check{paths}",
    "pyrefly": "pyrefly check{paths}",
}
"""Package to its command. The first that a project declares is used."""
_RUN: dict[Client, str] = {
    "poetry": "poetry run ",
    "uv": "uv run --no-sync ",
    "pdm": "pdm run ",
    "hatch": "hatch run ",
    "pip": "",
}
_INSTALLED: dict[Client, str] = {
    "poetry": "poetry run python -m pip list --format=freeze --exclude-editable",
    "uv": "uv pip freeze --exclude-editable",
    "pdm": "pdm list --freeze",
    "hatch": "hatch run python -m pip list --format=freeze --exclude-editable",
    "pip": "python -m pip list --format=freeze --exclude-editable",
}
NO_TESTS = 5
"""Exit status of pytest, and of unittest from Python 3.12 on, without tests."""


@dataclass(frozen=True, kw_only=True)
class PythonToolchain:
    """What the jobs of one project run. run: precedes a command, which then runs in the project's environment.

    install, build, tests: commands; build is "" where nothing can be built. types, lint: the project's own commands;
    "" where it has none. uses_types, uses_lint: whether it is set up for a type checker, for ruff. freeze: lists what
    is installed, a requirement a line. constraint: of Python, "" for any. locks: files that decide what is installed.
    is_packaged: whether the installation contains the project itself.
    """

    client: Client
    run: str
    install: tuple[str, ...]
    tests: str
    build: str
    types: str
    lint: str
    uses_types: bool
    uses_lint: bool
    freeze: str
    constraint: str
    python: str
    locks: tuple[str, ...]
    is_packaged: bool


def python_toolchain(files: ProjectFiles | None, folder: str, pipeline: Pipeline) -> PythonToolchain:
    """Of the project in this folder. files: None where they are not known, which is taken for Poetry."""
    if files is None:
        files = ProjectFiles.of({"pyproject.toml": "[tool.poetry]\n", "test_unknown.py": ""})
        return _toolchain(files, ".", "poetry", pipeline, frozenset({"pytest"}))
    return _toolchain(files, folder, client_of(files, folder), pipeline, declared_packages(files, folder))


def client_of(files: ProjectFiles, folder: str) -> Client:
    """By the lock file, then by what the manifest has of a client, then by what pip cannot install."""
    document = files.toml(folder)
    tools, backend = document.get("tool", {}), document.get("build-system", {}).get("build-backend", "")
    if locked := next((client for name, client in _LOCKS.items() if files.has(folder, name)), None):
        return locked
    if built := next((client for prefix, client in _BACKENDS if backend.startswith(prefix)), None):
        return built
    if tools.get("hatch", {}).get("envs"):
        return "hatch"
    if named := next((client for client in ("uv", "pdm", "poetry") if client in tools), None):
        return named  # type: ignore[return-value]
    only_project = "project" in document and not backend and not files.has(folder, "setup.py", *REQUIREMENTS)
    return "uv" if only_project or "dependency-groups" in document else "pip"


def _toolchain(
    files: ProjectFiles, folder: str, client: Client, pipeline: Pipeline, declared: frozenset[str]
) -> PythonToolchain:
    document = files.toml(folder)
    is_packaged, run = _is_packaged(files, folder, client), _RUN[client]
    return PythonToolchain(
        client=client,
        run=run,
        install=_install(files, folder, client, pipeline),
        tests=_tests(pipeline, run, declared, document, is_packaged),
        build=_build(files, folder, client),
        types=_types(files, folder, run, pipeline, declared),
        lint=f"{run}ruff check" if "ruff" in declared else "",
        uses_types=bool(declared & _TYPE_CHECKERS.keys()) or _configures(files, folder, "mypy", "pyright", "ty"),
        uses_lint="ruff" in declared or _configures(files, folder, "ruff"),
        freeze=_INSTALLED[client],
        constraint=_constraint(document),
        python=files.text(folder, ".python-version").strip(),
        locks=tuple(name for name in ("pyproject.toml", *_LOCKS, *REQUIREMENTS) if files.has(folder, name)),
        is_packaged=is_packaged,
    )


def _constraint(document: Mapping[str, Any]) -> str:
    dependencies = document.get("tool", {}).get("poetry", {}).get("dependencies", {})
    return str(document.get("project", {}).get("requires-python") or dependencies.get("python") or "")


def _is_packaged(files: ProjectFiles, folder: str, client: Client) -> bool:
    document = files.toml(folder)
    tool, has_backend = document.get("tool", {}).get(client, {}), "build-system" in document
    if client == "poetry":
        return tool.get("package-mode") is not False
    if client == "uv":
        return bool(tool.get("package", has_backend))
    if client == "pdm":
        return bool(tool.get("distribution", has_backend))
    if client == "hatch":
        return not tool.get("envs", {}).get("default", {}).get("skip-install", False)
    return ("project" in document and has_backend) or files.has(folder, "setup.py")


def _install(files: ProjectFiles, folder: str, client: Client, pipeline: Pipeline) -> tuple[str, ...]:
    document, extras = files.toml(folder), pipeline.extras
    if client == "poetry":
        extra_options = ["--all-extras"] if extras is None else [f"--extras {each}" for each in extras]
        root = [] if _is_packaged(files, folder, client) else ["--no-root"]
        return (" ".join(["poetry install", *extra_options, *root]),)
    if client == "uv":
        return (_uv_sync(document, files.has(folder, "uv.lock"), extras),)
    if client == "pdm":
        groups = ":all" if extras is None else ",".join(extras)
        return (" ".join([f"pdm install{' --frozen-lockfile' * files.has(folder, 'pdm.lock')}", f"--group {groups}"]),)
    return ("hatch env create",) if client == "hatch" else _pip_install(files, folder, extras)


def _uv_sync(document: Mapping[str, Any], is_locked: bool, extras: Sequence[str] | None) -> str:
    conflicts = document.get("tool", {}).get("uv", {}).get("conflicts")  # then not all can be installed together
    words = ["uv sync", *(["--locked"] if is_locked else [])]
    if extras is not None:
        words += [f"--extra {each}" for each in extras]
    elif not conflicts:
        words.append("--all-extras")
    return " ".join([*words, *([] if conflicts else ["--all-groups"])])


def _pip_install(files: ProjectFiles, folder: str, extras: Sequence[str] | None) -> tuple[str, ...]:
    document = files.toml(folder)
    words = [f"--requirement {name}" for name in REQUIREMENTS if files.has(folder, name)]
    optional = document.get("project", {}).get("optional-dependencies", {}) if extras is None else extras
    if _is_packaged(files, folder, "pip"):
        words.append(f"--editable {shlex.quote('.[' + ','.join(optional) + ']')}" if optional else "--editable .")
    return (f"python -m pip install {' '.join(words)}",) if words else ()


def _tests(
    pipeline: Pipeline, run: str, declared: frozenset[str], document: Mapping[str, Any], is_packaged: bool
) -> str:
    if pipeline.tests:
        return f"{run}{pipeline.tests}"
    if "pytest" not in declared and "pytest" not in document.get("tool", {}):
        return f"{run}python -m unittest discover || [ $? -eq {NO_TESTS} ]"
    return f"{run}{'pytest' if is_packaged else 'python -m pytest'} || [ $? -eq {NO_TESTS} ]"


def _build(files: ProjectFiles, folder: str, client: Client) -> str:
    """The package that an application has, if its client builds one."""
    document = files.toml(folder)
    is_built = client == "poetry" or "build-system" in document or files.has(folder, "setup.py")
    if not is_built or not _is_packaged(files, folder, client):
        return ""
    return "uv build --out-dir dist ." if client == "pip" else f"{client} build"


def _types(files: ProjectFiles, folder: str, run: str, pipeline: Pipeline, declared: frozenset[str]) -> str:
    checker = next((name for name in _TYPE_CHECKERS if name in declared), None)
    if checker is None:
        return ""
    own = files.toml(folder).get("tool", {}).get("mypy", {})
    paths = list(pipeline.types)
    if not paths and checker == "mypy" and not own.keys() & {"files", "packages", "modules"}:
        paths = ["."]
    return run + _TYPE_CHECKERS[checker].format(paths="".join(f" {shlex.quote(path)}" for path in paths))


def _configures(files: ProjectFiles, folder: str, *tools: str) -> bool:
    settings = files.toml(folder).get("tool", {})
    named = [f"{tool}.{end}" for tool in tools for end in ("toml", "ini")] + [f".{tool}.toml" for tool in tools]
    return any(tool in settings for tool in tools) or files.has(
        folder, *named, "pyrightconfig.json" * ("mypy" in tools)
    )

"""The workflows of a repository, rendered from the templates of its kind in `workflows/`."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, get_args

import jinja2
import yaml
from packaging.utils import canonicalize_name

from migration import plan as planned
from migration.constraints import admits_minor
from migration.desired_state import pipeline_settings
from migration.desired_state.pinned_actions import pinned
from migration.desired_state.pipeline_settings import CodeArtifact, Registry
from migration.desired_state.setting_defaults import with_defaults
from migration.desired_state.stages import DesiredStateError
from migration.toolchains.node_toolchain import NodeToolchain, node_toolchain
from migration.toolchains.project_files import ProjectFiles
from migration.toolchains.python_toolchain import PythonToolchain, python_toolchain

TEMPLATES = Path(__file__).parent / "workflows"
WORKFLOW_FOLDER = ".github/workflows"
LOCK_FILE_CHECK = ".github/check_lock_files.py"
"""A program that the pipelines of Python repositories with private packages run: where each locked package is from."""
PYTHON_KINDS = ("python-packages", "python-service", "templates")

VERSIONS = {
    "runner": "ubuntu-24.04",
    "hatch": "1.18.2",
    "pdm": "2.29.4",
    "node": "22",
    "mkdocs": "1.6.1",
    "mypy": "2.4.1",
    "oasdiff": "v1.35.0",
    "openapi_spec_validator": "0.9.0",
    "openapi_typescript": "7.13.0",
    "oxlint": "1.94.0",
    "pip_audit": "2.10.1",
    "poetry": "2.5.1",
    "pymarkdown": "0.9.41",
    "ruff": "0.17.6",
    "twine": "7.0.0",
    "uv": "0.13.9",
}
"""What the jobs run on, and the tools that the repositories do not bring themselves."""

LINT_RULES = "E4,E7,E9,F"
"""Ruff's rules for what is a mistake in any style of writing, where a project configures none: ruff 0.17 has others by
default. https://docs.astral.sh/ruff/rules/"""

TEST_STEP = "Run the tests"
"""The name of the step that runs the repository's own tests."""


def workflows(kind: planned.Kind, values: Mapping[str, Any]) -> dict[str, str]:
    """The workflow files of a repository of this kind: path to text. values: those of `template_values`."""
    texts = {
        f"{WORKFLOW_FOLDER}/{template.name.removesuffix('.jinja')}": render(f"{kind}/{template.name}", values)
        for template in sorted((TEMPLATES / kind).iterdir())
    }
    return {path: text for path, text in texts.items() if text.strip()}


def render(template: str, values: Mapping[str, Any]) -> str:
    """The text of one template, with one line end at its end."""
    return _environment().get_template(template).render(values).rstrip("\n") + "\n"


@cache
def _environment() -> jinja2.Environment:
    """Jinja with marks that neither GitHub nor the shell uses here: << value >>, <% statement %>, <# remark #>."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATES, TEMPLATES.parent]),
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # this is YAML, where `quoted` does what is needed
        finalize=lambda value: value.rstrip("\n") if isinstance(value, str) else value,
    )
    environment.filters["scalar"] = _scalar
    environment.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)
    environment.globals["action"] = pinned
    environment.globals["version"] = VERSIONS
    environment.globals["lint_rules"] = LINT_RULES
    environment.globals["test_step"] = TEST_STEP
    environment.globals["lock_file_check"] = LOCK_FILE_CHECK
    environment.globals["setting"] = pipeline_settings
    return environment


def _scalar(text: str) -> str:
    """As a value of YAML, in quotes where it needs them."""
    is_plain = yaml.safe_load(f"key: {text}\n") == {"key": text}
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def template_values(
    plan: planned.Plan,
    repository: planned.Repository,
    owner: str,
    registry: Registry | None,
    files: ProjectFiles | None = None,
) -> Mapping[str, Any]:
    """The values of the templates for one repository.

    owner: organization or user on GitHub, in whose container registry the images are. files: its own, by which its
    tools are chosen; None where they are not known yet.
    Raises DesiredStateError when the repository needs a registry and there is none.
    """
    published = {package.name for package in repository.packages}
    needed = {name for package in repository.packages for name in package.depends_on} | set(repository.consumes)
    if registry is None and (published or needed):
        raise DesiredStateError(
            f"{repository.name} publishes or uses private packages, and the stack names no registry. "
            "Run: pulumi config set multirepo:registry devpi"
        )
    settings = with_defaults(plan.defaults, repository)
    pipeline = settings.pipeline or planned.Pipeline()
    projects = _projects(repository, pipeline, files)
    return {
        "name": repository.name,
        "kind": repository.kind,
        "default_branch": repository.default_branch,
        "packages": repository.packages,
        "contract": repository.contract,
        "dockerfile": repository.dockerfile,
        "test_service": repository.test_service,
        "python_version": pipeline_python(repository, [project.tools for project in projects]),
        "projects": projects,
        "python_tools": projects[0].tools,
        "node_tools": node_toolchain(files, ".", pipeline),
        "node_version": pipeline.node,
        "necessity": _necessity(pipeline, projects, node_toolchain(files, ".", pipeline), repository.kind),
        "selects_rules": not any(project.tools.uses_lint for project in projects),
        "release_environment": _release_environment(settings),
        "other_indexes": [address.rstrip("/") for address in plan.package_source.other_indexes],
        "has_suite": any(path.startswith("tests/") for path in repository.transforms.add_files),
        "has_versions": "versions.json" in repository.transforms.add_files,
        "image": _image(owner, repository.name),
        "released_images": {other.name: _image(owner, other.name) for other in plan.repositories if other.dockerfile},
        "not_code": "",
        "registry": registry,
        "source": plan.package_source.name,
        "credential_variables": _credential_variables(plan.package_source.name, projects[0].tools),
        "private": bool(needed),
        "oidc": isinstance(registry, CodeArtifact) and bool(needed),
        "private_names": sorted(
            canonicalize_name(package.name) for home in plan.repositories for package in home.packages
        ),
        "updates": _updates(repository, projects, node_toolchain(files, ".", pipeline)),
        "vendor_branch": planned.VENDOR_BRANCH if repository.moves else "",
    }


@dataclass(frozen=True, kw_only=True)
class Projects:
    """Projects of one repository that have the same tools, and so the same job. folders: "." is the root."""

    folders: tuple[str, ...]
    tools: PythonToolchain


def _projects(repository: planned.Repository, pipeline: planned.Pipeline, files: ProjectFiles | None) -> list[Projects]:
    """At least one. Folders whose tools are the same are together, in the plan's order."""
    by_tools: dict[PythonToolchain, list[str]] = {}
    packages = repository.packages if repository.kind == "python-packages" else ()
    for folder in [package.path for package in packages] or ["."]:
        by_tools.setdefault(python_toolchain(files, folder, pipeline), []).append(folder)
    return [Projects(folders=tuple(folders), tools=tools) for tools, folders in by_tools.items()]


def _necessity(
    pipeline: planned.Pipeline, projects: list[Projects], node: NodeToolchain, kind: planned.Kind | None
) -> Mapping[str, str]:
    """Check to "required", "advisory" or "none": the plan's word, or by whether the repository has the tool itself."""
    lint, types = bool(node.lint), bool(node.types)
    if kind in PYTHON_KINDS:
        lint = any(project.tools.uses_lint for project in projects)
        types = any(project.tools.uses_types for project in projects)
    uses = {"lint": lint, "types": types, "tests": True, "build": True, "contract": True, "audit": False}
    return {name: "required" if used else "advisory" for name, used in uses.items()} | dict(pipeline.checks)


def _release_environment(settings: planned.RepositorySettings) -> str:
    names = [environment.name for environment in settings.environments]
    return pipeline_settings.RELEASE_ENVIRONMENT if pipeline_settings.RELEASE_ENVIRONMENT in names else ""


def _credential_variables(source: str, tools: PythonToolchain) -> Mapping[str, str]:
    """The variables that the project's client reads for the index of this name. pip and others read .netrc."""
    name = re.sub("[^A-Z0-9]", "_", source.upper())
    stem = {"poetry": f"POETRY_HTTP_BASIC_{name}", "uv": f"UV_INDEX_{name}"}.get(tools.client, "REGISTRY")
    return {"username": f"{stem}_USERNAME", "password": f"{stem}_PASSWORD"}


def pipeline_python(repository: planned.Repository, projects: Sequence[PythonToolchain] = ()) -> str:
    """The minor version of Python that its jobs set up: the plan's, that of `.python-version`, or the oldest that
    `transforms.python`, or else every manifest, takes."""
    versions: tuple[str, ...] = get_args(planned.PythonVersion)
    named = [".".join(project.python.split(".")[:2]) for project in projects]
    own = [repository.transforms.python or project.constraint or "*" for project in projects]
    constraints = own or [repository.transforms.python or "*"]
    admitted = [version for version in versions if all(admits_minor(each, version) for each in constraints)]
    chosen = next((version for version in named if version in admitted), None)
    return repository.python or chosen or next(iter(admitted), versions[0])


def _updates(repository: planned.Repository, projects: list[Projects], node: NodeToolchain) -> dict[str, list[str]]:
    """What Dependabot watches: ecosystem to folders, "/" being the root.

    https://docs.github.com/en/code-security/reference/supply-chain-security/supported-ecosystems-and-repositories
    """
    updates: dict[str, list[str]] = {}
    for project in projects if repository.kind in PYTHON_KINDS else ():
        ecosystem = "uv" if "uv.lock" in project.tools.locks else "pip"
        updates.setdefault(ecosystem, []).extend(f"/{'' if folder == '.' else folder}" for folder in project.folders)
    if repository.kind == "vite-application":
        updates["bun" if node.manager == "bun" else "npm"] = ["/"]
    if repository.dockerfile:
        updates["docker"] = [str(PurePosixPath("/", repository.dockerfile).parent)]
    if repository.kind == "compose-tests":
        updates["docker-compose"] = ["/"]
    return updates


def _image(owner: str, name: str) -> str:
    """The name of the image in GitHub's registry, which takes lowercase letters only."""
    return f"ghcr.io/{owner}/{name}".lower()

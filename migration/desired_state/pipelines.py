"""The workflows of a repository, rendered from the templates of its kind in `workflows/`."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, get_args

import jinja2
from packaging.utils import canonicalize_name

from migration import plan as planned
from migration.constraints import admits_minor
from migration.desired_state import pipeline_settings
from migration.desired_state.pinned_actions import pinned
from migration.desired_state.pipeline_settings import CodeArtifact, Registry
from migration.desired_state.stages import DesiredStateError

TEMPLATES = Path(__file__).parent / "workflows"
WORKFLOW_FOLDER = ".github/workflows"
LOCK_FILE_CHECK = ".github/check_lock_files.py"
"""A program that the pipelines of Python repositories with private packages run: where each locked package is from."""
PYTHON_KINDS = ("python-packages", "python-service", "templates")

VERSIONS = {
    "runner": "ubuntu-24.04",
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
"""Ruff's rules for what is a mistake in any style of writing: https://docs.astral.sh/ruff/rules/"""


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
    environment.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)
    environment.globals["action"] = pinned
    environment.globals["version"] = VERSIONS
    environment.globals["lint_rules"] = LINT_RULES
    environment.globals["lock_file_check"] = LOCK_FILE_CHECK
    environment.globals["setting"] = pipeline_settings
    return environment


def template_values(
    plan: planned.Plan, repository: planned.Repository, owner: str, registry: Registry | None
) -> Mapping[str, Any]:
    """The values of the templates for one repository.

    owner: organization or user on GitHub, in whose container registry the images are.
    Raises DesiredStateError when the repository needs a registry and there is none.
    """
    published = {package.name for package in repository.packages}
    needed = {name for package in repository.packages for name in package.depends_on} | set(repository.consumes)
    if registry is None and (published or needed):
        raise DesiredStateError(
            f"{repository.name} publishes or uses private packages, and the stack names no registry. "
            "Run: pulumi config set multirepo:registry devpi"
        )
    credentials = f"POETRY_HTTP_BASIC_{re.sub('[.-]', '_', plan.package_source.name.upper())}"
    return {
        "name": repository.name,
        "kind": repository.kind,
        "default_branch": repository.default_branch,
        "packages": repository.packages,
        "contract": repository.contract,
        "dockerfile": repository.dockerfile,
        "test_service": repository.test_service,
        "python_version": pipeline_python(repository),
        "has_suite": any(path.startswith("tests/") for path in repository.transforms.add_files),
        "has_versions": "versions.json" in repository.transforms.add_files,
        "image": _image(owner, repository.name),
        "released_images": {other.name: _image(owner, other.name) for other in plan.repositories if other.dockerfile},
        "not_code": "",
        "registry": registry,
        "source": plan.package_source.name,
        "credential_variables": {"username": f"{credentials}_USERNAME", "password": f"{credentials}_PASSWORD"},
        "private": bool(needed),
        "oidc": isinstance(registry, CodeArtifact) and bool(needed),
        "private_names": sorted(
            canonicalize_name(package.name) for home in plan.repositories for package in home.packages
        ),
        "updates": _updates(repository),
        "vendor_branch": planned.VENDOR_BRANCH if repository.moves else "",
    }


def pipeline_python(repository: planned.Repository) -> str:
    """The minor version of Python that its jobs set up: the plan's, or the oldest that `transforms.python` takes."""
    versions: tuple[str, ...] = get_args(planned.PythonVersion)
    constraint = repository.transforms.python or "*"
    oldest = next((version for version in versions if admits_minor(constraint, version)), versions[0])
    return repository.python or oldest


def _updates(repository: planned.Repository) -> dict[str, list[str]]:
    """What Dependabot watches: ecosystem to folders, "/" being the root."""
    updates: dict[str, list[str]] = {}
    if repository.kind in PYTHON_KINDS:
        updates["pip"] = [f"/{package.path}" for package in repository.packages if package.path != "."] or ["/"]
    if repository.kind == "vite-application":
        updates["npm"] = ["/"]
    if repository.dockerfile:
        updates["docker"] = [str(PurePosixPath("/", repository.dockerfile).parent)]
    if repository.kind == "compose-tests":
        updates["docker-compose"] = ["/"]
    return updates


def _image(owner: str, name: str) -> str:
    """The name of the image in GitHub's registry, which takes lowercase letters only."""
    return f"ghcr.io/{owner}/{name}".lower()

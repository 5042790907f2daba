"""Clean Python environments, filled from the registry alone."""

import os
import re
import shutil
import sys
from pathlib import Path

import uv
from packaging.specifiers import SpecifierSet

from migration.desired_state.pipelines import VERSIONS
from migration.verification.harness.check import BrokenError, Evidence, SkippedError
from migration.verification.harness.commands import clean_environment, run
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.project_requirements import (
    manifest_document,
    python_constraint,
    requirements_of,
)

_CLIENTS = {
    "uv.lock": ("uv", "sync", "--frozen", "--all-extras", "--all-groups"),
    "poetry.lock": ("poetry", "install", "--no-interaction", "--all-extras", "--all-groups"),
}
"""Lock file to the command that installs by it."""

_NO_NETWORK = re.compile(
    r"error sending request|dns error|Temporary failure in name resolution|Connection refused|tcp connect error"
    r"|Network is unreachable|All attempts to connect|operation timed out",
    re.IGNORECASE,
)

_REMEDY = "Install it by hand from the registry alone. ./multirepo doctor CLONE diagnoses an install."


def python_environment(context: VerificationContext, name: str, folder: str, evidence: Evidence) -> Path:
    """The `bin` of an environment with everything that the project in `folder` of a repository asks for.

    By the client of its lock file, if it has one. Code in `src` is installed; other code is imported from the clone.
    """
    return context.once(f"python {name}/{folder}", evidence, lambda gathered: _make(context, name, folder, gathered))


def environment_with(
    context: VerificationContext,
    purpose: str,
    requirements: list[str],
    evidence: Evidence,
    *options: str,
    python: str = "",
) -> Path:
    """The `bin` of a new environment with these requirements, from the registry alone. options: for uv.

    python: the versions that may be used, as PEP 440 writes them; "" for any.

    Without a registry they come from the public index, if the plan has no package of its own.
    """
    if context.index is None and any(
        repository.packages or repository.consumes for repository in context.plan.repositories
    ):
        raise SkippedError("No registry is given.", "Set multirepo:registry in the stack, or give --index.")
    home = _new_environment(context, purpose, python, evidence)
    if requirements:
        private = [package.name for repository in context.plan.repositories for package in repository.packages]
        # A registry that was made again may have other files under the same names as the one before.
        fresh = [word for package in private for word in ("--refresh-package", package)]
        install = [uv.find_uv_bin(), "pip", "install", "--quiet", "--no-config", "--python", home]
        command = [*install, *fresh, *options, *requirements]
        _install(evidence, command, context, index_environment(context))
        index = f"--default-index {context.index.url} " if context.index else ""
        evidence.ran[-1] = f"uv pip install {index}{' '.join([*options, *requirements])}"
    return home / "bin"


def index_environment(context: VerificationContext) -> dict[str, str]:
    """The variables by which uv reads the registry and nothing else, if there is one. The token is in no argument."""
    cache = str(context.cache / "uv")
    index = context.index.client_environment() if context.index else {}
    return clean_environment(**index, UV_CACHE_DIR=cache, UV_HTTP_TIMEOUT="180")


def tool(context: VerificationContext, package: str, version: str, *command: str) -> list[object]:
    """A tool of the pipelines, at the version that they use, in an environment of its own."""
    return [uv.find_uv_bin(), "tool", "run", "--quiet", "--from", f"{package}=={version}", *command]


def _make(context: VerificationContext, name: str, folder: str, evidence: Evidence) -> Path:
    clone = context.clone(name, evidence)
    manifest = clone / folder / "pyproject.toml"
    document = manifest_document(manifest)
    purpose = f"{name}-{folder}".replace("/", "-").replace("-.", "")
    home = context.folder / "environments" / purpose
    shutil.rmtree(home, ignore_errors=True)
    if (lock := next(filter(Path.exists, (manifest.with_name(file) for file in _CLIENTS)), None)) is not None:
        return _synchronize(context, name, folder, _CLIENTS[lock.name], evidence)
    programs = environment_with(
        context, purpose, requirements_of(manifest, clone), evidence, python=python_constraint(document)
    )
    if (
        (manifest.parent / "src").is_dir()
        and "build-system" in document
        and not (clone / folder / "src/__init__.py").exists()
    ):
        copy = _copy(context, name, purpose, evidence) / folder
        install = [uv.find_uv_bin(), "pip", "install", "--quiet", "--no-config", "--no-deps", "--python", home, copy]
        _install(evidence, install, context, index_environment(context))
        evidence.ran[-1] = f"uv pip install --no-deps {name}/{folder}"
    return programs


def _synchronize(
    context: VerificationContext, name: str, folder: str, command: tuple[str, ...], evidence: Evidence
) -> Path:
    """What the repository's own client installs by its lock file, in a copy: it may write beside the code."""
    purpose = f"{name}-{folder}".replace("/", "-").replace("-.", "")
    project = _copy(context, name, purpose, evidence) / folder
    document = manifest_document(project / "pyproject.toml")
    home = _new_environment(context, purpose, python_constraint(document), evidence)
    source = context.plan.package_source.name
    credentials = context.index.source_credentials(source) if context.index else {}
    environment = clean_environment(
        **credentials,
        **{"UV_CACHE_DIR": str(context.cache / "uv"), "UV_HTTP_TIMEOUT": "180", "UV_PROJECT_ENVIRONMENT": str(home)},
        **{"VIRTUAL_ENV": str(home), "PATH": f"{home / 'bin'}:{os.environ.get('PATH', os.defpath)}"},
        POETRY_CACHE_DIR=str(context.cache / "poetry"),
    )
    program: list[object] = [uv.find_uv_bin()]
    if command[0] == "poetry":
        program = tool(context, "poetry", VERSIONS["poetry"], "poetry")
        if document.get("tool", {}).get("poetry", {}).get("package-mode") is False:
            command = (*command, "--no-root")
    _install(evidence, [*program, *command[1:]], context, environment, project)
    evidence.ran[-1] = " ".join(command)
    return home / "bin"


def _copy(context: VerificationContext, name: str, purpose: str, evidence: Evidence) -> Path:
    target = context.folder / "installed" / purpose
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(context.clone(name, evidence), target, symlinks=True)
    return target


def _new_environment(context: VerificationContext, purpose: str, python: str, evidence: Evidence) -> Path:
    """An empty environment with this program's Python, or with one that the constraint takes. Raises SkippedError."""
    home = context.folder / "environments" / purpose
    own = sys.version.partition(" ")[0]
    chosen = python if python and not SpecifierSet(python).contains(own, prereleases=True) else sys.executable
    command = [uv.find_uv_bin(), "venv", "--quiet", "--no-python-downloads", "--python", chosen, home]
    try:
        run(evidence, command, home.parent.parent, _REMEDY)
    except BrokenError as missing:
        if chosen == sys.executable:
            raise
        raise SkippedError(f"No Python {python} is on this machine.", f"Install one. {missing.remedy}") from None
    return home


def _install(
    evidence: Evidence,
    command: list[object],
    context: VerificationContext,
    environment: dict[str, str],
    folder: Path | None = None,
) -> None:
    """Run an installer. Raises SkippedError where the network fails, which says nothing about the repository."""
    try:
        run(evidence, command, folder or context.folder, _REMEDY, environment)
    except BrokenError as broken:
        if _NO_NETWORK.search(broken.why):
            raise SkippedError(f"The network fails here: {broken.why}", "Check it, and run verify again.") from None
        raise

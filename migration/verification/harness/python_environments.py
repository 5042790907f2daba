"""Clean Python environments, filled from the registry alone."""

import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import uv

from migration.packages.manifests.constraints import specifiers
from migration.packages.manifests.poetry import dependency_tables
from migration.verification.harness.check import BrokenError, Evidence, SkippedError
from migration.verification.harness.commands import clean_environment, run
from migration.verification.harness.context import VerificationContext

_REMEDY = "Install it by hand from the registry alone. ./multirepo doctor CLONE diagnoses an install."


def python_environment(context: VerificationContext, name: str, folder: str, evidence: Evidence) -> Path:
    """The `bin` of an environment with everything that the project in `folder` of a repository asks for.

    Its own code is not installed: it is imported from the clone, as under `poetry install`.
    """
    return context.once(f"python {name}/{folder}", evidence, lambda gathered: _made(context, name, folder, gathered))


def environment_with(
    context: VerificationContext, purpose: str, requirements: list[str], evidence: Evidence, *options: str
) -> Path:
    """The `bin` of a new environment with these requirements, from the registry alone. options: for uv.

    Without a registry they come from the public index, if the plan has no package of its own.
    """
    if context.index is None and any(
        repository.packages or repository.consumes for repository in context.plan.repositories
    ):
        raise SkippedError("No registry is given.", "Set multirepo:registry in the stack, or give --index.")
    home = context.folder / "environments" / purpose
    run(evidence, [uv.find_uv_bin(), "venv", "--quiet", "--python", sys.executable, home], home.parent.parent, _REMEDY)
    if requirements:
        private = [package.name for repository in context.plan.repositories for package in repository.packages]
        # A registry that was made again may have other files under the same names as the one before.
        fresh = [word for package in private for word in ("--refresh-package", package)]
        install = [uv.find_uv_bin(), "pip", "install", "--quiet", "--no-config", "--python", home]
        command = [*install, *fresh, *options, *requirements]
        run(evidence, command, context.folder, _REMEDY, index_environment(context))
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


def manifest_document(manifest: Path) -> dict[str, Any]:
    """A pyproject.toml of a clone. Raises BrokenError when it is not there, or no TOML."""
    where = f"{manifest.parent.name}/{manifest.name}"
    try:
        return tomllib.loads(manifest.read_text())
    except FileNotFoundError:
        raise BrokenError(f"There is no {where}.", "Add one, so that it can be installed.") from None
    except tomllib.TOMLDecodeError as error:
        raise BrokenError(f"{where} is not TOML: {error}.", "Fix it.") from None


def requirements_of(manifest: Path) -> list[str]:
    """What a pyproject.toml asks for, with every extra and group, as PEP 508 writes it.

    Raises BrokenError for a dependency that is not a version.
    """
    document = manifest_document(manifest)
    project = document.get("project", {})
    groups = [*project.get("optional-dependencies", {}).values(), *document.get("dependency-groups", {}).values()]
    standard = [item for each in (project.get("dependencies", []), *groups) for item in each if isinstance(item, str)]
    return [*standard, *_of_poetry(document, manifest)]


def _of_poetry(document: Mapping[str, Any], manifest: Path) -> Iterator[str]:
    for table in dependency_tables(document).values():
        for name, entry in table.items():
            if name == "python":
                continue
            settings = entry if isinstance(entry, Mapping) else {"version": entry}
            if "version" not in settings:
                where = f"{manifest.parent.name}/{manifest.name}"
                raise BrokenError(
                    f"{where}: {name} is taken from {dict(settings)}, not from the registry.",
                    "Name a published version of it.",
                )
            extras = f"[{','.join(settings['extras'])}]" if settings.get("extras") else ""
            marker = f"; {settings['markers']}" if settings.get("markers") else ""
            version = settings["version"]
            yield f"{name}{extras}{'' if version == '*' else specifiers(version)}{marker}"


def _made(context: VerificationContext, name: str, folder: str, evidence: Evidence) -> Path:
    manifest = context.clone(name, evidence) / folder / "pyproject.toml"
    requirements = requirements_of(manifest)
    purpose = f"{name}-{folder}".replace("/", "-").replace("-.", "")
    shutil.rmtree(context.folder / "environments" / purpose, ignore_errors=True)
    return environment_with(context, purpose, requirements, evidence)

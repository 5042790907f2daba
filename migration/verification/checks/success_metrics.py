"""The success metrics that a program can check."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import uv
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from migration.desired_state.pipelines import PYTHON_KINDS, WORKFLOW_FOLDER
from migration.plan import Pipeline, Repository
from migration.toolchains.declared_packages import REQUIREMENTS
from migration.toolchains.project_files import ProjectFiles
from migration.toolchains.python_toolchain import python_toolchain
from migration.verification.checks.integration import with_another_backend, with_another_frontend
from migration.verification.checks.rendered_pipeline import run_pipeline
from migration.verification.checks.standalone_repositories import (
    folders_of,
    needs_nothing_else,
    texts_of,
    uses_vitest_with_npm,
)
from migration.verification.checks.testing_service import tests_a_stranger, tests_what_it_is_told
from migration.verification.harness.check import BrokenError, Check, Evidence, SkippedError
from migration.verification.harness.commands import run
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.node import types_hold
from migration.verification.harness.project_requirements import manifest_document, requirements_of
from migration.verification.harness.python_environments import index_environment

PART = "Success Metrics"
_OTHERS_EVENTS = ("repository_dispatch", "workflow_run", "workflow_call")


def checks(context: VerificationContext) -> Iterator[Check]:
    """The metrics that apply to this plan."""
    has_page = any(repository.kind == "vite-application" for repository in context.plan.repositories)
    has_api = any(repository.contract and repository.contract.generated_by for repository in context.plan.repositories)
    has_tests = any(repository.kind == "compose-tests" for repository in context.plan.repositories)
    yield Check(
        name="metrics.deployable",
        part=PART,
        line="All components independently deployable",
        run=partial(_deployable, context),
    )
    if has_page and has_api and has_tests:
        yield Check(
            name="metrics.backends",
            part=PART,
            line="Frontend can swap backends",
            run=partial(with_another_backend, context),
        )
        yield Check(
            name="metrics.frontends",
            part=PART,
            line="Backend can swap frontends",
            run=partial(with_another_frontend, context),
        )
    for name in {repository.test_service for repository in context.plan.repositories if repository.test_service}:
        yield Check(
            name="metrics.solutions",
            part=PART,
            line=f"{name.replace('-', ' ').title()} tests multiple solutions",
            run=partial(_solutions, context, name),
        )
    yield Check(
        name="metrics.boundaries", part=PART, line="Clear product boundaries", run=partial(_boundaries, context)
    )
    yield Check(name="metrics.releases", part=PART, line="Independent release cycles", run=partial(_releases, context))


_NO_PYTHON = "No interpreter found"
"""What uv says where this machine lacks the Python of a project."""


def _deployable(context: VerificationContext, evidence: Evidence) -> None:
    """What a release carries is built from each clone alone."""
    built = 0
    for repository in context.plan.repositories:
        remedy = f"Build it in a clone of {repository.name} alone."
        if repository.kind == "vite-application":
            if uses_vitest_with_npm(context, repository, evidence):
                types_hold(context, repository.name, evidence)
            else:
                run_pipeline(context, repository, evidence, "build")
            built += 1
        elif repository.kind in PYTHON_KINDS:
            clone = context.copy(repository.name, "deployable", evidence)
            files = ProjectFiles.of(texts_of(clone))
            for folder in folders_of(repository):
                if files.has(folder, "pyproject.toml") or not files.has(folder, "setup.py", *REQUIREMENTS):
                    manifest_document(clone / folder / "pyproject.toml")
                if repository.packages or python_toolchain(files, folder, Pipeline()).build:
                    _build_wheel(context, repository, clone, folder, evidence, remedy)
                built += 1
    evidence.saw.append(f"{built} components, each built from its clone alone")


def _build_wheel(
    context: VerificationContext, repository: Repository, clone: Path, folder: str, evidence: Evidence, remedy: str
) -> None:
    target = context.folder / "built" / repository.name
    build = [uv.find_uv_bin(), "build", "--wheel", "--quiet", "--no-config", "--out-dir", target, folder]
    try:
        run(evidence, build, clone, remedy, index_environment(context))
    except BrokenError as broken:
        if _NO_PYTHON not in broken.why:
            raise
        raise SkippedError(f"{repository.name}: {broken.why}", "Install that Python.") from None


def _solutions(context: VerificationContext, name: str, evidence: Evidence) -> None:
    """The platform by configuration, and a program of nobody."""
    tests_what_it_is_told(context, name, evidence)
    tests_a_stranger(context, name, evidence)


def _boundaries(context: VerificationContext, evidence: Evidence) -> None:
    """Between repositories there are released versions that the plan names, and nothing else."""
    private = {canonicalize_name(package.name): home for home in context.plan.repositories for package in home.packages}
    for repository in context.plan.repositories:
        needs_nothing_else(context, repository, evidence)
        allowed = {canonicalize_name(name) for name in repository.consumes} | _brought_along(context, repository)
        for folder in folders_of(repository) if repository.kind in PYTHON_KINDS else ():
            clone = context.clone(repository.name, evidence)
            requirements = map(Requirement, requirements_of(clone / folder / "pyproject.toml", clone))
            used = {canonicalize_name(requirement.name) for requirement in requirements} & private.keys()
            own = {canonicalize_name(package.name) for package in repository.packages}
            if foreign := used - allowed - own:
                raise BrokenError(
                    f"{repository.name} uses {', '.join(sorted(foreign))}, and the plan does not say so.",
                    f"Add it to `consumes` of {repository.name}, or do without it.",
                )
    evidence.saw.append("every dependency between repositories is a version that the plan names")


def _brought_along(context: VerificationContext, repository: Repository) -> set[str]:
    """What the packages that it consumes need; a manifest with an explicit source has to name them too."""
    needs: Mapping[str, Any] = {
        canonicalize_name(package.name): package.depends_on
        for home in context.plan.repositories
        for package in home.packages
    }
    found: set[str] = set()
    waiting = [canonicalize_name(name) for name in repository.consumes]
    while waiting:
        for name in needs.get(waiting.pop(), ()):
            if canonicalize_name(name) not in found:
                found.add(canonicalize_name(name))
                waiting.append(canonicalize_name(name))
    return found


def _releases(context: VerificationContext, evidence: Evidence) -> None:
    """A tag in one repository starts its own release alone, and no other has to change for a patch of it."""
    for repository in context.plan.repositories:
        folder = context.clone(repository.name, evidence) / WORKFLOW_FOLDER
        for path in sorted(folder.glob("*.yml")):
            started = yaml.load(path.read_text(), yaml.BaseLoader)["on"]
            foreign = [event for event in _OTHERS_EVENTS if event in started]
            if foreign:
                raise BrokenError(
                    f"{path.name} of {repository.name} is started by {', '.join(foreign)}: by another repository.",
                    "Start a release by a tag of its own repository.",
                )
    accepted = [
        line for repository in context.plan.repositories for line in _next_patches(context, repository, evidence)
    ]
    evidence.saw.append(f"releases start by their own tags; {len(accepted)} uses take the next patch unchanged")


def _next_patches(context: VerificationContext, repository: Repository, evidence: Evidence) -> Iterator[str]:
    """Each use of a private package, after it was seen to take that package's next patch release as it stands."""
    packages = {
        canonicalize_name(package.name): package for home in context.plan.repositories for package in home.packages
    }
    for folder in folders_of(repository) if repository.kind in PYTHON_KINDS else ():
        clone = context.clone(repository.name, evidence)
        for requirement in map(Requirement, requirements_of(clone / folder / "pyproject.toml", clone)):
            package = packages.get(canonicalize_name(requirement.name))
            if package is None:
                continue
            major, minor, patch = (*Version(package.version).release, 0, 0)[:3]
            following = f"{major}.{minor}.{patch + 1}"
            if not requirement.specifier.contains(following):
                raise BrokenError(
                    f"{repository.name} asks for {requirement}, so {following} would change it too.",
                    f"Ask for {package.name} ^{package.version}.",
                )
            yield f"{requirement}"

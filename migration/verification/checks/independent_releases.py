"""Releases are independent: the next patch of each repository, really made, in copies of all of them.

The commit and the tag are pushed to copies, the jobs of the release's workflow are run, what they publish goes to an
index of this check. Afterwards nothing else is different: no ref of another repository, no version but the new one.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from migration.desired_state.pipeline_settings import INDEX_URL, PUBLISH_TOKEN, PUBLISH_URL, PUBLISHER
from migration.desired_state.pipelines import PYTHON_KINDS, WORKFLOW_FOLDER
from migration.errors import RegistryError
from migration.plan import Package, Repository
from migration.verification.checks.standalone_repositories import TESTS, folders_of, line_with, title_of
from migration.verification.harness.check import BrokenError, Check, Evidence, SkippedError
from migration.verification.harness.commands import run
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.project_requirements import requirements_of
from migration.verification.harness.python_environments import environment_with
from migration.verification.trial_release.patch import patches_after, version_of, write_version
from migration.verification.trial_release.scratch_github import ScratchGitHub, scratch_github
from migration.verification.trial_release.scratch_index import ScratchIndex, release_of, scratch_index
from migration.verification.workflow_run.runner import WorkflowRunner
from migration.verification.workflow_run.workflow_files import filled, read_workflow, started_by_tag

FOLLOW_THE_TAG = "Let the version of what is released follow the tag, and publish nothing that did not change."
_WITHOUT_RELEASES = (None, "compose-tests")


def checks(context: VerificationContext) -> Iterator[Check]:
    """The line about each repository whose kind has a release."""
    for repository in context.plan.repositories:
        if repository.kind not in _WITHOUT_RELEASES:
            yield Check(
                name=f"{repository.name}.release",
                part=title_of(repository),
                line="A patch release of it leaves all others untouched",
                run=partial(_check_released_alone, context, repository),
            )


@dataclass(frozen=True, kw_only=True)
class _Patch:
    """The release that is made. package: None for a repository that publishes none. before: the version now."""

    repository: Repository
    package: Package | None
    before: str
    version: str

    @property
    def tag(self) -> str:
        return f"v{self.version}"

    @property
    def remedy(self) -> str:
        return f"Make {self.tag} of {self.repository.name} by hand, and look at what its release does."


def _check_released_alone(context: VerificationContext, repository: Repository, evidence: Evidence) -> None:
    folder = context.folder / "releases" / repository.name
    if repository.packages and context.index is None:
        raise SkippedError("No registry is given.", "Set multirepo:registry in the stack, or give --index.")
    github = scratch_github(context, folder / "github")
    with scratch_index(context.index, folder / "uploaded") as index:
        patch = _next(context, repository, evidence)
        before = {name: github.refs(name) for name in github.names}
        clone = _push(patch, github, folder / "clone", evidence)
        _run_release(context, patch, clone, github, index, folder, evidence)
        _nothing_else_changed(patch, before, github)
        _check_published_as_it_should(context, patch, index, evidence)
        if patch.package:
            _check_taken_by_a_consumer(context, patch, patch.package, index, folder, evidence)


def _next(context: VerificationContext, repository: Repository, evidence: Evidence) -> _Patch:
    """The first patch that is neither tagged nor published. Of several packages the first that another one uses."""
    used = {name for repository in context.plan.repositories for name in repository.consumes}
    packages = sorted(repository.packages, key=lambda each: each.name not in used)
    package = packages[0] if packages else None
    project = context.clone(repository.name, evidence) / (package.path if package else ".")
    refs = context.remote(repository.name).refs()
    tags = {ref.removeprefix("refs/tags/") for ref in refs if ref.startswith("refs/tags/v")}
    last = max((tag for tag in tags if re.fullmatch(r"v\d+\.\d+\.\d+", tag)), key=_numbers, default="v0.0.0")
    before = version_of(project) or last.removeprefix("v")
    for version in patches_after(before):
        if f"v{version}" not in tags and not _published(context, package, version):
            return _Patch(repository=repository, package=package, before=before, version=version)
    raise AssertionError("patches never end")


def _published(context: VerificationContext, package: Package | None, version: str) -> bool:
    """Whether the real registry has this version."""
    if package is None or context.index is None:
        return False
    try:
        return bool(context.index.files(package.name, version))
    except RegistryError as error:
        raise BrokenError(str(error), "Start the registry, or check its address and the reader's token.") from None


def _numbers(tag: str) -> tuple[int, ...]:
    return tuple(map(int, tag.removeprefix("v").split(".")))


def _push(patch: _Patch, github: ScratchGitHub, clone: Path, evidence: Evidence) -> Path:
    """The commit and the tag, as a person makes them. The clone."""
    repository = patch.repository
    github.clone(repository.name, clone, repository.default_branch)
    write_version(clone / (patch.package.path if patch.package else "."), patch.version)
    for arguments in (
        ("add", "--all"),
        ("commit", "--quiet", "--message", f"Release {patch.version}"),
        ("tag", "--annotate", "--message", patch.version, patch.tag),
        ("push", "--quiet", "origin", repository.default_branch, patch.tag),
    ):
        github.git(clone, *arguments)
    evidence.ran.append(f"git push {repository.default_branch} {patch.tag}, to a copy of {repository.name}")
    return clone


def _run_release(
    context: VerificationContext,
    patch: _Patch,
    clone: Path,
    github: ScratchGitHub,
    index: ScratchIndex,
    folder: Path,
    evidence: Evidence,
) -> None:
    """Every workflow of the repository that the tag starts, job by job."""
    name = patch.repository.name
    contexts = {
        "github": {
            **{"ref_name": patch.tag, "ref": f"refs/tags/{patch.tag}", "repository": f"{context.owner}/{name}"},
            **{"actor": "verify", "token": index.token, "server_url": "https://github.com"},
        },
        "vars": {INDEX_URL: index.simple, PUBLISH_URL: f"{index.address}/", PUBLISHER: index.user},
        "secrets": {PUBLISH_TOKEN: index.token},
    }
    files = sorted((clone / WORKFLOW_FOLDER).glob("*.y*ml"))
    started = {file.name: read_workflow(file) for file in files if started_by_tag(read_workflow(file), patch.tag)}
    if not started:
        raise BrokenError(f"No workflow of {name} is started by the tag {patch.tag}.", "Run pulumi up: it has one.")
    for file, workflow in started.items():
        _speaks_of_no_other(context, patch, f"{file} of {name}", filled(workflow["jobs"], {**contexts, "steps": {}}))
        runner = WorkflowRunner(
            folder=folder / file,
            cache=context.cache / "uv",
            checkout=lambda workspace, whole: github.clone(name, workspace, patch.tag, whole=whole),
            variables=github.variables,
            contexts=contexts,
        )
        result = runner.run(workflow, evidence, patch.remedy)
        if result.failures:
            raise BrokenError(f"A step of its release does not pass here: {result.failures[0]}", patch.remedy)
        if result.skipped:
            raise SkippedError(f"Its release cannot be run here: {result.skipped[0]}", patch.remedy)
        asked = result.asked
        _carries_its_version(patch, runner.artifacts)
        _speaks_of_no_other(context, patch, f"{file} of {name}", asked)
        evidence.saw.append(f"{file}, started by {patch.tag}, ran through")
        if asked:
            evidence.saw.append(f"not done, only noted: {'; '.join(asked)}")


def _speaks_of_no_other(context: VerificationContext, patch: _Patch, where: str, requests: Any) -> None:
    """Neither a job nor what it asks of GitHub names another repository of the plan: it would start or change it."""
    others = [
        re.escape(repository.name)
        for repository in context.plan.repositories
        if repository.name != patch.repository.name
    ]
    named = re.compile(rf"(?<![\w.-]){re.escape(context.owner)}/({'|'.join(others)})(?![\w-])", re.IGNORECASE)
    if others and (found := named.search(json.dumps(requests))):
        raise BrokenError(
            f"{where} speaks to {found[1]}: a release of {patch.repository.name} would start or change it.",
            "Let a release end in its own repository. Its consumers take the new version when they choose.",
        )


def _carries_its_version(patch: _Patch, artifacts: Path) -> None:
    """What is built of a repository without packages is built at the version of its tag."""
    built = [path.name for path in artifacts.rglob("*") if path.name.endswith((".whl", ".tar.gz"))]
    project = canonicalize_name(patch.repository.name)
    for file in () if patch.package else built:
        name, version = release_of(file) if file != f"{patch.tag}.tar.gz" else (project, Version(patch.version))
        if version != Version(patch.version):
            raise BrokenError(f"The release {patch.tag} of {name} carries {file}.", FOLLOW_THE_TAG)


def _nothing_else_changed(patch: _Patch, before: dict[str, dict[str, str]], github: ScratchGitHub) -> None:
    name = patch.repository.name
    own = {f"refs/heads/{patch.repository.default_branch}", f"refs/tags/{patch.tag}"}
    for other in github.names:
        now = github.refs(other)
        changed = {ref for ref in {*now, *before[other]} if now.get(ref) != before[other].get(ref)}
        if foreign := changed - (own if other == name else set()):
            raise BrokenError(
                f"The release {patch.tag} of {name} changed {', '.join(sorted(foreign))} of {other}.", patch.remedy
            )


def _check_published_as_it_should(
    context: VerificationContext, patch: _Patch, index: ScratchIndex, evidence: Evidence
) -> None:
    """The one package at the version of the tag, as wheel and sdist, and nothing else; none in the real registry."""
    files = sorted(path.name for path in index.folder.iterdir())
    evidence.saw.append(f"published: {', '.join(files) or 'nothing, as it has no package'}")
    expected = {(canonicalize_name(patch.package.name), Version(patch.version))} if patch.package else set()
    if {release_of(file) for file in files} != expected:
        should = ", ".join(f"{name} {version}" for name, version in expected) or "nothing"
        raise BrokenError(
            f"{patch.tag} published {', '.join(files) or 'nothing'}, and should have published {should}.",
            FOLLOW_THE_TAG,
        )
    if _published(context, patch.package, patch.version):
        raise BrokenError(f"{patch.tag} went to the real registry, where none was to be made.", "Remove it there.")


def _check_taken_by_a_consumer(
    context: VerificationContext, patch: _Patch, package: Package, index: ScratchIndex, folder: Path, evidence: Evidence
) -> None:
    """One that uses it gets the new version as it stands, and passes its tests; and with the old one still."""
    users = [
        repository
        for repository in context.plan.repositories
        if package.name in repository.consumes and repository.kind in PYTHON_KINDS
    ]
    if not users:
        evidence.saw.append(f"nothing uses {package.name}")
        return
    user = users[0]
    clone = context.clone(user.name, evidence)
    for project in folders_of(user):
        requirements = requirements_of(clone / project / "pyproject.toml", clone)
        if canonicalize_name(package.name) not in {
            canonicalize_name(Requirement(requirement).name) for requirement in requirements
        }:
            continue
        for version in (patch.version, patch.before):
            requested = requirements if version == patch.version else [*requirements, f"{package.name}=={version}"]
            purpose = f"{package.name}-{version}-{user.name}-{project}".replace("/", "-").replace("-.", "")
            programs = environment_with(context, purpose, requested, evidence, "--find-links", index.uploaded)
            command = [programs / "python", "-c", "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"]
            installed = run(Evidence(), [*command, package.name], folder, patch.remedy).strip()
            if installed != version:
                raise BrokenError(
                    f"{user.name} gets {package.name} {installed} instead of {version}.",
                    f"Ask for {package.name} ^{patch.before} in its manifest.",
                )
            output = run(evidence, [programs / "python", *TESTS], clone / project, patch.remedy)
            evidence.saw.append(f"{user.name} with {package.name} {version}: {line_with(' passed', output)}")

"""Manifests of Python projects that exclude the Python of the rendered pipelines."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from migration.constraints import admits_minor
from migration.desired_state.pipelines import pipeline_python
from migration.git.pipeline_files import project_files
from migration.plan import Pipeline, Repository
from migration.preflight.checks.findings import Finding, Severity
from migration.toolchains.project_files import ProjectFiles
from migration.toolchains.python_toolchain import python_toolchain

CHECK = "python-pipeline"


def unfit_manifests(repository: Repository, git_dir: Path, head: str | None) -> Iterator[Finding]:
    """Manifests, as the plan's transforms leave them, that exclude the Python of the jobs."""
    if repository.kind not in ("python-packages", "python-service"):
        return
    files = _files(repository, git_dir, head)
    packages = repository.packages if repository.kind == "python-packages" else ()
    tools = {folder: python_toolchain(files, folder, Pipeline()) for folder in [p.path for p in packages] or ["."]}
    version = pipeline_python(repository, list(tools.values()))
    for folder, project in tools.items():
        constraint = project.constraint and (repository.transforms.python or project.constraint)
        path = str(PurePosixPath(folder, "pyproject.toml"))
        if constraint and not admits_minor(constraint, version):
            yield Finding(
                severity=Severity.WARNING,
                check=CHECK,
                repository=repository.name,
                path=path,
                problem=f"takes Python {constraint}, and the jobs of the pipelines run on {version}",
                remedy=f"Set `python:` of {repository.name} in the plan to a version that it takes, like "
                '`python: "3.12"`.',
                commit=None if path in repository.transforms.add_files else head,
            )


def _files(repository: Repository, git_dir: Path, head: str | None) -> ProjectFiles:
    files = project_files(git_dir, head) if head else ProjectFiles()
    replaced = {
        path: _replaced(files.texts[path], passages)
        for path, passages in repository.transforms.replace_text.items()
        if path in files.texts
    }
    return files.over(replaced).over(repository.transforms.add_files)


def _replaced(text: str, passages: dict[str, str]) -> str:
    for old, new in passages.items():
        text = text.replace(old, new)
    return text

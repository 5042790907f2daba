"""Manifests of Python projects that the rendered pipelines cannot install or build."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from migration.constraints import admits_minor
from migration.desired_state.pipelines import pipeline_python
from migration.plan import Repository
from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.history_objects import SYMLINK, files_at, store_of

CHECK = "python-pipeline"


def unfit_manifests(repository: Repository, git_dir: Path, head: str | None) -> Iterator[Finding]:
    """Manifests, as the plan's transforms leave them, that exclude the Python of the jobs, or that `poetry build`
    rejects. Of manifests that are not TOML nothing is said here: the transforms report them.
    """
    if repository.kind not in ("python-packages", "python-service"):
        return
    for path, text in _manifests(repository, git_dir, head).items():
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            continue
        for problem, remedy in (*_python(repository, document), *_package_mode(repository, document)):
            yield Finding(
                severity=Severity.WARNING,
                check=CHECK,
                repository=repository.name,
                path=path,
                problem=problem,
                remedy=remedy,
                commit=None if path in repository.transforms.add_files else head,
            )


def _manifests(repository: Repository, git_dir: Path, head: str | None) -> dict[str, str]:
    """Path to text, of the folders in which the jobs install."""
    folders = [package.path for package in repository.packages] if repository.kind == "python-packages" else ["."]
    paths = [str(PurePosixPath(folder, "pyproject.toml")) for folder in folders]
    texts = {path: text for path, text in repository.transforms.add_files.items() if path in paths}
    asked = [path for path in paths if path not in texts]
    if head and asked:
        files = {path: blob for path, (mode, blob) in files_at(git_dir, head, *asked).items() if mode != SYMLINK}
        contents = store_of(git_dir, head).read([bytes.fromhex(blob) for blob in files.values()])
        for path, (_, content) in zip(files, contents, strict=True):
            texts[path] = content.decode(errors="replace")
            for old, new in repository.transforms.replace_text.get(path, {}).items():
                texts[path] = texts[path].replace(old, new)
    return texts


def _python(repository: Repository, document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    dependencies = _poetry(document).get("dependencies", {})
    constraint = document.get("project", {}).get("requires-python") or dependencies.get("python")
    if constraint is None:
        return
    constraint = repository.transforms.python or str(constraint)
    version = pipeline_python(repository)
    if not admits_minor(constraint, version):
        yield (
            f"takes Python {constraint}, and the jobs of the pipelines run on {version}",
            f'Set `python:` of {repository.name} in the plan to a version that it takes, like `python: "3.12"`.',
        )


def _package_mode(repository: Repository, document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    is_built = repository.kind == "python-packages" or repository.packages or not repository.dockerfile
    if is_built and _poetry(document).get("package-mode") is False:
        yield (
            "has `package-mode = false`, and the pipelines build it as a package, which Poetry refuses",
            f"Remove `package-mode`, name a `dockerfile` for {repository.name}, or leave its `kind` out.",
        )


def _poetry(document: Mapping[str, Any]) -> Mapping[str, Any]:
    poetry: Mapping[str, Any] = document.get("tool", {}).get("poetry", {})
    return poetry

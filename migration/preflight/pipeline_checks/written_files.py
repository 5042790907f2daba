"""Moved files that are where the stack writes its own, and files that its pipelines need and do not find."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from migration.desired_state.managed_files import managed_files
from migration.desired_state.pipeline_settings import Devpi
from migration.git.tree_entries import kinds_at
from migration.plan import Plan, Repository
from migration.preflight.checks.findings import Finding, Severity

IN_THE_WAY = "managed-files"
_AWAY = "Rename it in the monorepo, or exclude it."
_KEEP = "Move what must stay to another file first."
DOCKERFILE = "dockerfile"
_REGISTRY = Devpi(index_url="https://registry.invalid/simple/", reader="reader")
"""Any: the paths of the managed files do not depend on it."""


def written_over(plan: Plan, repository: Repository, git_dir: Path, head: str) -> Iterator[Finding]:
    """A refusal where a file is in place of a folder or the reverse, a warning where the stack replaces a file."""
    paths = [file.path for file in managed_files(plan, repository.name, "owner", _REGISTRY)]
    folders = {str(folder) for path in paths for folder in PurePosixPath(path).parents} - {"."}
    kinds = kinds_at(git_dir, head, [*paths, *folders])
    for path in sorted(folders):
        if kinds.get(path, "tree") != "tree":
            problem = "is not a folder, and the stack writes files into a folder of this name"
            yield _finding(
                Severity.REFUSAL, repository, head, path, problem, "Rename it in the monorepo, or exclude it."
            )
    for path in paths:
        if kinds.get(path) == "tree":
            problem = "is a folder, and the stack writes a file of this name"
            yield _finding(
                Severity.REFUSAL, repository, head, path, problem, "Rename it in the monorepo, or exclude it."
            )
        elif path in kinds:
            problem = "is replaced by the file that the stack writes; its content stays in the history"
            yield _finding(
                Severity.WARNING, repository, head, path, problem, "Move what must stay to another file first."
            )


def missing_dockerfile(repository: Repository, git_dir: Path, head: str) -> Iterator[Finding]:
    """A refusal when the `dockerfile` of the plan is not in the repository: its pipelines build the image from it."""
    path = repository.dockerfile
    if path and path not in repository.transforms.add_files and kinds_at(git_dir, head, [path]).get(path) != "blob":
        remedy = "Correct `dockerfile` in the plan, or add the file with `transforms.add_files`."
        yield _finding(Severity.REFUSAL, repository, head, path, "is not in the repository", remedy, DOCKERFILE)


def _finding(
    severity: Severity, repository: Repository, head: str, path: str, problem: str, remedy: str, check: str = IN_THE_WAY
) -> Finding:
    return Finding(
        severity=severity,
        check=check,
        repository=repository.name,
        path=path,
        problem=problem,
        remedy=remedy,
        commit=head,
    )

"""The files of a repository that the stack writes, and keeps: pipelines, CODEOWNERS, Dependabot's settings."""

from dataclasses import dataclass

from migration import plan as planned
from migration.desired_state.pipeline_settings import Registry
from migration.desired_state.pipelines import LOCK_FILE_CHECK, PYTHON_KINDS, render, template_values, workflows
from migration.toolchains.project_files import ProjectFiles

CODE_OWNERS_PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks for CODEOWNERS, in its order; the first file counts."""


@dataclass(frozen=True, kw_only=True)
class ManagedFile:
    """path: from the root of the repository, "/" between names. content: the whole text, in UTF-8 with "\\n"."""

    path: str
    content: str


def managed_files(
    plan: planned.Plan, name: str, owner: str, registry: Registry | None, known: ProjectFiles | None = None
) -> tuple[ManagedFile, ...]:
    """Every managed file of the repository called `name`, sorted by path.

    owner: the organization or user on GitHub, to whom the teams belong.
    registry: where private packages are; None when the plan has none.
    known: the repository's own files, by which its tools are chosen; None where they are not known yet.
    Raises DesiredStateError when the repository needs a registry and there is none.
    """
    repository = next(repository for repository in plan.repositories if repository.name == name)
    files: dict[str, str] = {}
    if repository.kind is not None:
        if known is None and not repository.moves and repository.transforms.add_files:
            known = ProjectFiles.of(repository.transforms.add_files)
        values = template_values(plan, repository, owner, registry, known)
        files = workflows(repository.kind, values)
        if repository.kind in PYTHON_KINDS and values["private"]:
            files[LOCK_FILE_CHECK] = render("check_lock_files.py.jinja", values)
        if values["updates"]:
            files[".github/dependabot.yml"] = render("dependabot.yml.jinja", values)
    if repository.code_owners:
        files[CODE_OWNERS_PATHS[0]] = code_owners(repository, owner)
    return tuple(ManagedFile(path=path, content=files[path]) for path in sorted(files))


def code_owners(repository: planned.Repository, owner: str) -> str:
    """The text of CODEOWNERS; the last pattern that matches a file wins, as in the plan.

    https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
    """
    lines = ["# Written by the migration's stack, whose next `pulumi up` undoes changes made here."]
    for pattern, owners in repository.code_owners.items():
        names = (member if member.startswith("@") else f"@{owner}/{member}" for member in owners)
        lines.append(" ".join([pattern.replace(" ", "\\ "), *names]))
    return "\n".join(lines) + "\n"

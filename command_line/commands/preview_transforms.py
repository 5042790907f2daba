"""`./multirepo preview-transforms`: what the plan's transforms change in a repository, as a diff."""

import difflib
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from command_line.stack.monorepo_and_split import present_split
from command_line.stack.stack import stack_for
from command_line.terminal.console import print_message, steps
from command_line.terminal.failures import CommandError
from command_line.terminal.options import MonorepoOption, PlanOption
from components.packages.private_packages import locking_of
from components.stack.locations import address_of, selections_of
from migration.desired_state import Stage, desired_state
from migration.git.command import run_git
from migration.git.tree_changes import Changes, Files, transformed_tree
from migration.plan import Plan, Repository, read_plan
from migration.transforms.applying import Transformed, transform
from migration.transforms.inherited_files import inherit

EXAMPLE_INDEX = "https://registry.example/simple/"
"""Shown where the stack has no registry yet."""


def preview_transforms(
    name: Annotated[str, typer.Argument(metavar="REPOSITORY", help="A repository of the plan.")],
    monorepo: MonorepoOption = None,
    plan: PlanOption = None,
) -> None:
    """Show the changes of the plan's transforms to a repository as a diff. Read-only."""
    stack = stack_for(monorepo, plan)
    read = read_plan(stack.plan_file)
    repository = _named(read, name)
    settings = stack.settings()
    with steps() as progress:
        # The stack's own split, unless the repository is still to come.
        stage = settings.stages.get(repository.wave, Stage.PLANNED)
        stages = {**settings.stages, repository.wave: Stage.MOVING if stage == Stage.PLANNED else stage}
        _, split = present_split(settings, read, selections_of(desired_state(read, stages)), progress)
    head = split.histories[name].head if name in split.histories else None
    before = head or run_git("hash-object", "-t", "tree", "-w", "--stdin", directory=split.git_dir).decode().strip()
    index_url = settings.index_url or EXAMPLE_INDEX
    applied: list[Transformed] = []

    locking = locking_of(settings, read, split)

    def apply(files: Files) -> Changes:
        applied.append(transform(files, read, repository, index_url, locking))
        return applied[0].changes

    inherited = (
        [inherit(split.git_dir, repository, split.monorepo_head, before, address_of(settings))]
        if repository.moves
        else []
    )
    after = transformed_tree(split.git_dir, before, [*inherited, apply])
    _print_remarks(name, applied[0], after)
    if after:
        _show(split.git_dir, before, after)


def _named(plan: Plan, name: str) -> Repository:
    repositories = {repository.name: repository for repository in plan.repositories}
    if name in repositories:
        return repositories[name]
    nearest = difflib.get_close_matches(name, repositories, n=1, cutoff=0) or [""]
    raise CommandError(f"The plan has no repository {name!r}. The nearest is {nearest[0]!r}.")


def _print_remarks(name: str, transformed: Transformed, after: str | None) -> None:
    """Remarks that the diff does not contain."""
    if after is None:
        print_message(f"{name}: the plan's transforms change nothing.")
    for doubt in transformed.doubts:
        print_message(f"? {doubt.path}:{doubt.line}: may mean the renamed module, and was left: {doubt.text}")
    for line in transformed.outside_syntax:
        print_message(f"~ {line.path}:{line.line}: changed by the renaming, outside of code: {line.text}")
    for lock_file in transformed.stale_lock_files:
        print_message(
            f"! {lock_file.path} names dependencies as they were ({lock_file.why}). Run there: {lock_file.command}"
        )


def _show(git_dir: Path, before: str, after: str) -> None:
    colour = "always" if sys.stdout.isatty() else "never"
    arguments = ("diff", "--stat", "--patch", "--find-renames", "--no-ext-diff", f"--color={colour}", before, after)
    subprocess.run(["git", "-C", str(git_dir), *arguments], check=True)

"""`./multirepo doctor`: problems in a clone of a target repository, and their fixes."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from command_line.reports.machine_report import machine_programs, table_of
from command_line.stack.stack import DEV, Stack
from command_line.terminal.console import print_message
from command_line.terminal.failures import CommandError
from command_line.terminal.options import PlanOption
from components.stack.exit_codes import ExitCode
from migration.git.command import GitError, run_git
from migration.packages.troubles import Trouble, troubles
from migration.plan import read_plan

PLACES_SHOWN = 10


def doctor(
    folder: Annotated[Path | None, typer.Argument(metavar="[CLONE]", help="A clone of a target repository.")] = None,
    plan: PlanOption = None,
    machine: Annotated[
        bool, typer.Option("--machine", help="Show the programs of this machine, and what will be installed.")
    ] = False,
) -> None:
    """Diagnose stale caches, registry access and unbuildable images in a clone. Read-only."""
    if machine == (folder is not None):
        raise CommandError("Name a clone of a target repository, or give --machine.")
    if folder is None:
        Console(highlight=False, soft_wrap=True).print(table_of(machine_programs()))
        return
    check_is_clone(folder, plan or Stack(DEV).plan_file)
    found = troubles(folder)
    for line in describe_troubles(folder, found):
        print_message(line)
    if found:
        raise typer.Exit(ExitCode.CHECK_FAILED)
    print_message("✓ No stale caches, no registry that rejects access, no image that copies a missing file.")


def check_is_clone(folder: Path, plan_file: Path) -> None:
    """Raises CommandError when the folder is not a clone of a repository of the plan."""
    if not folder.is_dir():
        raise CommandError(f"{folder}: Not a folder. Name a clone of a target repository.")
    names = {repository.name for repository in read_plan(plan_file).repositories}
    try:
        remotes = run_git("remote", "-v", directory=folder, user_config=True).decode(errors="replace").split()[1::3]
    except GitError:
        raise CommandError(f"{folder}: Not a Git repository. Name a clone of a target repository.") from None
    cloned = {address.rstrip("/").removesuffix(".git").rpartition("/")[2] for address in remotes}
    if not cloned & names:
        raise CommandError(
            f"{folder}: Not a clone of a repository of {plan_file.name}. It has: {', '.join(sorted(names))}. "
            "Name a clone of one of them, or its plan with --plan."
        )


def describe_troubles(folder: Path, found: Sequence[Trouble]) -> list[str]:
    """One text for each kind of problem: its places, and its fix once."""
    alike: dict[tuple[str, str], list[Trouble]] = {}
    for trouble in found:
        template = trouble.remedy.replace(_path(folder, trouble), "{}")
        alike.setdefault((trouble.problem, template), []).append(trouble)
    return [_describe_kind(folder, problem, template, same) for (problem, template), same in alike.items()]


def _describe_kind(folder: Path, problem: str, template: str, found: Sequence[Trouble]) -> str:
    if len(found) == 1:
        return f"✗ {found[0].place}: {problem}.\n  {found[0].remedy}"
    places = [trouble.place for trouble in found[:PLACES_SHOWN]]
    if len(found) > PLACES_SHOWN:
        places.append(f"… and {len(found) - PLACES_SHOWN:,} more")
    remedy = template.replace("{}", " ".join(_path(folder, trouble) for trouble in found))
    return "\n".join([f"✗ {len(found):,} places: {problem}.", *(f"    {place}" for place in places), f"  {remedy}"])


def _path(folder: Path, trouble: Trouble) -> str:
    return shlex.quote(str(folder / trouble.place))

"""`./multirepo doctor`: what commonly goes wrong in a clone of a new repository, and what to do."""

from pathlib import Path
from typing import Annotated

import typer

from command_line.terminal.console import tell
from command_line.terminal.exit_codes import ExitCode
from command_line.terminal.failures import CommandError
from migration.packages.troubles import troubles


def doctor(
    folder: Annotated[Path, typer.Argument(metavar="CLONE", help="A clone of one of the new repositories.")],
) -> None:
    """Look a clone through for stale caches, a refusing registry and images that cannot be built. Changes nothing."""
    if not folder.is_dir():
        raise CommandError(f"{folder} is no folder. Name a clone of one of the new repositories.")
    found = troubles(folder)
    for trouble in found:
        tell(f"✗ {trouble.place}: {trouble.problem}.\n  {trouble.remedy}")
    if found:
        raise typer.Exit(ExitCode.CHECK_FAILED)
    tell("✓ No stale caches, no registry that refuses, no image that copies what is not there.")

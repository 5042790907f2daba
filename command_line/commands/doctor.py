"""`./multirepo doctor`: problems in a clone of a target repository, and their fixes."""

from pathlib import Path
from typing import Annotated

import typer

from command_line.terminal.console import print_message
from command_line.terminal.exit_codes import ExitCode
from command_line.terminal.failures import CommandError
from migration.packages.troubles import troubles


def doctor(
    folder: Annotated[Path, typer.Argument(metavar="CLONE", help="A clone of a target repository.")],
) -> None:
    """Diagnose stale caches, registry access and unbuildable images in a clone. Read-only."""
    if not folder.is_dir():
        raise CommandError(f"{folder}: Not a folder. Name a clone of a target repository.")
    found = troubles(folder)
    for trouble in found:
        print_message(f"✗ {trouble.place}: {trouble.problem}.\n  {trouble.remedy}")
    if found:
        raise typer.Exit(ExitCode.CHECK_FAILED)
    print_message("✓ No stale caches, no registry that rejects access, no image that copies a missing file.")

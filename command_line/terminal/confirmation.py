"""What a command is about to change, and whether it may."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from command_line.terminal.console import print_message
from command_line.terminal.failures import CommandError
from components.stack.exit_codes import ExitCode

ChangedStackOption = Annotated[str, typer.Option("--stack", help="The stack to change.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before the change.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Print the changes, and make none.")]


def confirm_changes(changes: Sequence[str], is_confirmed: bool, is_dry_run: bool) -> None:
    """Print the changes, and ask for permission. Returns when the command may make them.

    changes: a line each. Raises typer.Exit for a dry run and for a no, CommandError where nobody can be asked.
    """
    print_message("\n".join(["This changes:", *(f"  {change}" for change in changes)]))
    if is_dry_run:
        print_message("Dry run: nothing was changed.")
        raise typer.Exit(ExitCode.OK)
    if is_confirmed:
        return
    if not sys.stdin.isatty():
        raise CommandError("Nothing was changed: there is no terminal to ask for permission. Add --yes or --dry-run.")
    if not typer.confirm("Continue?", err=True):
        print_message("Nothing was changed.")
        raise typer.Exit(ExitCode.INTERRUPTED)

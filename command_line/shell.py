"""`./multirepo shell`: a shell in which `pulumi` works on a stack of this checkout."""

import os
import subprocess
from typing import Annotated

import typer

from command_line import pulumi
from command_line.console import steps, tell
from command_line.environment import STATE
from command_line.place import prepare_place
from command_line.stacks import DEV, Stack


def shell(
    context: typer.Context,
    stack: Annotated[str, typer.Option(help="The stack that pulumi works on.")] = DEV,
) -> None:
    """Open a shell with Pulumi's engine, state and token set; with arguments, run them as a command in it."""
    with steps() as shown:
        place = prepare_place(Stack(stack), shown)
        pulumi.ensure_stack(stack, place.environment, STATE)
    command = context.args or [os.environ.get("SHELL", "/bin/sh")]
    if not context.args:
        tell(f"pulumi preview, up, refresh and destroy work here on stack {stack}. Leave with exit.")
    raise typer.Exit(subprocess.run(command, env=place.environment, check=False).returncode)

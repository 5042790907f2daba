"""`./multirepo shell`: open a shell with Pulumi set up for a stack."""

import os
import subprocess
from typing import Annotated

import typer

from command_line.pulumi_cli import up as pulumi
from command_line.pulumi_cli.environment import STATE
from command_line.stack.sandbox_stack import environment_with_engine, prepare_stack
from command_line.stack.stack import DEV, Stack
from command_line.terminal.console import print_message, steps


def shell(
    context: typer.Context,
    stack: Annotated[str, typer.Option(help="The stack that pulumi works on.")] = DEV,
) -> None:
    """Open a shell with Pulumi set up for a stack, or run the given command in it.

    A stack in the sandbox gets its state and token. Any other stack, new ones included, uses your own backend and
    GITHUB_TOKEN.
    """
    chosen = Stack(stack.rpartition("/")[2])
    with steps() as progress:
        if chosen.file.exists() and chosen.in_sandbox:
            environment = prepare_stack(chosen, progress).environment
            pulumi.ensure_stack(chosen.name, environment, STATE)
        else:
            environment = {**environment_with_engine(chosen, progress), "PULUMI_STACK": stack}
    command = context.args or [os.environ.get("SHELL", "/bin/sh")]
    if not context.args:
        print_message(f"pulumi preview, up, refresh and destroy use stack {stack} in this shell. Leave with exit.")
    raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)

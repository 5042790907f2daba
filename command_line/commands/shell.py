"""`./multirepo shell`: a shell in which `pulumi` works on a stack of this checkout."""

import os
import subprocess
from pathlib import Path
from typing import Annotated

import typer

from command_line.pulumi_cli import up as pulumi
from command_line.pulumi_cli.environment import STATE
from command_line.stack.sandbox_stack import environment_with_engine, prepare_place
from command_line.stack.stack import DEV, Stack
from command_line.terminal.console import steps, tell


def shell(
    context: typer.Context,
    stack: Annotated[str, typer.Option(help="The stack that pulumi works on.")] = DEV,
) -> None:
    """Open a shell in which pulumi works on a stack; with arguments, run them as a command in it.

    For a stack in the sandbox, its state and token are set; any other one, also one that is still to be made, uses
    your own backend and GITHUB_TOKEN.
    """
    chosen = Stack(stack.rpartition("/")[2])
    with steps() as shown:
        if chosen.file.exists() and chosen.in_sandbox:
            environment = prepare_place(chosen, shown).environment
            pulumi.ensure_stack(chosen.name, environment, STATE)
        else:
            environment = {**environment_with_engine(chosen, shown), "PULUMI_STACK": stack}
            backend = environment.get("PULUMI_BACKEND_URL", "")
            if backend.startswith("file://"):
                folder = Path(backend.removeprefix("file://").partition("?")[0]).expanduser()
                pulumi.mend_state(chosen.name, environment, folder)
    command = context.args or [os.environ.get("SHELL", "/bin/sh")]
    if not context.args:
        tell(f"pulumi preview, up, refresh and destroy work here on stack {stack}. Leave with exit.")
    raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)

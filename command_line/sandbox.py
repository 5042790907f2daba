"""`./multirepo sandbox`: the local GitHub of this checkout."""

import shutil
from typing import Annotated

import typer

from command_line.console import console, tell
from command_line.environment import STATE
from components.settings import SANDBOX_RECORD
from sandbox import process

ROOT = SANDBOX_RECORD.parent
sandbox = typer.Typer(help="The local GitHub of this checkout.", no_args_is_help=True)


@sandbox.command()
def start(
    port: Annotated[int | None, typer.Option(help="The port on 127.0.0.1; a free one if not given.")] = None,
) -> None:
    """Start it; it stays until it is stopped."""
    running = process.start(ROOT, port)
    tell(f"The sandbox listens on {running.address} (process {running.pid}).")
    _tell_log()


@sandbox.command()
def stop() -> None:
    """Stop it; what it holds stays."""
    tell("The sandbox is stopped." if process.stop(ROOT) else "No sandbox was running.")


@sandbox.command()
def status() -> None:
    """Say whether it runs, where, and how to watch it. Exit code 1 when it does not run."""
    running = process.status(ROOT)
    if running is None:
        tell("No sandbox is running. Start it with ./multirepo sandbox start.")
        raise typer.Exit(1)
    tell(f"The sandbox listens on {running.address} (process {running.pid}).")
    _tell_log()


@sandbox.command()
def reset() -> None:
    """Stop it and delete all that it holds, with the Pulumi state that describes it."""
    process.reset(ROOT)
    shutil.rmtree(STATE, ignore_errors=True)
    tell("The sandbox is empty. ./multirepo rehearse starts from nothing.")


def _tell_log() -> None:
    console.print(f"Follow its requests: tail -f {ROOT / 'requests.log'}", soft_wrap=True)

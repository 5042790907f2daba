"""`./multirepo sandbox`: the local GitHub of this checkout, and its package registry."""

import shutil
from typing import Annotated

import typer

from command_line.pulumi_cli.environment import STATE
from command_line.terminal.console import console, print_message
from components.stack.locations import COPIES
from components.stack.settings import SANDBOX_RECORD
from sandbox.daemon import process
from sandbox.registry import registry_process as registry

ROOT = SANDBOX_RECORD.parent
sandbox = typer.Typer(help="The local GitHub and package registry of this checkout.", no_args_is_help=True)


@sandbox.command()
def start(
    port: Annotated[int | None, typer.Option(help="The port on 127.0.0.1; a free one if not given.")] = None,
) -> None:
    """Start both in the background."""
    _print_status(process.start(ROOT, port), registry.start(ROOT))


@sandbox.command()
def stop() -> None:
    """Stop both. Keeps their data."""
    print_message("The sandbox is stopped." if process.stop(ROOT) else "No sandbox was running.")


@sandbox.command()
def status() -> None:
    """Print their addresses and log. Exits with 1 when the local GitHub is not running."""
    running = process.status(ROOT)
    if running is None:
        print_message("No sandbox is running. Start it with ./multirepo sandbox start.")
        raise typer.Exit(1)
    _print_status(running, registry.status(ROOT))


@sandbox.command()
def reset() -> None:
    """Stop both and delete their data, the Pulumi state and the copies of monorepos."""
    process.reset(ROOT)
    for folder in (STATE, COPIES):
        shutil.rmtree(folder, ignore_errors=True)
    print_message("The sandbox is empty. ./multirepo rehearse starts from nothing.")


def _print_status(running: process.Running, packages: registry.RunningRegistry | None) -> None:
    print_message(f"The sandbox listens on {running.address} (process {running.pid}).")
    if packages:
        print_message(f"Its package registry listens on {packages.address} (process {packages.pid}).")
    console.print(f"Follow its requests: tail -f {ROOT / 'requests.log'}", soft_wrap=True)

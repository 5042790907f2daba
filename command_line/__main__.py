"""`python -m command_line`: what the `multirepo` script hands over to."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from command_line.command_table import COMMANDS
from command_line.terminal.console import print_message
from command_line.terminal.failures import describe_failure, exit_code_of
from command_line.terminal.fault_reports import write_fault_report
from command_line.terminal.logs import start_logging
from command_line.terminal.temporary_folder import temporary_folder
from command_line.terminal.versions import describe_versions
from components.stack.exit_codes import ExitCode
from components.stack.settings import WORKSPACE
from components.stack.workspace import private_workspace

HELP_OPTIONS: dict[str, object] = {"help_option_names": ["-h", "--help"]}
PASSED_ON = {
    "shell": {"allow_extra_args": True, "allow_interspersed_args": False},
    "test": {"allow_extra_args": True, "ignore_unknown_options": True},
}
"""Their further arguments belong to the program that they run; of `shell`, everything after that program's name."""


def app_with(requested: str) -> typer.Typer:
    """The named command, because importing all takes a second; all commands for any other word."""
    app = typer.Typer(
        name="multirepo",
        help="Split a Git monorepo into repositories that keep their history.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings=HELP_OPTIONS,
    )
    app.callback()(set_up)
    for name in [requested] if requested in COMMANDS else COMMANDS:
        module = name.replace("-", "_")
        command = getattr(import_module(f"command_line.commands.{module}"), module)
        entry = COMMANDS[name]
        group, epilog = entry.group, entry.epilog
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name, context_settings=HELP_OPTIONS, rich_help_panel=group, epilog=epilog)
        else:
            settings = HELP_OPTIONS | PASSED_ON.get(name, {})
            app.command(name, context_settings=settings, rich_help_panel=group, epilog=epilog)(command)
    return app


def _print_version(is_requested: bool) -> None:
    if is_requested:
        typer.echo(describe_versions())
        raise typer.Exit


def set_up(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the versions and exit."),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Log requests, git and Pulumi commands to standard error.")
    ] = False,
    log_file: Annotated[Path | None, typer.Option("--log-file", help="Append that log to a file.")] = None,
) -> None:
    """Run before each command."""
    start_logging(verbose, log_file)


def with_log_options_first(arguments: list[str]) -> list[str]:
    """The arguments with --verbose and --log-file before the command, so that both orders work.

    What follows a command that passes its arguments on stays where it is.
    """
    first: list[str] = []
    others: list[str] = []
    remaining = list(arguments)
    while remaining:
        word = remaining.pop(0)
        if word == "--log-file" and remaining:
            first += [word, remaining.pop(0)]
        elif word == "--verbose" or word.startswith("--log-file="):
            first.append(word)
        else:
            others.append(word)
            if word == "--" or (len(others) == 1 and word in PASSED_ON):
                break
    return [*first, *others, *remaining]


def _requested_command(arguments: list[str]) -> str:
    options = iter(arguments)
    for word in options:
        if word == "--log-file":
            next(options, None)
        elif not word.startswith("-"):
            return word
    return ""


def main() -> None:
    """Run one command; a failure that people can fix is printed without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # for PYTHONIOENCODING=ascii
    arguments = with_log_options_first(sys.argv[1:])
    # Shells find the completion by the last part of the path, and a variable's name holds no slash.
    name = "multirepo" if any(word.endswith("-completion") for word in arguments) else "./multirepo"
    try:
        app = app_with(_requested_command(arguments))
        with private_workspace(), temporary_folder():
            app(arguments, prog_name=name, complete_var="_MULTIREPO_COMPLETE")
    except SystemExit as end:
        if end.code == ExitCode.INTERRUPTED:
            print_message("Stopped. Completed work is kept, on this machine and on GitHub. Run the command again.")
        raise
    except Exception as failure:
        code = exit_code_of(failure)
        if code is ExitCode.FAULT:
            report = write_fault_report(WORKSPACE / "faults")
            print_message(f"✗ Internal error of multirepo. Nothing was undone. Report {report}.")
        else:
            print_message(f"✗ {describe_failure(failure)}")
        sys.exit(code)


if __name__ == "__main__":
    main()

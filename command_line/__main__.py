"""`python -m command_line`: what the `multirepo` script hands over to."""

import sys
import traceback
from importlib import import_module

import typer

from command_line.terminal.console import print_message
from command_line.terminal.exit_codes import ExitCode
from command_line.terminal.failures import FAILURES, exit_code_of
from components.stack.settings import WORKSPACE

COMMANDS = (
    *("rehearse", "verify", "report", "prove", "preflight", "status", "carry", "rollback", "drift", "discover"),
    *("where", "preview-transforms", "rotate", "doctor", "shell", "test", "sandbox"),
)
"""Each is a function of its name in the module of its name; the last one has commands of its own."""
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def app_with(requested: str) -> typer.Typer:
    """The named command, because importing all takes a second; all commands for any other word."""
    app = typer.Typer(
        name="multirepo",
        help="Split a Git monorepo into repositories that keep their history.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(lambda: None)  # or an app with one command would take no name of a command
    for name in [requested] if requested in COMMANDS else COMMANDS:
        module = name.replace("-", "_")
        command = getattr(import_module(f"command_line.commands.{module}"), module)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(context_settings=PASSED_ON if name in ("shell", "test") else {})(command)
    return app


def main() -> None:
    """Run one command; a failure that people can fix is printed without a traceback."""
    try:
        app_with("".join(sys.argv[1:2]))(prog_name="./multirepo")
    except KeyboardInterrupt:
        print_message("Stopped. Run the same command again to go on.")
        sys.exit(130)
    except FAILURES as failure:
        print_message(f"✗ {failure}")
        sys.exit(exit_code_of(failure))
    except Exception:
        WORKSPACE.mkdir(exist_ok=True)
        report = WORKSPACE / "fault.txt"
        report.write_text(traceback.format_exc())
        print_message(f"✗ Internal error of multirepo. Nothing was undone. Report {report}.")
        sys.exit(ExitCode.FAULT)


if __name__ == "__main__":
    main()

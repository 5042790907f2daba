"""`python -m command_line`: what the `multirepo` script hands over to."""

import sys

import typer

from command_line.console import tell
from command_line.exit_codes import ExitCode
from command_line.failures import FAILURES, exit_code_of
from command_line.rehearse import rehearse
from command_line.sandbox import sandbox
from command_line.shell import shell
from command_line.test import test

app = typer.Typer(
    name="multirepo",
    help="Take a monorepo apart into independent repositories, with their history.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(rehearse)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(shell)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(test)
app.add_typer(sandbox, name="sandbox")


def main() -> int:
    """Run one command; a failure that people can do something about is told without a traceback."""
    try:
        app(standalone_mode=False)
    except typer.Exit as finished:
        return finished.exit_code
    except typer.Abort:
        return 130
    except KeyboardInterrupt:
        tell("Stopped. Run the same command again to go on.")
        return 130
    except FAILURES as failure:
        tell(f"[red]✗[/red] {failure}")
        return exit_code_of(failure)
    return ExitCode.OK


if __name__ == "__main__":
    sys.exit(main())

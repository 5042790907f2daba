"""`python -m command_line`: what the `multirepo` script hands over to."""

import sys
import traceback

import typer

from command_line.carry import carry
from command_line.console import tell
from command_line.discover import discover
from command_line.doctor import doctor
from command_line.drift import drift
from command_line.exit_codes import ExitCode
from command_line.failures import FAILURES, exit_code_of
from command_line.preflight import preflight
from command_line.preview_transforms import preview_transforms
from command_line.prove import prove
from command_line.rehearse import rehearse
from command_line.report import report
from command_line.rollback import rollback
from command_line.rotate import rotate
from command_line.sandbox import sandbox
from command_line.shell import shell
from command_line.status import status
from command_line.test import test
from command_line.verify import verify
from command_line.where import where
from components.stack.settings import WORKSPACE

app = typer.Typer(
    name="multirepo",
    help="Take a monorepo apart into independent repositories, with their history.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
app.command()(rehearse)
app.command()(verify)
app.command()(report)
app.command()(prove)
app.command()(preflight)
app.command()(status)
app.command()(carry)
app.command()(rollback)
app.command()(drift)
app.command()(discover)
app.command()(where)
app.command()(preview_transforms)
app.command()(rotate)
app.command()(doctor)
app.command(context_settings=PASSED_ON)(shell)
app.command(context_settings=PASSED_ON)(test)
app.add_typer(sandbox, name="sandbox")


def main() -> None:
    """Run one command; a failure that people can do something about is told without a traceback."""
    try:
        app(prog_name="./multirepo")
    except KeyboardInterrupt:
        tell("Stopped. Run the same command again to go on.")
        sys.exit(130)
    except FAILURES as failure:
        tell(f"✗ {failure}")
        sys.exit(exit_code_of(failure))
    except Exception:
        WORKSPACE.mkdir(exist_ok=True)
        report = WORKSPACE / "fault.txt"
        report.write_text(traceback.format_exc())
        tell(f"✗ This is a fault of multirepo, not of your input. Nothing was undone. Please report {report}.")
        sys.exit(ExitCode.FAULT)


if __name__ == "__main__":
    main()

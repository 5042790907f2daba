"""`./multirepo verify`: run every check of the checklist."""

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from command_line.reports.rehearsal_summary import in_words
from command_line.stack.monorepo_and_split import present_split
from command_line.stack.stack import stack_for, stack_named
from command_line.terminal.console import steps
from command_line.terminal.options import DockerOption, MonorepoOption, PlanOption
from command_line.verification.docker_daemon import containers
from command_line.verification.verification_run import evidence_file, verified, world_to_verify
from components.stack.exit_codes import ExitCode
from components.stack.locations import selections_of
from migration.desired_state import desired_state
from migration.plan import read_plan
from migration.verification.checks.moved_history import SplitUnderTest
from migration.verification.harness.check import Outcome, Verdict
from migration.verification.report.junit import as_junit
from migration.verification.report.record import Verification

MARKS = {Outcome.PASSES: "[green]✓[/green]", Outcome.FAILS: "[red]✗[/red]", Outcome.SKIPPED: "[yellow]?[/yellow]"}


def verify(
    stack: Annotated[str | None, typer.Option("--stack", help="The stack whose addresses are taken.")] = None,
    monorepo: MonorepoOption = None,
    plan: PlanOption = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Another owner than the stack's.")] = None,
    index: Annotated[str | None, typer.Option("--index", help="Another package index than the stack's.")] = None,
    docker: DockerOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write the verdicts as JUnit XML there.")] = None,
) -> None:
    """Run every check of a migration. Exits with 1 when one fails or is skipped."""
    chosen = stack_named(stack) if stack else stack_for(monorepo, plan)
    read = read_plan(chosen.plan_file)
    with steps() as progress, containers(docker, progress) as daemon:
        settings = chosen.settings()
        selections = selections_of(desired_state(read, settings.stages))
        source, split = present_split(settings, read, selections, progress)
        address = index or settings.index_url
        with (
            progress.step("checklist") as step,
            closing(world_to_verify(chosen, settings, read, owner or settings.owner, address, daemon)) as world,
        ):
            moved = SplitUnderTest(split=split, monorepo=source, selections=selections)
            verification = verified(world, moved, evidence_file(chosen), step)
    if junit:
        junit.write_text(as_junit(verification))
    if as_json:
        typer.echo(json.dumps(verification.as_document(), indent=2, ensure_ascii=False))
    else:
        print_verification(verification)
    if not verification.holds:
        raise typer.Exit(ExitCode.CHECK_FAILED)


def print_verification(verification: Verification) -> None:
    """The checklist as a person reads it: each part with its lines, then what failed and what to do."""
    console = Console(highlight=False, soft_wrap=True)
    parts: dict[str, list[Verdict]] = {}
    for verdict in verification.verdicts:
        parts.setdefault(verdict.part, []).append(verdict)
    for part, verdicts in parts.items():
        console.print(f"\n[bold]{part}[/bold]")
        table = Table.grid(padding=(0, 2, 0, 0))
        for verdict in verdicts:
            evidence = verdict.saw[-1] if verdict.saw and verdict.outcome == Outcome.PASSES else ""
            table.add_row(
                f"  {MARKS[verdict.outcome]}", verdict.line, f"{verdict.seconds:.1f} s", f"[dim]{evidence}[/dim]"
            )
        console.print(table)
    console.print("\n[bold]For people to confirm[/bold], under `confirmations` in the plan")
    for statement in verification.people:
        by = f"{statement.confirmed_by}, {statement.confirmed_on}" if statement.confirmed_by else "not confirmed"
        mark = "✓" if statement.confirmed_by and statement.confirmed_on else "–"
        console.print(f"  {mark} {statement.statement}: {by}")
    for verdict in verification.verdicts:
        if verdict.outcome != Outcome.PASSES:
            console.print(f"\n[bold]✗ {verdict.part}: {verdict.line}[/bold] ({verdict.name})")
            for line in (*verdict.ran[-1:], verdict.why, f"What to do: {verdict.remedy}"):
                console.print(line, markup=False)
    console.print(f"\n[bold]{in_words(verification)}[/bold] {verification.seconds:.0f} s.")

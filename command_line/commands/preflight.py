"""`./multirepo preflight`: what GitHub would reject, and what must not be pushed."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from command_line.stack.github_preflight import GitHubPreflight, check_github
from command_line.stack.monorepo_and_split import present_split
from command_line.stack.stack import stack_for, stack_named
from command_line.terminal.console import print_message, steps
from command_line.terminal.options import MonorepoOption, PlanOption
from components.stack.exit_codes import ExitCode
from components.stack.locations import selections_of
from migration.desired_state import desired_state
from migration.plan import Plan, read_plan
from migration.preflight import Finding, PreflightReport, SecretScanner, Severity, UnclaimedFile
from migration.preflight import preflight as scan_histories
from migration.preflight.checks.history_objects import files_at
from migration.preflight.triage import update_triage
from migration.split.splitting import Split
from migration.transforms.plan_faults import plan_faults

SHOWN = 10
"""Findings of one check in one repository, and folders of the monorepo."""

MARKS = {Severity.REFUSAL: "✗", Severity.WARNING: "!"}


def preflight(
    monorepo: MonorepoOption = None,
    plan: PlanOption = None,
    stack_name: Annotated[
        str | None, typer.Option("--stack", metavar="STACK", help="A stack of your own, with GITHUB_TOKEN.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all findings as JSON.")] = False,
    triage: Annotated[
        Path | None,
        typer.Option("--triage", metavar="FILE", help="Write the secrets to a file in which you decide about each."),
    ] = None,
) -> None:
    """Find what GitHub would reject and what must not be pushed. Exits with 1 on findings. Writes only --triage.

    Faults of the plan, and values that a stack with a real GitHub lacks, are printed; it exits with 2.
    """
    stack = stack_named(stack_name) if stack_name else stack_for(monorepo, plan)
    read = read_plan(stack.plan_file)
    with steps() as progress:
        settings = stack.settings()
        selections = selections_of(desired_state(read, settings.stages))
        source, split = present_split(settings, read, selections, progress)
        with progress.step("preflight") as step:
            found = scan_histories(split, source, read, SecretScanner.installed(), step.count)
            faults = plan_faults(read, split, settings.index_url)
        with progress.step("GitHub"):
            at_github = check_github(stack, read, split, found.leftovers)
    (_print_json if as_json else _print_findings)(found, at_github, faults)
    if triage:
        _write_triage(triage, found, split, read, stack.plan_file)
    if found.refusals or at_github.refusals:
        raise typer.Exit(ExitCode.CHECK_FAILED)
    if at_github.missing_values or faults:
        raise typer.Exit(ExitCode.INPUT)


def _write_triage(file: Path, found: PreflightReport, split: Split, plan: Plan, plan_file: Path) -> None:
    at_head = {
        name: frozenset(files_at(split.git_dir, history.head))
        for name, history in split.histories.items()
        if history.head
    }
    # To standard error: standard output may be JSON.
    print_message(f"{file}: {update_triage(file, found.findings, at_head)}")
    if plan.preflight.triage is None:
        beside = os.path.relpath(file.absolute(), plan_file.parent)
        print_message(f"Decide about each, and add to {plan_file.name}: preflight: {{triage: {beside}}}")


def _print_json(found: PreflightReport, at_github: GitHubPreflight, faults: Sequence[str]) -> None:
    document = {
        "passed": not (found.refusals or at_github.refusals or at_github.missing_values or faults),
        "faults": list(faults),
        "github": at_github.as_object(),
        "monorepo": {
            "head": found.monorepo_head,
            "leftovers": [asdict(leftover) for leftover in found.leftovers],
            "left_behind": [asdict(each) for each in found.left_behind],
        },
        "findings": [asdict(finding) for finding in found.findings],
        "allowed_secrets": found.allowed,
        "seconds": found.seconds,
    }
    # ASCII alone: a path that is not UTF-8 holds what no output encoding takes.
    typer.echo(json.dumps(document, indent=2))


def _print_findings(found: PreflightReport, at_github: GitHubPreflight, faults: Sequence[str]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    order = [*dict.fromkeys(finding.repository for finding in at_github.findings), *found.repositories]
    by_repository = sorted([*at_github.findings, *found.findings], key=lambda finding: order.index(finding.repository))
    for repository, findings in groupby(by_repository, key=lambda finding: finding.repository):
        console.print(f"[bold]{repository}[/bold]")
        for line in _lines(sorted(findings, key=lambda finding: finding.severity)):
            console.print(_printable(line), markup=False)
    console.print("[bold]Requests of GitHub[/bold]")
    console.print(at_github.table())
    console.print(at_github.limits())
    if found.leftovers:
        console.print("[bold]Files that no repository takes[/bold]")
        console.print(_leftovers(found.leftovers))
    if found.left_behind:
        console.print("[bold]What stays in the monorepo[/bold]")
    for each in found.left_behind:
        console.print(f"  {MARKS[Severity.WARNING]} {_printable(str(each))}", markup=False)
    if at_github.missing_values:
        console.print("[bold]Values that the stack does not have[/bold]")
    for sentence in at_github.missing_values:
        console.print(f"  {MARKS[Severity.REFUSAL]} {_printable(sentence)}", markup=False)
    if faults:
        console.print("[bold]Faults of the plan[/bold]")
    for sentence in faults:
        console.print(f"  {MARKS[Severity.REFUSAL]} {_printable(sentence)}", markup=False)
    refused = len(found.refusals) + len(at_github.refusals)
    verdict = "Nothing may be pushed yet" if refused or at_github.missing_values or faults else "Ready to be pushed"
    known = len(found.findings) + len(at_github.findings) - refused
    counts = f"{refused:,} refused, {known:,} to know of, {found.allowed:,} allowed by the plan"
    source = f"{len(found.repositories)} histories of the monorepo at {found.monorepo_head[:12]}"
    console.print(f"\n[bold]{verdict}.[/bold] {source}: {counts}, {found.seconds:.1f} s.")


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    """The findings of one repository, refusals first; what to do once for each check."""
    for (severity, check, remedy), group in groupby(
        findings, key=lambda finding: (finding.severity, finding.check, finding.remedy)
    ):
        alike = list(group)
        for finding in alike[:SHOWN]:
            yield f"  {MARKS[severity]} {check}: {finding}"
        if len(alike) > SHOWN:
            yield f"    … and {len(alike) - SHOWN:,} more: --json prints all of them"
        yield from (f"    {line.strip()}" for line in remedy.split("\n"))


def _leftovers(leftovers: Sequence[UnclaimedFile]) -> Table:
    """The largest folders."""
    table = Table("folder", box=None, pad_edge=False)
    table.add_column("files", justify="right")
    table.add_column("lines", justify="right")
    largest = sorted(leftovers, key=lambda leftover: -leftover.lines)
    for leftover in largest[:SHOWN]:
        name = f"{leftover.folder}/" if leftover.folder else "./"
        table.add_row(
            _printable(name + ("" if leftover.whole else " (files here)")), f"{leftover.files:,}", f"{leftover.lines:,}"
        )
    if rest := largest[SHOWN:]:
        files, lines = sum(leftover.files for leftover in rest), sum(leftover.lines for leftover in rest)
        table.add_row(f"{len(rest)} more", f"{files:,}", f"{lines:,}")
    return table


def _printable(text: str) -> str:
    """Control characters and bytes that are not UTF-8 escaped: a path must not drive the terminal."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)

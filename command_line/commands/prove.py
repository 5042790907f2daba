"""`./multirepo prove`: compare the split with the monorepo, and split a second time."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from command_line.stack.monorepo_and_split import present_split
from command_line.stack.stack import stack_for
from command_line.terminal.console import steps
from command_line.terminal.options import MonorepoOption, PlanOption
from components.stack.exit_codes import ExitCode
from components.stack.locations import selections_of
from migration.desired_state import desired_state
from migration.plan import read_plan
from migration.proof import Proof, RepositoryProof, prove_split, second_run_failures
from migration.split.splitting import split_monorepo

FAILURES_SHOWN = 20


def prove(
    monorepo: MonorepoOption = None,
    plan: PlanOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the proof as JSON.")] = False,
) -> None:
    """Verify every commit of the split against the monorepo. Exits with 1 on any difference."""
    stack = stack_for(monorepo, plan)
    read = read_plan(stack.plan_file)
    with steps() as progress:
        settings = stack.settings()
        selections = selections_of(desired_state(read, settings.stages))
        source, split = present_split(settings, read, selections, progress)
        with progress.step("proof") as step:
            proof = prove_split(split, source, selections, step.count)
        with progress.step("second run") as step, tempfile.TemporaryDirectory() as fresh:
            again = split_monorepo(source, split.monorepo_head, selections, Path(fresh), step.count)
    otherwise = second_run_failures(split, again)
    (_print_json if as_json else _print_table)(proof, otherwise)
    if proof.failures or otherwise:
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _print_json(proof: Proof, otherwise: tuple[str, ...]) -> None:
    document = {
        "proved": not (proof.failures or otherwise),
        "monorepo": {"head": proof.monorepo_head, "commits": proof.monorepo_commits},
        "repositories": [asdict(repository) for repository in proof.repositories],
        "second_run": {"same": not otherwise, "failures": otherwise},
        "seconds": proof.seconds,
    }
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def _print_table(proof: Proof, otherwise: tuple[str, ...]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    table = Table("repository", box=None, pad_edge=False)
    for figure in ("commits", "parents", "trees", "files", "tags", "unsigned", "time"):
        table.add_column(figure, justify="right")
    table.add_column("")
    for repository in proof.repositories:
        table.add_row(repository.repository, *_figures(repository), "✗" if repository.failures else "✓")
    console.print(table)
    failures = proof.failures + otherwise
    for failure in failures[:FAILURES_SHOWN]:
        console.print(f"✗ {failure}", markup=False)
    if len(failures) > FAILURES_SHOWN:
        console.print(f"… and {len(failures) - FAILURES_SHOWN:,} more: --json prints all of them.")
    same = "gave other ids" if otherwise else "gave the same ids"
    verdict = f"Not proved: {len(failures):,} failures." if failures else "Proved."
    source = f"{proof.monorepo_commits:,} commits of the monorepo up to {proof.monorepo_head[:12]}"
    console.print(f"\n[bold]{verdict}[/bold] {source}, {proof.seconds:.1f} s. A second split {same}.")


def _figures(proof: RepositoryProof) -> tuple[str, ...]:
    counts = (proof.commits, proof.parents, proof.trees, proof.files, proof.tags, proof.dropped_signatures)
    return (*(f"{count:,}" for count in counts), f"{proof.seconds:.1f} s")

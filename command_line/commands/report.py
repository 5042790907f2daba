"""`./multirepo report`: one HTML page about the migration, from the last verification."""

from pathlib import Path

import typer

from command_line.stack.monorepo_and_split import present_split
from command_line.stack.stack import Stack, stack_for
from command_line.terminal.console import steps
from command_line.terminal.failures import CommandError
from command_line.terminal.options import MonorepoOption, PlanOption
from command_line.verification.verification_run import evidence_file, verification_folder
from components.stack.locations import selections_of
from components.stack.settings import Settings
from migration.desired_state import desired_state
from migration.plan import Plan, read_plan
from migration.split.splitting import Split
from migration.verification.report import ReportData, RepositoryRow, page
from migration.verification.report.record import Verification, read_verification


def report(monorepo: MonorepoOption = None, plan: PlanOption = None) -> None:
    """Write an HTML report from the last verification."""
    stack = stack_for(monorepo, plan)
    read = read_plan(stack.plan_file)
    verification = read_verification(evidence_file(stack), read.confirmations)
    if verification is None:
        raise CommandError("Nothing has been verified yet. Run: ./multirepo verify")
    with steps() as progress:
        settings = stack.settings()
        _, split = present_split(settings, read, selections_of(desired_state(read, settings.stages)), progress)
    typer.echo(write_report(stack, settings, read, split, verification))


def write_report(stack: Stack, settings: Settings, plan: Plan, split: Split, verification: Verification) -> Path:
    """The page's file."""
    data = ReportData(
        plan=plan,
        stages=settings.stages,
        repositories=[
            RepositoryRow(
                name=repository.name,
                url=settings.github.clone_url(settings.owner, repository.name).removesuffix(".git"),
                description=repository.description,
                wave=repository.wave,
                history=split.histories.get(repository.name),
            )
            for repository in plan.repositories
        ],
        verification=verification,
        monorepo_head=split.monorepo_head,
        stack=stack.name,
    )
    file = verification_folder(stack) / "report.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page(data), encoding="utf-8")
    return file

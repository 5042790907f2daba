"""`./multirepo rehearse`: the whole migration, for real, against the local sandbox."""

import time
from pathlib import Path
from typing import Annotated

import typer

from command_line.commands.report import write_report
from command_line.pulumi_cli import up as pulumi
from command_line.pulumi_cli.environment import STATE
from command_line.rehearsal.weeks import play_weeks, print_account
from command_line.reports.rehearsal_summary import MovedRepository, Summary, draw_summary, print_json, print_summary
from command_line.stack.monorepo_and_split import present_monorepo
from command_line.stack.sandbox_stack import PreparedStack, prepare_stack
from command_line.stack.stack import stack_for
from command_line.terminal.console import print_message, steps
from command_line.terminal.failures import CommandError
from command_line.terminal.options import DockerOption, MonorepoOption, PlanOption
from command_line.verification.docker_daemon import containers
from command_line.verification.verification_run import verified_now_or_before
from components.stack.exit_codes import ExitCode
from components.stack.locations import remote_of, split_histories
from components.stack.settings import Settings
from migration.delivery.push import VENDOR_REF
from migration.desired_state import DesiredRepository, desired_state
from migration.plan import read_plan
from migration.preflight import SecretScanner, in_lines, preflight
from migration.split.splitting import Split


def rehearse(
    monorepo: MonorepoOption = None,
    plan: PlanOption = None,
    docker: DockerOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    verify: Annotated[bool, typer.Option(help="Run the checks at the end, where anything has changed.")] = True,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", help="Also write the result as a picture (SVG)."),
    ] = None,
    weeks: Annotated[
        bool, typer.Option("--weeks", help="Simulate all weeks of the sample's migration, twice.")
    ] = False,
) -> None:
    """Run the whole migration against the local sandbox."""
    if weeks:
        if monorepo or plan or as_json or docker:
            raise CommandError("--weeks simulates the sample's migration. Remove the other options.")
        with steps() as progress:
            account = list(play_weeks(progress))
        print_account(iter(account))
        return
    started = time.monotonic()
    stack = stack_for(monorepo, plan)
    read = read_plan(stack.plan_file)
    with steps() as progress:
        place = prepare_stack(stack, progress)
        settings = stack.settings()
        state = desired_state(read, settings.stages)
        with progress.step("monorepo"):
            source = present_monorepo(settings)
        with progress.step("history") as step:
            # Here first, where its progress shows and its errors are the user's: the program then finds it ready.
            split = split_histories(settings, source, read.monorepo.default_branch, state, step.count)
        with progress.step("preflight") as step:
            found = preflight(split, source, read, SecretScanner.installed(), step.count)
            found.demand()
        with progress.step("pulumi up") as step:
            pulumi.ensure_stack(stack.name, place.environment, STATE)
            deployment = pulumi.up(stack.name, place.environment, step.say)
        verification = None
        if verify:
            with containers(docker, progress) as daemon:
                verification = verified_now_or_before(stack, settings, read, split, source, daemon, progress)
    advice = [line for text in deployment.advice for line in text.splitlines()]
    for line in dict.fromkeys([*in_lines(found.warnings), *advice]):  # the program warns of the same findings
        print_message(f"! {line}")
    summary = Summary(
        stack=stack.name,
        monorepo_name=read.monorepo.name,
        monorepo=monorepo or str(source),
        monorepo_head=split.monorepo_head,
        changes=deployment.changes,
        changed=deployment.changed,
        repositories=tuple(_moved(desired, split, settings, place) for desired in state.repositories),
        seconds=time.monotonic() - started,
        git_settings=place.git_settings,
        verification=verification,
        report=write_report(stack, settings, read, split, verification) if verification else None,
    )
    (print_json if as_json else print_summary)(summary)
    if picture:
        draw_summary(summary, picture)
    if verification and not verification.holds:
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _moved(desired: DesiredRepository, split: Split, settings: Settings, place: PreparedStack) -> MovedRepository:
    """What GitHub holds now, asked of GitHub, beside the figures of the split."""
    remote = remote_of(settings, desired.name, place.token)
    refs = remote.refs()
    return MovedRepository(
        name=desired.name,
        clone_url=remote.url,
        head=refs.get(f"refs/heads/{desired.default_branch}"),
        vendor_head=refs.get(VENDOR_REF),
        history=split.histories.get(desired.name),
        moves=desired.code.moves if desired.code else (),
    )

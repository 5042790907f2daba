"""`./multirepo drift`: what differs at GitHub from what the stack made there, and both ways out."""

from enum import IntEnum
from typing import Annotated

import httpx
import typer

from command_line.pulumi_cli.environment import reading_environment
from command_line.pulumi_cli.refresh import refreshed, resources_of
from command_line.reports import drift_report
from command_line.stack.sandbox_stack import environment_of
from command_line.stack.stack import DEV, Stack, stack_named
from command_line.terminal.console import Steps, steps, tell
from command_line.terminal.failures import FAILURES
from command_line.terminal.options import StackOption
from components.drift.adoption import adoption_of
from components.drift.drift import REPOSITORY, Drift, drifts, repository_of
from components.drift.unseen_drift import environment_drifts, late_commits, lost_repositories
from components.github.github_client import github_client
from components.history.late_commits import find_late_commits
from components.stack.locations import monorepo_of
from components.stack.settings import github_token
from migration.desired_state import desired_state
from migration.plan import read_plan

NOT_SEEN: tuple[type[Exception], ...] = (*FAILURES, httpx.HTTPError, OSError)


class DriftCode(IntEnum):
    """The exit codes of this command alone: a job that runs every night has to tell these three apart."""

    CLEAN = 0
    COULD_NOT_LOOK = 1
    DRIFT = 3


def drift(
    stack: StackOption = DEV,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report for machines.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the report as GitHub shows it.")] = False,
) -> None:
    """Say what was changed at GitHub behind the stack's back. Exit code 3 when anything was, 1 when it cannot look."""
    try:
        settings_file = stack_named(stack)
        with steps() as shown:
            found = find_drift(stack, settings_file, shown)
        plan = read_plan(settings_file.plan_file)
        report = [(one, adoption_of(one, plan, settings_file.plan_file)) for one in found]
    except NOT_SEEN as failure:
        tell(f"✗ {failure}")
        raise typer.Exit(DriftCode.COULD_NOT_LOOK) from None
    if as_json:
        typer.echo(drift_report.as_json(stack, report))
    elif as_markdown:
        typer.echo(drift_report.as_markdown(stack, report))
    else:
        drift_report.print_report(stack, report)
    raise typer.Exit(DriftCode.DRIFT if found else DriftCode.CLEAN)


def find_drift(stack: str, settings_file: Stack, shown: Steps) -> list[Drift]:
    """Everything that differs. Reads alone: nothing is written to GitHub, nor to the state."""
    environment = environment_of(settings_file, shown)
    settings, token = settings_file.settings(), github_token(environment)
    with shown.step("state"):
        made = resources_of(stack, environment)
    unguarded = sum(one.type == REPOSITORY and not one.was.get("vulnerabilityAlerts") for one in made.values())
    environment = {**environment, **reading_environment(settings_file.name, unguarded)}
    with shown.step("repositories"):
        lost = lost_repositories(settings, token, made)
    # The provider fails at the settings of a repository that is gone.
    gone = {one.repository for one in lost if one.is_gone}
    without = [urn for urn, one in made.items() if repository_of(one, made) in gone]
    with shown.step("refresh"):
        seen = refreshed(stack, environment, without)
    with shown.step("environments"), github_client(settings, token=token) as client:
        unseen = list(environment_drifts(client, settings.owner, seen))
    with shown.step("monorepo"):
        plan = read_plan(settings.plan_file)
        repositories = desired_state(plan, settings.stages).repositories
        late = list(late_commits(find_late_commits(settings, plan, repositories, monorepo_of(settings), token), made))
    return sorted(
        [*lost, *drifts(seen.values(), settings.owner), *unseen, *late],
        key=lambda one: (one.repository, one.area, one.thing),
    )

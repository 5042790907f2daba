"""`./multirepo drift`: what differs on GitHub from what the stack made there, and both options."""

from typing import Annotated

import typer

from command_line.pulumi_cli.environment import reading_environment
from command_line.pulumi_cli.refresh import refreshed, resources_of
from command_line.reports import drift_report
from command_line.stack.sandbox_stack import environment_of
from command_line.stack.stack import DEV, Stack, stack_named
from command_line.terminal.console import Steps, steps
from command_line.terminal.options import StackOption
from components.drift.adoption import adoption_of
from components.drift.drift import REPOSITORY, Drift, drifts, repositories_by_urn
from components.drift.unseen_drift import environment_drifts, late_commits, lost_repositories
from components.github.github_client import github_client
from components.github.repository_changes import property_of, unnamed_properties
from components.history.late_commits import find_late_commits
from components.stack.exit_codes import ExitCode
from components.stack.locations import monorepo_of
from components.stack.settings import github_token
from migration.desired_state import desired_state, with_defaults
from migration.plan import read_plan


def drift(
    stack: StackOption = DEV,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the report as GitHub shows it.")] = False,
) -> None:
    """Report changes made outside Pulumi. Read-only."""
    settings_file = stack_named(stack)
    with steps() as progress:
        found = find_drift(stack, settings_file, progress)
    plan = read_plan(settings_file.plan_file)
    report = [(item, adoption_of(item, plan, settings_file.plan_file)) for item in found]
    if as_json:
        typer.echo(drift_report.as_json(stack, report))
    elif as_markdown:
        typer.echo(drift_report.as_markdown(stack, report))
    else:
        drift_report.print_report(stack, report)
    if found:
        raise typer.Exit(ExitCode.DRIFT)


def find_drift(stack: str, settings_file: Stack, progress: Steps) -> list[Drift]:
    """Everything that differs. Reads alone: nothing is written to GitHub, nor to the state."""
    environment = environment_of(settings_file, progress)
    settings, token = settings_file.settings(), github_token(environment)
    with progress.step("state"):
        made = resources_of(stack, environment)
    unguarded = sum(
        resource.type == REPOSITORY and not resource.was.get("vulnerabilityAlerts") for resource in made.values()
    )
    environment = {**environment, **reading_environment(settings_file.name, unguarded)}
    with progress.step("repositories"):
        lost = lost_repositories(settings, token, made)
    # The provider fails at the settings of a repository that is gone.
    missing = {item.repository for item in lost if item.is_gone}
    without = [urn for urn, repository in repositories_by_urn(made).items() if repository in missing]
    with progress.step("refresh"):
        current = refreshed(stack, environment, without)
    with progress.step("environments"), github_client(settings, token=token) as client:
        unseen = list(environment_drifts(client, settings.owner, current))
    with progress.step("monorepo"):
        plan = read_plan(settings.plan_file)
        repositories = desired_state(plan, settings.stages).repositories
        unmanaged = {desired.name: [*map(property_of, desired.unmanaged)] for desired in repositories}
        unmanaged |= {
            f"{entry.name}/{environment.name}": unnamed_properties(
                environment.prevent_self_review, environment.admin_bypass
            )
            for entry in plan.repositories
            for environment in with_defaults(plan.defaults, entry).environments
        }
        late = list(late_commits(find_late_commits(settings, plan, repositories, monorepo_of(settings), token), made))
    return sorted(
        [*lost, *drifts(current.values(), settings.owner, unmanaged), *unseen, *late],
        key=lambda item: (item.repository, item.area, item.thing),
    )

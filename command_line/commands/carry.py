"""`./multirepo carry`: sync one branch of the monorepo to its repository."""

from typing import Annotated

import typer

from command_line.stack.monorepo_and_split import present_monorepo
from command_line.stack.sandbox_stack import environment_of
from command_line.stack.stack import DEV, stack_named
from command_line.terminal.confirmation import ChangedStackOption, DryRunOption, YesOption, confirm_changes
from command_line.terminal.console import steps
from command_line.terminal.failures import CommandError
from components.stack.locations import remote_of, selections_of, workspace_of
from components.stack.settings import github_token
from migration.cutover.branch_split import carry_branch, repository_of, split_branch
from migration.desired_state import desired_state
from migration.plan import read_plan


def carry(
    branch: Annotated[str, typer.Argument(help="A branch of the monorepo.")],
    stack: ChangedStackOption = DEV,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Push a branch of the monorepo that changes one repository's folders to that repository, as split commits."""
    file = stack_named(stack)
    plan = read_plan(file.plan_file)
    main = plan.monorepo.default_branch
    if branch == main:
        raise CommandError(f"{main} is synced by pulumi up. Name another branch of the monorepo.")
    with steps() as progress:
        token = github_token(environment_of(file, progress))
        settings = file.settings()
        selections = selections_of(desired_state(plan, settings.stages))
        with progress.step("monorepo"):
            monorepo = present_monorepo(settings)
            name = repository_of(monorepo, branch, main, selections)
        with progress.step("history"):
            workspace = workspace_of(settings).with_name(f"{workspace_of(settings).name}-branches") / name
            made = split_branch(monorepo, branch, main, name, selections[name], workspace)
    commits = f"{made.commits:,} commit{'' if made.commits == 1 else 's'}"
    confirm_changes([f"GitHub: {settings.owner}/{name}, branch {branch}: {commits}"], yes, dry_run)
    with steps() as progress, progress.step("push"):
        pushed = carry_branch(made, branch, remote_of(settings, name, token))
    result = f"{commits} pushed" if pushed else "already up to date"
    typer.echo(f"{name}: branch {branch}: {result}. Open a pull request from it there.")

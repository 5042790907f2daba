"""`./multirepo carry`: sync one branch of the monorepo to its repositories."""

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
from migration.cutover.branch_split import SplitBranch, carry_branch, repositories_of, split_branch
from migration.desired_state import desired_state
from migration.plan import read_plan

_NAMED = 3


def carry(
    branch: Annotated[str, typer.Argument(help="A branch of the monorepo.")],
    stack: ChangedStackOption = DEV,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Push a branch of the monorepo to each repository whose folders it changes, as split commits."""
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
            names, elsewhere = repositories_of(monorepo, branch, main, selections)
        made = []
        with progress.step("history"):
            for name in names:
                workspace = workspace_of(settings).with_name(f"{workspace_of(settings).name}-branches") / name
                made.append(split_branch(monorepo, branch, main, name, selections[name], workspace))
    changes = [f"GitHub: {settings.owner}/{each.repository}, branch {branch}: {_commits(each)}" for each in made]
    if elsewhere:
        more = f" and {len(elsewhere) - _NAMED:,} more" if len(elsewhere) > _NAMED else ""
        changes.append(f"In no repository, so not included: {', '.join(elsewhere[:_NAMED])}{more}")
    confirm_changes(changes, yes, dry_run)
    results = []
    with steps() as progress, progress.step("push"):
        for each in made:
            pushed = carry_branch(each, branch, remote_of(settings, each.repository, token))
            results.append(f"{_commits(each)} pushed" if pushed else "already up to date")
    for each, result in zip(made, results, strict=True):
        typer.echo(f"{each.repository}: branch {branch}: {result}. Open a pull request from it there.")


def _commits(made: SplitBranch) -> str:
    return f"{made.commits:,} commit{'' if made.commits == 1 else 's'}"

"""`./multirepo carry`: a branch of the monorepo becomes a branch of the repository that it is about."""

from typing import Annotated

import typer

from command_line.stack.monorepo_and_split import present_monorepo
from command_line.stack.sandbox_stack import environment_of
from command_line.stack.stack import DEV, stack_named
from command_line.terminal.console import steps
from command_line.terminal.failures import CommandError
from command_line.terminal.options import StackOption
from components.stack.locations import remote_of, selections_of, workspace_of
from components.stack.settings import github_token
from migration.cutover.branch_split import carry_branch, repository_of, split_branch
from migration.desired_state import desired_state
from migration.plan import read_plan


def carry(
    branch: Annotated[str, typer.Argument(help="A branch of the monorepo.")],
    stack: StackOption = DEV,
) -> None:
    """Carry a branch of the monorepo over that touches one repository's folders, with its commits split."""
    file = stack_named(stack)
    plan = read_plan(file.plan_file)
    main = plan.monorepo.default_branch
    if branch == main:
        raise CommandError(f"{main} is carried over by pulumi up. Name another branch of the monorepo.")
    with steps() as shown:
        token = github_token(environment_of(file, shown))
        settings = file.settings()
        selections = selections_of(desired_state(plan, settings.stages))
        with shown.step("monorepo"):
            monorepo = present_monorepo(settings)
            name = repository_of(monorepo, branch, main, selections)
        with shown.step("history"):
            workspace = workspace_of(settings).with_name(f"{workspace_of(settings).name}-branches") / name
            made = split_branch(monorepo, branch, main, name, selections[name], workspace)
        with shown.step("push"):
            remote = remote_of(settings, name, token)
            pushed = carry_branch(made, branch, remote)
    commits = f"{made.commits:,} commit{'' if made.commits == 1 else 's'}"
    told = f"{commits} carried over" if pushed else "nothing to do, it is there"
    typer.echo(f"{name}: branch {branch}: {told}. Open a pull request from it there.")

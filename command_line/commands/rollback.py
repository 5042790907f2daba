"""`./multirepo rollback`: roll back every wave, with the commits made since."""

import typer

from command_line.pulumi_cli import up as pulumi
from command_line.stack.sandbox_stack import environment_of
from command_line.stack.stack import DEV, stack_named
from command_line.terminal.confirmation import ChangedStackOption, DryRunOption, YesOption, confirm_changes
from command_line.terminal.console import print_message, steps
from components.stack.settings import Settings
from migration.desired_state import Stage
from migration.plan import Plan, read_plan


def rollback(stack: ChangedStackOption = DEV, yes: YesOption = False, dry_run: DryRunOption = False) -> None:
    """Roll back every wave: unfreeze folders, return commits to the monorepo, archive repositories."""
    file = stack_named(stack)
    plan = read_plan(file.plan_file)
    with steps() as progress:
        environment = environment_of(file, progress)
        settings = file.settings()
    begun = {wave for wave, stage in settings.stages.items() if stage != Stage.PLANNED}
    waves = [wave.name for wave in plan.waves if wave.name in begun]
    if not waves:
        typer.echo("Every wave is planned. There is nothing to roll back.")
        return
    confirm_changes(_changes(stack, plan, settings, waves), yes, dry_run)
    with steps() as progress:
        with progress.step("stages"):
            pulumi.run(["config", "set", "--stack", stack, "multirepo:archive", "false"], environment)
            for wave in waves:
                path = ("--path", f"multirepo:waves.{wave}", Stage.ROLLED_BACK)
                pulumi.run(["config", "set", "--stack", stack, *path], environment)
        with progress.step("pulumi up") as step:
            deployment = pulumi.up(stack, environment, step.say)
    for line in deployment.advice:
        print_message(f"! {line}")
    typer.echo(
        f"Rolled back: {', '.join(waves)}. Work in the monorepo again: it has the commits of the target repositories. "
        "Those are archived; packages stay published. To start again, set the waves to moving."
    )


def _changes(stack: str, plan: Plan, settings: Settings, waves: list[str]) -> list[str]:
    """A line for each wave, and for the monorepo."""
    lines = [f"Pulumi.{stack}.yaml: multirepo:waves.{wave}: {settings.stages[wave]} → rolled_back" for wave in waves]
    repositories = [repository.name for repository in plan.repositories if repository.wave in waves]
    lines.append(f"GitHub: return commits to {plan.monorepo.name}, archive {', '.join(repositories)}")
    if settings.archive:
        lines.append(f"GitHub: take {plan.monorepo.name} out of the archive")
    return lines

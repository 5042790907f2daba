"""`./multirepo rollback`: roll back every wave, with the commits made since."""

import typer

from command_line.pulumi_cli import up as pulumi
from command_line.stack.sandbox_stack import environment_of
from command_line.stack.stack import DEV, stack_named
from command_line.terminal.console import print_message, steps
from command_line.terminal.options import StackOption
from migration.desired_state import Stage
from migration.plan import read_plan


def rollback(stack: StackOption = DEV) -> None:
    """Roll back every wave: unfreeze folders, return commits to the monorepo, archive repositories."""
    file = stack_named(stack)
    plan = read_plan(file.plan_file)
    with steps() as progress:
        environment = environment_of(file, progress)
        begun = {wave for wave, stage in file.settings().stages.items() if stage != Stage.PLANNED}
        waves = [wave.name for wave in plan.waves if wave.name in begun]
        with progress.step("stages"):
            pulumi.run(["config", "set", "--stack", stack, "multirepo:archive", "false"], environment)
            for wave in waves:
                path = ("--path", f"multirepo:waves.{wave}", Stage.ROLLED_BACK)
                pulumi.run(["config", "set", "--stack", stack, *path], environment)
        with progress.step("pulumi up") as step:
            deployment = pulumi.up(stack, environment, step.say)
    for line in deployment.advice:
        print_message(f"! {line}")
    if not waves:
        typer.echo("Every wave is planned. There is nothing to roll back.")
        return
    typer.echo(
        f"Rolled back: {', '.join(waves)}. Work in the monorepo again: it has the commits of the target repositories. "
        "Those are archived; packages stay published. To start again, set the waves to moving."
    )

"""`./multirepo rollback`: every wave back, with the work that people did since."""

import typer

from command_line.pulumi_cli import up as pulumi
from command_line.stack.sandbox_stack import environment_of
from command_line.stack.stack import DEV, stack_named
from command_line.terminal.console import steps, tell
from command_line.terminal.options import StackOption
from migration.desired_state import Stage
from migration.plan import read_plan


def rollback(stack: StackOption = DEV) -> None:
    """Roll back every wave that has begun: thaw folders, bring people's work back, archive repositories."""
    file = stack_named(stack)
    plan = read_plan(file.plan_file)
    with steps() as shown:
        environment = environment_of(file, shown)
        begun = {wave for wave, stage in file.settings().stages.items() if stage != Stage.PLANNED}
        waves = [wave.name for wave in plan.waves if wave.name in begun]
        with shown.step("stages"):
            pulumi.run(["config", "set", "--stack", stack, "multirepo:archive", "false"], environment)
            for wave in waves:
                path = ("--path", f"multirepo:waves.{wave}", Stage.ROLLED_BACK)
                pulumi.run(["config", "set", "--stack", stack, *path], environment)
        with shown.step("pulumi up") as step:
            deployment = pulumi.up(stack, environment, step.say)
    for line in deployment.advice:
        tell(f"! {line}")
    if not waves:
        typer.echo("No wave has begun: there is nothing to roll back.")
        return
    typer.echo(
        f"Rolled back: {', '.join(waves)}. The monorepo is the place to work again, with what people did in the new "
        "repositories; those are archived, and packages stay published. To start again, set the waves to moving."
    )

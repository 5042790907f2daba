"""How far each wave is: the one thing about a migration that the stack says, not the plan."""

from collections.abc import Mapping
from enum import StrEnum

from migration.plan import Plan
from migration.plan.findings import did_you_mean


class Stage(StrEnum):
    """Stage of a wave. Every one is stable: pausing is doing nothing."""

    PLANNED = "planned"
    """Nothing exists."""
    MOVING = "moving"
    """The repositories exist; the monorepo is still the truth and each `up` carries its new commits over."""
    CUTOVER = "cutover"
    """The new repositories are the truth."""
    ROLLED_BACK = "rolled_back"
    """The new repositories are archived; the monorepo is the truth again."""


class DesiredStateError(Exception):
    """What the stack says does not fit the plan. One line for each fault, with the key of the stack file."""


def stages_of_waves(plan: Plan, stages: Mapping[str, str]) -> dict[str, Stage]:
    """The stage of every wave of the plan, in the plan's order; a wave that is not named is planned.

    stages: what stands under `multirepo:waves` in the stack file. Raises DesiredStateError with every fault.
    """
    waves = [wave.name for wave in plan.waves]
    faults = []
    for wave, stage in stages.items():
        key = f"multirepo:waves.{wave} in the stack file"
        if wave not in waves:
            faults.append(f"{key}: the plan has no wave '{wave}'. {did_you_mean(wave, waves, 'The waves are:')}")
        if stage not in list(Stage):
            faults.append(
                f"{key}: '{stage}' is no stage of a wave. {did_you_mean(str(stage), Stage, 'The stages are:')}"
            )
    if faults:
        raise DesiredStateError("\n".join(faults))
    return {wave: Stage(stages.get(wave, Stage.PLANNED)) for wave in waves}

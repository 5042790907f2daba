"""How far each wave is: the one thing about a migration that the stack says, not the plan."""

from collections.abc import Mapping
from enum import StrEnum

from migration.plan import Plan
from migration.plan.problems import did_you_mean


class Stage(StrEnum):
    """Stage of a wave. Every one is stable: pausing is doing nothing."""

    PLANNED = "planned"
    """Nothing exists."""
    MOVING = "moving"
    """The repositories exist; the monorepo is still the truth and each `up` syncs its new commits."""
    CUTOVER = "cutover"
    """The new repositories are the truth."""
    ROLLED_BACK = "rolled_back"
    """The new repositories are archived; the monorepo is the truth again."""


class DesiredStateError(Exception):
    """What the stack says does not fit the plan. One line for each fault, with the key of the stack file."""


def stages_of_waves(plan: Plan, stages: Mapping[str, str]) -> dict[str, Stage]:
    """The stage of every wave of the plan, in the plan's order; a wave that is not named is planned.

    stages: the value of `multirepo:waves` in the stack file. Raises DesiredStateError with every fault.
    """
    waves = [wave.name for wave in plan.waves]
    faults = []
    for wave, stage in stages.items():
        key = f"multirepo:waves.{wave} in the stack file"
        if wave not in waves:
            faults.append(f"{key}: the plan has no wave '{wave}'. {did_you_mean(wave, waves, 'The waves are:')}")
        if stage not in list(Stage):
            faults.append(
                f"{key}: '{stage}' is not a stage of a wave. {did_you_mean(str(stage), Stage, 'The stages are:')}"
            )
    if faults:
        raise DesiredStateError("\n".join(faults))
    return {wave: Stage(stages.get(wave, Stage.PLANNED)) for wave in waves}


def demand_order(plan: Plan, stage_of: Mapping[str, Stage], archived: bool) -> None:
    """Refuse a wave that is cut over before the packages it needs are published, and an archive that comes too early.

    A wave that was rolled back has published its packages, and they stay. Raises DesiredStateError with every fault.
    """
    homes = {package.name: repository for repository in plan.repositories for package in repository.packages}
    faults: dict[str, None] = {}
    for repository in plan.repositories:
        needed = [*repository.consumes, *(name for package in repository.packages for name in package.depends_on)]
        for name in needed if stage_of[repository.wave] is Stage.CUTOVER else ():
            home = homes[name]
            if stage_of[home.wave] is Stage.PLANNED:
                faults[
                    f"multirepo:waves.{repository.wave} in the stack file: {repository.name} cannot "
                    f"be cut over before {name} is published, which {home.name} does. "
                    "First run: pulumi config set --path "
                    f"'multirepo:waves.{home.wave}' moving && pulumi up"
                ] = None
        if any(move.is_rest for move in repository.moves) and stage_of[repository.wave] is Stage.CUTOVER:
            early = {
                each.name: each.wave for each in plan.repositories if each.moves and not _is_done(stage_of[each.wave])
            }
            faults |= {
                f"multirepo:waves.{repository.wave} in the stack file: {repository.name} takes the rest of the "
                f"monorepo and is cut over last, and {name} is not cut over yet. First run: pulumi config set --path "
                f"'multirepo:waves.{wave}' cutover && pulumi up": None
                for name, wave in early.items()
            }
    if archived and (others := [wave for wave, stage in stage_of.items() if stage is not Stage.CUTOVER]):
        faults[
            f"multirepo:archive in the stack file: the monorepo cannot be archived before every wave is cut over, and "
            f"{', '.join(others)} {'is' if len(others) == 1 else 'are'} not. Run: pulumi config set archive false"
        ] = None
    if faults:
        raise DesiredStateError("\n".join(faults))


def _is_done(stage: Stage) -> bool:
    return stage in (Stage.CUTOVER, Stage.ROLLED_BACK)

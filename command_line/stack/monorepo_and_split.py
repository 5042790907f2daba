"""What a command works on, made when it is not there yet: the monorepo and its split."""

from collections.abc import Mapping
from pathlib import Path

from command_line.stack.stack import SAMPLE
from command_line.terminal.console import Steps
from components.stack.locations import monorepo_of, workspace_of
from components.stack.settings import Settings
from migration.desired_state.code_selection import CodeSelection
from migration.plan import Plan
from migration.split.overlap import demand_no_overlap
from migration.split.splitting import Split, split_monorepo
from sandbox.sample_monorepo.making import make_sample_monorepo


def present_monorepo(settings: Settings) -> Path:
    """The monorepo on this machine; the sample is made when it is the one."""
    if settings.monorepo_folder == SAMPLE:
        make_sample_monorepo(SAMPLE)
    return monorepo_of(settings)


def present_split(
    settings: Settings, plan: Plan, selections: Mapping[str, CodeSelection], progress: Steps
) -> tuple[Path, Split]:
    """The monorepo, and the histories that the selections take from it."""
    with progress.step("monorepo"):
        monorepo = present_monorepo(settings)
    with progress.step("history") as step:
        branch = f"refs/heads/{plan.monorepo.default_branch}"
        split = split_monorepo(monorepo, branch, selections, workspace_of(settings), step.count)
        demand_no_overlap(split, selections)
        return monorepo, split

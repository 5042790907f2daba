"""`./multirepo status`: where each wave stands, and what comes next."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from command_line.stack.monorepo_and_split import present_split
from command_line.stack.sandbox_stack import environment_of
from command_line.stack.stack import DEV, Stack, stack_named
from command_line.terminal.console import steps
from command_line.terminal.options import StackOption
from components.history.late_commits import find_late_commits
from components.stack.locations import remote_of, selections_of
from components.stack.settings import github_token
from migration.cutover.frozen import archive_tag, frozen_in, pinned
from migration.delivery.lag import Lag, standing_of
from migration.desired_state import Stage, desired_state
from migration.plan import read_plan


@dataclass(frozen=True, kw_only=True)
class RepositoryStatus:
    """One repository. standing: None where nothing of the monorepo moves to it, or while its wave is planned.

    late: commits in its frozen folders of the monorepo, which nobody has brought over.
    """

    name: str
    standing: Lag | None
    late: int = 0


@dataclass(frozen=True, kw_only=True)
class WaveStatus:
    """One wave of the plan."""

    name: str
    stage: Stage
    repositories: tuple[RepositoryStatus, ...]

    @property
    def next_step(self) -> str:
        """In words, with the command."""
        standings = [one.standing for one in self.repositories if one.standing]
        conflicting = [one.name for one in self.repositories if one.standing and one.standing.in_conflict]
        foreign = [one.name for one in self.repositories if one.standing and one.standing.behind is None]
        behind = sum(standing.behind or 0 for standing in standings)
        late = sum(one.late for one in self.repositories)
        set_stage = f"pulumi config set --path 'multirepo:waves.{self.name}'"
        if self.stage is Stage.PLANNED:
            return f"{set_stage} moving && pulumi up"
        if self.stage is Stage.ROLLED_BACK:
            return f"{set_stage} moving && pulumi up takes it up again"
        if foreign:
            return f"look at the vendor branch of {', '.join(foreign)}: pulumi up would refuse it and say why"
        if conflicting:
            return f"merge the pull request of {', '.join(conflicting)}, then pulumi up"
        if behind:
            return f"pulumi up carries {_commits(behind)}"
        if late:
            return f"{_commits(late)} came into frozen folders: ./multirepo drift has the commands that bring them over"
        if self.stage is Stage.CUTOVER:
            return "none: people work in the new repositories"
        return f"in step; when people are to work there: {set_stage} cutover && pulumi up"


@dataclass(frozen=True, kw_only=True)
class MigrationStatus:
    """The whole. monorepo: its name in the plan. archive: whether it is to be archived. archived: whether it is."""

    monorepo: str
    archive: bool
    archived: bool
    waves: tuple[WaveStatus, ...]

    @property
    def next_step(self) -> str:
        """Of the monorepo, in words, with the command."""
        if self.archive != self.archived:
            return f"pulumi up {'archives it' if self.archive else 'takes it out of the archive'}"
        if self.archived:
            return "archived"
        if any(wave.stage is not Stage.CUTOVER for wave in self.waves):
            return "stays until every wave is cut over"
        return "every wave is cut over; to archive it: pulumi config set multirepo:archive true && pulumi up"


def status(
    stack: StackOption = DEV,
    as_json: Annotated[bool, typer.Option("--json", help="Print the status for machines.")] = False,
) -> None:
    """Say for each wave its stage, how far its repositories are behind the monorepo, and what comes next."""
    found = _look(stack_named(stack))
    if as_json:
        monorepo = {"name": found.monorepo, "archived": found.archived, "next_step": found.next_step}
        typer.echo(json.dumps({"monorepo": monorepo, "waves": [_entry(wave) for wave in found.waves]}, indent=2))
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(_table(found.waves))
    for wave in found.waves:
        console.print(f"{wave.name}: {wave.next_step}", markup=False)
    console.print(f"{found.monorepo}: {found.next_step}", markup=False)


def _look(stack: Stack) -> MigrationStatus:
    plan = read_plan(stack.plan_file)
    with steps() as shown:
        token = github_token(environment_of(stack, shown))
        settings = stack.settings()
        state = desired_state(plan, settings.stages)
        monorepo, split = present_split(settings, plan, selections_of(state), shown)
        split = pinned(split, frozen_in(monorepo))
        standings = {}
        with shown.step("repositories") as step:
            for desired in state.repositories:
                step.say(desired.name)
                head = split.histories[desired.name].head if desired.name in split.histories else None
                if head:
                    remote = remote_of(settings, desired.name, token)
                    standings[desired.name] = standing_of(split.git_dir, remote, desired.default_branch, head)
            late = Counter(
                one.repository for one in find_late_commits(settings, plan, state.repositories, monorepo, token)
            )
    waves = (
        WaveStatus(
            name=wave.name,
            stage=Stage(settings.stages.get(wave.name, Stage.PLANNED)),
            repositories=tuple(
                RepositoryStatus(name=one.name, standing=standings.get(one.name), late=late[one.name])
                for one in plan.repositories
                if one.wave == wave.name
            ),
        )
        for wave in plan.waves
    )
    return MigrationStatus(
        monorepo=plan.monorepo.name,
        archive=settings.archive,
        archived=archive_tag(monorepo, monorepo, f"refs/heads/{plan.monorepo.default_branch}") is not None,
        waves=tuple(waves),
    )


def _entry(wave: WaveStatus) -> dict[str, Any]:
    return {
        "name": wave.name,
        "stage": wave.stage,
        "next_step": wave.next_step,
        "repositories": [
            {"name": one.name, **(asdict(one.standing) if one.standing else {}), "late": one.late}
            for one in wave.repositories
        ],
    }


def _table(waves: tuple[WaveStatus, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("wave", "stage", "repository", "behind", "late"):
        table.add_column(title, justify="right" if title in ("behind", "late") else "left")
    for wave in waves:
        for number, one in enumerate(wave.repositories):
            first = (wave.name, str(wave.stage)) if number == 0 else ("", "")
            table.add_row(*first, one.name, _behind(one.standing), f"{one.late:,}" if one.late else "–")
    return table


def _commits(number: int) -> str:
    return f"{number:,} commit{'' if number == 1 else 's'}"


def _behind(standing: Lag | None) -> str:
    if standing is None:
        return "–"
    if standing.behind is None:
        return "not ours"
    return f"{standing.behind:,}{' (conflict)' if standing.in_conflict else ''}"

"""`./multirepo status`: stage and lag of each wave, and the next step."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from command_line.stack.monorepo_and_split import present_split
from command_line.stack.sandbox_stack import environment_of
from command_line.stack.stack import DEV, Stack, pulumi_words, stack_named
from command_line.terminal.console import steps
from command_line.terminal.options import StackOption
from components.history.late_commits import find_late_commits
from components.stack.locations import remote_of, selections_of
from components.stack.settings import github_token
from migration.cutover.frozen import archive_tag, frozen_in, pinned
from migration.cutover.reconcile import waiting_branches
from migration.delivery.lag import Lag, standing_of
from migration.desired_state import Stage, desired_state
from migration.plan import read_plan


@dataclass(frozen=True, kw_only=True)
class RepositoryStatus:
    """One repository. standing: None where nothing of the monorepo moves to it, or while its wave is planned.

    late: commits in its frozen folders of the monorepo, which no target repository has. waiting: the branch of the
    monorepo that has the work of people which a rollback could not merge; "" for none.
    """

    name: str
    standing: Lag | None
    late: int = 0
    waiting: str = ""


@dataclass(frozen=True, kw_only=True)
class WaveStatus:
    """One wave of the plan. pulumi: how it is started here for this stack, as `pulumi_words` says."""

    name: str
    stage: Stage
    repositories: tuple[RepositoryStatus, ...]
    pulumi: str = "pulumi"

    @property
    def next_step(self) -> str:
        """In words, with the command."""
        lags = {repository.name: repository.standing for repository in self.repositories if repository.standing}
        conflicting = [name for name, lag in lags.items() if lag.in_conflict]
        foreign = [name for name, lag in lags.items() if lag.behind is None]
        behind = sum(lag.behind or 0 for lag in lags.values())
        late = sum(repository.late for repository in self.repositories)
        set_stage = f"{self.pulumi} config set --path 'multirepo:waves.{self.name}'"
        up = f"{self.pulumi} up"
        if self.stage is Stage.PLANNED:
            return f"{set_stage} moving && {up}"
        if waiting := [repository.waiting for repository in self.repositories if repository.waiting]:
            return f"merge {', '.join(waiting)} into the monorepo's default branch, then: {up}"
        if self.stage is Stage.ROLLED_BACK:
            return f"start it again: {set_stage} moving && {up}"
        if foreign:
            return f"check the vendor branch of {', '.join(foreign)}: {up} would reject it and print the reason"
        if conflicting:
            return f"merge the pull request of {', '.join(conflicting)}, then: {up}"
        if behind:
            return f"sync {_commits(behind)}: {up}"
        if late:
            return f"{_commits(late)} reached frozen folders: ./multirepo drift prints the commands that move them"
        if self.stage is Stage.CUTOVER:
            return "none: people work in the new repositories"
        return f"up to date; to move work there: {set_stage} cutover && {up}"


@dataclass(frozen=True, kw_only=True)
class MigrationStatus:
    """The whole. monorepo: its name in the plan. commit: its newest.

    archive: whether it is to be archived. archived: whether it is.
    """

    monorepo: str
    commit: str
    archive: bool
    archived: bool
    waves: tuple[WaveStatus, ...]
    pulumi: str = "pulumi"

    @property
    def next_step(self) -> str:
        """Of the monorepo, in words, with the command."""
        if self.archive != self.archived:
            return f"{'archive it' if self.archive else 'take it out of the archive'}: {self.pulumi} up"
        if self.archived:
            return "archived"
        if any(wave.stage is not Stage.CUTOVER for wave in self.waves):
            return "stays until every wave is cut over"
        archive = f"{self.pulumi} config set multirepo:archive true && {self.pulumi} up"
        return f"every wave is cut over; to archive it: {archive}"


def status(
    stack: StackOption = DEV,
    as_json: Annotated[bool, typer.Option("--json", help="Print the status as JSON.")] = False,
) -> None:
    """Show the stage of each wave, how far its repositories are behind the monorepo, and the next step. Read-only."""
    found = _find_status(stack_named(stack))
    if as_json:
        monorepo = {
            "name": found.monorepo,
            "commit": found.commit,
            "archived": found.archived,
            "next_step": found.next_step,
        }
        typer.echo(json.dumps({"monorepo": monorepo, "waves": [_entry(wave) for wave in found.waves]}, indent=2))
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(_table(found.waves))
    for wave in found.waves:
        console.print(f"{wave.name}: {wave.next_step}", markup=False)
    console.print(f"{found.monorepo}: {found.next_step}", markup=False)


def _find_status(stack: Stack) -> MigrationStatus:
    plan = read_plan(stack.plan_file)
    with steps() as progress:
        token = github_token(environment_of(stack, progress))
        settings = stack.settings()
        state = desired_state(plan, settings.stages)
        monorepo, split = present_split(settings, plan, selections_of(state), progress)
        split = pinned(split, frozen_in(monorepo))
        standings = {}
        with progress.step("repositories") as step:
            for desired in state.repositories:
                step.say(desired.name)
                head = split.histories[desired.name].head if desired.name in split.histories else None
                if head:
                    remote = remote_of(settings, desired.name, token)
                    standings[desired.name] = standing_of(split.git_dir, remote, desired.default_branch, head)
            late = Counter(
                commit.repository for commit in find_late_commits(settings, plan, state.repositories, monorepo, token)
            )
    waiting = waiting_branches(monorepo, plan.monorepo.default_branch)
    pulumi = pulumi_words(stack)
    waves = (
        WaveStatus(
            pulumi=pulumi,
            name=wave.name,
            stage=Stage(settings.stages.get(wave.name, Stage.PLANNED)),
            repositories=tuple(
                RepositoryStatus(
                    name=repository.name,
                    standing=standings.get(repository.name),
                    late=late[repository.name],
                    waiting=waiting.get(repository.name, ""),
                )
                for repository in plan.repositories
                if repository.wave == wave.name
            ),
        )
        for wave in plan.waves
    )
    return MigrationStatus(
        monorepo=plan.monorepo.name,
        commit=split.monorepo_head,
        archive=settings.archive,
        archived=archive_tag(monorepo, monorepo, f"refs/heads/{plan.monorepo.default_branch}") is not None,
        waves=tuple(waves),
        pulumi=pulumi,
    )


def _entry(wave: WaveStatus) -> dict[str, Any]:
    return {
        "name": wave.name,
        "stage": wave.stage,
        "next_step": wave.next_step,
        "repositories": [
            {
                "name": repository.name,
                **(asdict(repository.standing) if repository.standing else {}),
                "late": repository.late,
                "waiting": repository.waiting,
            }
            for repository in wave.repositories
        ],
    }


def _table(waves: tuple[WaveStatus, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("wave", "stage", "repository", "behind", "late"):
        table.add_column(title, justify="right" if title in ("behind", "late") else "left")
    for wave in waves:
        for number, repository in enumerate(wave.repositories):
            first = (wave.name, str(wave.stage)) if number == 0 else ("", "")
            table.add_row(
                *first,
                repository.name,
                _behind(repository.standing),
                f"{repository.late:,}" if repository.late else "–",
            )
    return table


def _commits(number: int) -> str:
    return f"{number:,} commit{'' if number == 1 else 's'}"


def _behind(standing: Lag | None) -> str:
    if standing is None:
        return "–"
    if standing.behind is None:
        return "not ours"
    return f"{standing.behind:,}{' (conflict)' if standing.in_conflict else ''}"

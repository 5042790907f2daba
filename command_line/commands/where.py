"""`./multirepo where`: where a commit, tag or path of the monorepo is now, and the reverse."""

from typing import Annotated

import typer
from rich.console import Console

from command_line.stack.stack import stack_for
from command_line.terminal.failures import CommandError
from command_line.terminal.options import MonorepoOption, PlanOption
from components.stack.locations import selections_of, workspace_of
from components.stack.settings import Settings, SettingsError
from migration.desired_state import Stage, desired_state
from migration.plan import read_plan
from migration.split.whereabouts import Landing, Whereabouts
from migration.split.workspace import Workspace


def where(
    query: Annotated[
        str, typer.Argument(metavar="SHA_OR_PATH", help="A commit id, whole or not, a tag, or a path of the monorepo.")
    ],
    monorepo: MonorepoOption = None,
    plan: PlanOption = None,
) -> None:
    """Find a commit, tag or path of the monorepo in the target repositories, or a target commit's origin. Read-only."""
    stack = stack_for(monorepo, plan)
    read = read_plan(stack.plan_file)
    settings = stack.settings()
    workspace = Workspace(workspace_of(settings))
    with workspace.lock:
        split = workspace.latest()
        if split is None:
            raise CommandError("Nothing was split yet for this monorepo and plan. Run: ./multirepo rehearse")
        everything = selections_of(desired_state(read, {wave.name: Stage.MOVING for wave in read.waves}))
        now = selections_of(desired_state(read, settings.stages))
        wave_of = {repository.name: repository.wave for repository in read.repositories}
        planned = {name: (wave_of[name], chosen) for name, chosen in everything.items() if name not in now}
        answer = Whereabouts(split, now, planned).find(query)
    if not answer.places:
        raise CommandError(f"{query}: {answer.reason}")
    console = Console(highlight=False, soft_wrap=True)
    for place in answer.places:
        console.print(f"{place.repository or read.monorepo.name}: {place.what}", markup=False)
        if address := _address(place, settings):
            console.print(f"  {address}", markup=False)


def _address(place: Landing, settings: Settings) -> str:
    """Where to clone it from, when GitHub is known: the sandbox has an address only while it runs."""
    if place.repository is None:
        return ""
    try:
        return settings.github.clone_url(settings.owner, place.repository)
    except SettingsError:
        return ""

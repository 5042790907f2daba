"""`./multirepo rehearse`: the whole migration, for real, against the local sandbox."""

import time
from pathlib import Path
from typing import Annotated

import typer
from migration.code_move.splitting import Split

from command_line import pulumi
from command_line.console import Steps, steps
from command_line.environment import STATE
from command_line.place import Place, prepare_place
from command_line.stacks import SAMPLE, stack_for
from command_line.summary import Moved, Summary, print_json, print_summary
from components.histories import monorepo_of, split_histories
from components.settings import Settings
from migration.code_move.pushing import VENDOR_REF
from migration.code_move.remote import Remote
from migration.desired_state import DesiredRepository, DesiredState, desired_state
from migration.plan import read_plan
from sandbox.sample_monorepo import make_sample_monorepo


def rehearse(
    monorepo: Annotated[
        str | None, typer.Option(metavar="PATH_OR_URL", help="Your monorepo, instead of the sample.")
    ] = None,
    plan: Annotated[Path | None, typer.Option(help="Your plan, instead of migration.yaml.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Perform the whole migration against a local GitHub, and say what became of it."""
    started = time.monotonic()
    stack = stack_for(monorepo, plan)
    with steps() as shown:
        place = prepare_place(stack, shown)
        settings = stack.settings()
        if settings.monorepo == str(SAMPLE.relative_to(SAMPLE.parent.parent)):
            with shown.step("sample monorepo"):
                make_sample_monorepo(SAMPLE)
        state, split = _split(settings, shown)
        with shown.step("pulumi up") as step:
            pulumi.ensure_stack(stack.name, place.environment, STATE)
            deployment = pulumi.up(stack.name, place.environment, step.say)
    summary = Summary(
        stack=stack.name,
        monorepo=monorepo_of(settings),
        monorepo_head=split.monorepo_head,
        changes=deployment.changes,
        changed=deployment.changed,
        repositories=tuple(_moved(desired, split, settings, place) for desired in state.repositories),
        seconds=time.monotonic() - started,
        credentials=place.credentials,
    )
    (print_json if as_json else print_summary)(summary)


def _split(settings: Settings, shown: Steps) -> tuple[DesiredState, Split]:
    """Plan to histories, here first: the Pulumi program then finds them ready."""
    plan = read_plan(settings.plan_file)
    state = desired_state(plan, settings.stages)
    with shown.step("history") as step:
        return state, split_histories(settings, plan.monorepo.default_branch, state, step.count)


def _moved(desired: DesiredRepository, split: Split, settings: Settings, place: Place) -> Moved:
    """What GitHub holds now, asked of GitHub, beside the figures of the split."""
    url = settings.github.clone_url(settings.owner, desired.name)
    refs = Remote(url=url, token=place.token).refs()
    return Moved(
        name=desired.name,
        clone_url=url,
        head=refs.get(f"refs/heads/{desired.default_branch}"),
        vendor_head=refs.get(VENDOR_REF),
        history=split.histories.get(desired.name),
        moves=desired.code.moves if desired.code else (),
    )

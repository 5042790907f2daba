"""The monorepo beside what comes of it: backed up first, its folders frozen, thawed, and archived at the end."""

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi
from pulumi.dynamic import (
    Config,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from components.backup import MonorepoBackup, MonorepoBackupArgs
from components.existing import Existing
from components.leftovers import Leftovers
from components.moved_histories import Histories
from components.plain_errors import fail_at_the_end
from components.settings import Settings
from migration.cutover.frozen import Carried
from migration.desired_state import DesiredRepository, DesiredState
from migration.plan import Plan, Repository

# As in components/code_move.py: given once to each provider process, and no part of what is pickled into the state.
_config: Config

COMPARED = ("branch", "frozen", "thawed", "archived", "repository")


class MonorepoProvider(ResourceProvider):
    """Commits to the monorepo, never rewrites it. Pickled into the state by its name; see CodeMoveProvider."""

    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the stack's settings for the calls that follow, and end when the engine does."""
        from components.carrying import end_with_the_engine

        global _config
        _config = req.config
        end_with_the_engine()

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Freeze, thaw and archive what is not; nothing when an interrupted run has done it already."""
        from components.keeping import kept

        return CreateResult(props["name"], kept(props, _config))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare what is wanted. Work that waits in a branch is looked at again: people may have merged it."""
        changed = [name for name in COMPARED if _olds.get(name) != _news.get(name)]
        return DiffResult(changes=bool(changed or _olds.get("waiting")))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Bring the difference about."""
        from components.keeping import kept

        return UpdateResult(kept(_news, _config))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Look which folders are frozen now, and whether the repository is archived."""
        from components.keeping import seen

        now = seen(props, _config)
        return ReadResult(id_, now, inputs=dict(now))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave the monorepo as it is."""


class Monorepo(Resource, module="monorepo", name="Monorepo"):
    """The monorepo beside the repositories that come of it. Only ever gets commits and tags."""

    def __init__(self, properties: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register it under its name; see `properties_of`."""
        outputs = {"pipelines": None, "listed": None, "waiting": None}
        super().__init__(MonorepoProvider(), properties["name"], {**properties, **outputs}, opts)
        pulumi.Output.from_input(self.waiting).apply(fail_at_the_end)

    waiting: pulumi.Output[str]
    """Whose work was brought back into a branch, because it conflicts with the monorepo's; "" for nobody's."""


def back_up_monorepo(
    settings: Settings, plan: Plan, state: DesiredState, existing: Existing, opts: pulumi.ResourceOptions
) -> MonorepoBackup | None:
    """Register the backup, which everything else waits for; None while nothing of the migration exists."""
    if not state.backup:
        return None
    exists = state.backup in existing.repositories
    args = MonorepoBackupArgs(
        monorepo=plan.monorepo.name,
        branch=plan.monorepo.default_branch,
        exists=exists,
        leftovers=Leftovers(settings, state.backup, exists),
    )
    return MonorepoBackup(state.backup, args, opts)


def keep_monorepo(
    settings: Settings, plan: Plan, state: DesiredState, moved: Histories, after: Iterable[pulumi.Resource]
) -> None:
    """Register the monorepo as soon as a wave is cut over or rolled back; it comes after everything else."""
    properties = properties_of(settings, plan, state, moved)
    if late := moved.stragglers(plan, state):
        pulumi.log.warn(
            f"{len(late)} commit{'' if len(late) == 1 else 's'} of the monorepo, in folders that are frozen, "
            f"{'is' if len(late) == 1 else 'are'} not carried over: {', '.join(one.commit[:12] for one in late[:5])}. "
            "./multirepo drift names the authors, and the commands that bring them over."
        )
    if properties["frozen"] or properties["thawed"]:
        Monorepo(properties, pulumi.ResourceOptions(depends_on=list(after)))


def properties_of(settings: Settings, plan: Plan, state: DesiredState, moved: Histories) -> dict[str, Any]:
    """What is wanted of the monorepo. Its head is shown, not compared: it moves on by itself."""
    planned = {one.name: one for one in plan.repositories}
    frozen, thawed = {}, {}
    for desired in state.repositories:
        if desired.archived and desired.code:
            thawed[desired.name] = _folders(settings, plan, planned[desired.name], desired)
        elif desired.cut_over and (carried := moved.carried(desired.name)):
            folders = _folders(settings, plan, planned[desired.name], desired)
            frozen[desired.name] = folders | _as_properties(carried)
    return {
        "name": plan.monorepo.name,
        "branch": plan.monorepo.default_branch,
        "repository": settings.monorepo_repository,
        "frozen": frozen,
        "thawed": thawed,
        "archived": state.archived,
        "links": {one.name: _address(settings, one.name) for one in state.repositories},
        "head": moved.split.monorepo_head,
    }


def _folders(settings: Settings, plan: Plan, planned: Repository, desired: DesiredRepository) -> dict[str, Any]:
    assert desired.code
    owners = planned.code_owners.get("*", ())
    return {
        "folders": [move.source for move in desired.code.moves],
        "url": _address(settings, desired.name),
        "owners": [one if one.startswith("@") else f"@{settings.owner}/{one}" for one in owners],
        "in_place": plan.monorepo.notice == "in_place",
    }


def _as_properties(carried: Carried) -> dict[str, Any]:
    return {"head": carried.head, "tree": carried.tree, "tags": dict(carried.tags)}


def _address(settings: Settings, name: str) -> str:
    return settings.github.clone_url(settings.owner, name).removesuffix(".git")

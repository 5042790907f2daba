"""What the monorepo's provider does in its own process: from the resource's properties to commits, and back."""

from collections.abc import Mapping
from typing import Any

import httpx
from pulumi.dynamic import Config

from components.monorepo.monorepo_at_github import MonorepoAtGitHub
from components.stack.locations import monorepo_of, monorepo_remote, remote_of, workspace_of
from components.stack.provider_settings import settings_from
from components.stack.settings import Settings
from migration.cutover.bringing_back import BringingBack, BroughtBack
from migration.cutover.freezing import FrozenFolders
from migration.cutover.frozen import DeliveredHistory
from migration.cutover.reconcile import BROUGHT_BACK, MonorepoReconciler, MonorepoTarget, ReconcileResult
from migration.cutover.reversal import Reversal
from migration.delivery.push import VENDOR_REF
from migration.desired_state import Stage, desired_state, managed_files
from migration.errors import CarryRefusedError, RemoteError
from migration.git.command import GitError
from migration.git.pipeline_files import project_files
from migration.plan import FROZEN_TAG, read_plan
from migration.split.workspace import Workspace, has_commit


def reconcile(props: Mapping[str, Any], config: Config) -> dict[str, Any]:
    """Reconcile the monorepo with the properties; returns them with the result. Raises CodeMoveError."""
    settings = settings_from(config, props)
    monorepo = monorepo_of(settings)
    git_dir = Workspace(workspace_of(settings)).git_dir
    target = read_target(props)
    split = Workspace(workspace_of(settings)).latest()
    files = split.files if split else ()
    folders = [folder for each, _ in target.frozen.values() for folder in each.folders]
    if target.unfrozen:  # a rule for the rest would close the folders of those, too
        folders = [folder for folder in folders if folder]
    places = [folder if folder in files else f"{folder}/**/*".lstrip("/") for folder in folders]
    try:
        with MonorepoAtGitHub(settings, props["repository"]) as at_github:
            if not props["archived"]:
                at_github.archive(False)
            keeper = MonorepoReconciler(target, monorepo, git_dir, _BringingBack(settings, props["branch"]))
            done = keeper.keep(monorepo_remote(settings))
            unprotected = at_github.protect(places)
            if props["archived"]:
                at_github.archive(True)
    except GitError as error:
        raise RemoteError(f"The monorepo could not be changed: {error}. Run pulumi up again.") from error
    except httpx.HTTPError as error:
        raise RemoteError(f"GitHub did not change the monorepo: {error}. Run pulumi up again.") from None
    return {**props, **_outputs(done, settings, unprotected)}


def read_monorepo(props: Mapping[str, Any], config: Config) -> dict[str, Any]:
    """The properties as the monorepo has them now."""
    settings = settings_from(config, props)
    refs = monorepo_remote(settings).refs(f"refs/tags/{FROZEN_TAG}*")
    frozen = {name: folders for name, folders in props["frozen"].items() if f"refs/tags/{FROZEN_TAG}{name}" in refs}
    with MonorepoAtGitHub(settings, props["repository"]) as at_github:
        archived = at_github.is_archived() if props["repository"] else props["archived"]
    return {**props, "frozen": frozen, "archived": archived}


class _BringingBack:
    """Looks into the repositories that were rolled back."""

    def __init__(self, settings: Settings, branch: str) -> None:
        self._settings, self._branch = settings, branch
        self._plan = read_plan(settings.plan_file)

    def __call__(self, name: str, origin: str, known: Mapping[str, str]) -> BroughtBack:
        planned = next(repository for repository in self._plan.repositories if repository.name == name)
        stages = {wave.name: Stage.MOVING for wave in self._plan.waves}
        desired = next(
            repository for repository in desired_state(self._plan, stages).repositories if repository.name == name
        )
        remote, git_dir = remote_of(self._settings, name), Workspace(workspace_of(self._settings)).git_dir
        refs = remote.refs()
        default_ref = f"refs/heads/{desired.default_branch}"
        if default_ref not in refs or VENDOR_REF not in refs:
            raise CarryRefusedError(
                f"{name}: its branches {desired.default_branch} and {VENDOR_REF.rpartition('/')[2]} are not both on "
                "GitHub, so the work of people there cannot be distinguished from the monorepo's. Restore them and run "
                "pulumi up again."
            )
        for ref in (default_ref, VENDOR_REF):
            if not has_commit(git_dir, refs[ref]):
                remote.fetch(git_dir, ref)
        own = project_files(git_dir, refs[VENDOR_REF])
        files = managed_files(self._plan, name, self._settings.owner, self._settings.registry, own)
        reversal = Reversal(
            plan=self._plan,
            repository=planned,
            index_url=self._settings.index_url,
            managed={file.path: file.content for file in files},
        )
        assert desired.code
        split = Workspace(workspace_of(self._settings)).latest()
        moves = desired.code.with_files(split.files if split else ()).moves
        bringing = BringingBack(git_dir, name, moves, reversal)
        return bringing.bring(refs[default_ref], refs[VENDOR_REF], origin, known)


def read_target(props: Mapping[str, Any]) -> MonorepoTarget:
    """What the properties ask for, in one order: the engine hands maps over in any, and commits must not differ."""
    return MonorepoTarget(
        name=props["name"],
        branch=props["branch"],
        head=props["head"],
        frozen={
            name: (_folders(name, entry), DeliveredHistory(head=entry["head"], tree=entry["tree"], tags=entry["tags"]))
            for name, entry in sorted(props["frozen"].items())
        },
        unfrozen={name: _folders(name, folders) for name, folders in sorted(props["thawed"].items())},
        archived=props["archived"],
        links=dict(sorted(props["links"].items())),
    )


def _folders(name: str, props: Mapping[str, Any]) -> FrozenFolders:
    return FrozenFolders(
        repository=name,
        url=props["url"],
        folders=tuple(props["folders"]),
        owners=tuple(props["owners"]),
        in_place=props["in_place"],
        staying=tuple(props.get("staying", ())),
        targets=props.get("targets", {}),
    )


def _outputs(done: ReconcileResult, settings: Settings, unprotected: str) -> dict[str, Any]:
    waiting = [
        f"{name}: people's work there and the monorepo changed the same lines. It waits in the monorepo's branch "
        f"{BROUGHT_BACK}{name}: merge that into the default branch, then run pulumi up again."
        for name in done.waiting
    ]
    return {
        "pipelines": list(done.pipelines),
        "listed": {name: list(paths) for name, paths in done.listed.items()},
        "waiting": "\n".join(waiting),
        "unprotected": unprotected,
    }

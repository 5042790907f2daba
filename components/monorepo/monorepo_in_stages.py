"""The monorepo beside its repositories: backed up first, its folders frozen, unfrozen, and archived at the end."""

from collections.abc import Container
from typing import Any

import pulumi

from components.github.existing_parts import Part, existing_rulesets
from components.github.inventory import GitHubInventory
from components.history.prepared_histories import PreparedHistories
from components.monorepo.monorepo_backup import TARGETS, MonorepoBackupArgs, ruleset_name
from components.stack.settings import Settings
from components.stack.stack_provider import target_properties
from migration.cutover.frozen import DeliveredHistory
from migration.desired_state import DesiredRepository, DesiredState
from migration.plan import Plan, Repository


def backup_of(
    settings: Settings, plan: Plan, state: DesiredState, existing: GitHubInventory, stored: frozenset[Part]
) -> MonorepoBackupArgs | None:
    """The backup, which everything else waits for; None while nothing of the migration exists."""
    if not state.backup:
        return None
    exists = state.backup in existing.repositories
    rulesets = [ruleset_name(target) for target in TARGETS]
    return MonorepoBackupArgs(
        monorepo=plan.monorepo.name,
        branch=plan.monorepo.default_branch,
        exists=exists,
        target=target_properties(settings.server, settings.owner),
        imports=existing_rulesets(settings, state.backup, rulesets, stored) if exists else {},
    )


def end_of(settings: Settings, plan: Plan, state: DesiredState, moved: PreparedHistories) -> dict[str, Any] | None:
    """The properties of the monorepo as soon as a wave is cut over or rolled back; None before.

    Warns of late commits.
    """
    properties = properties_of(settings, plan, state, moved)
    if late := moved.stragglers(plan, state):
        pulumi.log.warn(
            f"{len(late)} commit{'' if len(late) == 1 else 's'} of the monorepo, in folders that are frozen, "
            f"{'is' if len(late) == 1 else 'are'} not synced: {', '.join(commit.commit[:12] for commit in late[:5])}. "
            "./multirepo drift names the authors, and the commands that bring them over."
        )
    return properties if properties["frozen"] or properties["thawed"] else None


def properties_of(settings: Settings, plan: Plan, state: DesiredState, moved: PreparedHistories) -> dict[str, Any]:
    """What is wanted of the monorepo. Its head is shown, not compared: it moves on by itself."""
    planned = {repository.name: repository for repository in plan.repositories}
    frozen, unfrozen = {}, {}
    for desired in state.repositories:
        if desired.archived and desired.code:
            unfrozen[desired.name] = _folders(settings, plan, planned[desired.name], desired, moved.split.files)
        elif desired.cut_over and (carried := moved.carried(desired.name)):
            folders = _folders(settings, plan, planned[desired.name], desired, moved.split.files)
            frozen[desired.name] = folders | _as_properties(carried)
    return {
        **target_properties(settings.server, settings.owner),
        "name": plan.monorepo.name,
        "branch": plan.monorepo.default_branch,
        "repository": settings.monorepo_repository,
        "frozen": frozen,
        "thawed": unfrozen,
        "archived": state.archived,
        "links": {repository.name: _address(settings, repository.name) for repository in state.repositories},
        "head": moved.split.monorepo_head,
    }


def _folders(
    settings: Settings, plan: Plan, planned: Repository, desired: DesiredRepository, files: Container[str]
) -> dict[str, Any]:
    assert desired.code
    owners = planned.code_owners.get("*", ())
    folders = [move.source for move in desired.code.moves if not move.shared]
    targets = {move.source: move.target for move in desired.code.moves if move.target and not move.shared}
    staying = [folder for folder in folders if folder in files or _is_copied(plan, folder)]
    return {
        "folders": folders,
        **({"staying": staying} if staying else {}),
        **({"targets": targets} if targets else {}),
        "url": _address(settings, desired.name),
        "owners": [login if login.startswith("@") else f"@{settings.owner}/{login}" for login in owners],
        "in_place": plan.monorepo.notice == "in_place",
    }


def _is_copied(plan: Plan, folder: str) -> bool:
    """Whether another repository takes a copy of files in the folder."""
    if not folder:  # the rest
        return True
    copies = (f"{move.source}/" for repository in plan.repositories for move in repository.moves if move.shared)
    return any(copy.startswith(f"{folder}/") or f"{folder}/".startswith(copy) for copy in copies)


def _as_properties(carried: DeliveredHistory) -> dict[str, Any]:
    return {"head": carried.head, "tree": carried.tree, "tags": dict(carried.tags)}


def _address(settings: Settings, name: str) -> str:
    return settings.github.clone_url(settings.owner, name).removesuffix(".git")

"""The histories that a stack moves: from its settings and plan to what each repository gets."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from components.settings import WORKSPACE, Settings, github_token
from migration.code_move.mirror import fetched, is_address
from migration.code_move.proof import proof_of
from migration.code_move.splitting import Split, split_monorepo
from migration.code_move.tip import blame_ignore_revs
from migration.code_move.tree_changes import Transform, transformed_tree
from migration.desired_state import DesiredRepository, DesiredState
from migration.desired_state.moves import CodeSelection

Progress = Callable[[str, int, int], None]


def split_histories(settings: Settings, monorepo: Path, branch: str, state: DesiredState, progress: Progress) -> Split:
    """The history of every repository that takes code, split in one pass and proved.

    Raises CodeMoveError; ProofError when the split does not hold its proof, so that it is never pushed.
    """
    selections = selections_of(state)
    split = split_monorepo(monorepo, f"refs/heads/{branch}", selections, workspace_of(settings), progress)
    proof_of(split, monorepo, selections, progress).demand()
    return split


def tips_of(split: Split, state: DesiredState) -> dict[str, str]:
    """The tree at the tip of each vendor branch where the plan's transforms change that of the split's head.

    Raises CodeMoveError.
    """
    trees = {}
    for repository in state.repositories:
        history = split.histories.get(repository.name)
        transforms = list(_transforms(repository, split))
        if history and history.head and transforms:
            trees[repository.name] = transformed_tree(split.git_dir, history.head, transforms)
    return {name: tree for name, tree in trees.items() if tree}


def _transforms(repository: DesiredRepository, split: Split) -> Iterator[Transform]:
    """What the plan names for one repository, in the order in which it is applied."""
    if repository.blame_ignore_revs:
        yield blame_ignore_revs(split.git_dir, repository.name, split.monorepo_head)


def selections_of(state: DesiredState) -> dict[str, CodeSelection]:
    """What each repository takes, for those that take code."""
    return {repository.name: repository.code for repository in state.repositories if repository.code}


def monorepo_of(settings: Settings) -> Path:
    """The monorepo on this machine, fetched first when the stack names an address."""
    if not is_address(settings.monorepo):
        return settings.monorepo_folder
    # The token is for the stack's GitHub alone: no other host gets to see it.
    token = github_token() if settings.monorepo.startswith(f"{settings.github.address}/") else None
    return fetched(settings.monorepo, workspace_of(settings) / "monorepo.git", token)


def workspace_of(settings: Settings) -> Path:
    """Where this checkout keeps what it computed from the stack's monorepo and plan."""
    name = Path(settings.monorepo).name.removesuffix(".git")
    digest = hashlib.sha256(f"{settings.monorepo}\0{settings.plan_file}".encode()).hexdigest()[:8]
    return WORKSPACE / "history" / f"{name}-{digest}"

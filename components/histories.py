"""The histories that a stack moves: from its settings and plan to what each repository gets."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from components.settings import WORKSPACE, Settings, github_token
from migration.code_move.mirror import fetched, is_address
from migration.code_move.splitting import Split, split_monorepo
from migration.desired_state import DesiredState

Progress = Callable[[str, int, int], None]


def split_histories(settings: Settings, monorepo: Path, branch: str, state: DesiredState, progress: Progress) -> Split:
    """The history of every repository that takes code, split in one pass. Raises CodeMoveError."""
    selections = {repository.name: repository.code for repository in state.repositories if repository.code}
    return split_monorepo(monorepo, f"refs/heads/{branch}", selections, workspace_of(settings), progress)


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

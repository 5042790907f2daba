"""The histories that a stack moves: from its settings and plan to what each repository gets."""

from collections.abc import Callable
from pathlib import Path

from migration.code_move.splitting import History, Split, split_monorepo

from components.code_move import CodeMoveArgs
from components.settings import PROJECT, WORKSPACE, Settings, github_token
from migration.code_move.workspace import is_address, local_monorepo, workspace_of
from migration.desired_state import DesiredRepository, DesiredState

Progress = Callable[[str, int, int], None]


def split_histories(settings: Settings, branch: str, state: DesiredState, progress: Progress) -> Split:
    """The history of every repository that takes code, split in one pass. Raises CodeMoveError."""
    selections = {repository.name: repository.code for repository in state.repositories if repository.code}
    return split_monorepo(monorepo_of(settings), branch, selections, workspace_for(settings), progress)


def monorepo_of(settings: Settings) -> Path:
    """The monorepo on this machine, fetched first when the stack names an address."""
    address = _from_project(settings.monorepo)
    # The token is for the stack's GitHub alone: no other host gets to see it.
    token = github_token() if address.startswith(f"{settings.github.address}/") else None
    return local_monorepo(address, workspace_for(settings), token)


def workspace_for(settings: Settings) -> Path:
    """Where this checkout keeps what it computed from the stack's monorepo."""
    return workspace_of(_from_project(settings.monorepo), WORKSPACE / "history")


def code_move_args(desired: DesiredRepository, history: History) -> CodeMoveArgs | None:
    """What the repository's code move carries; None when no commit touches its folders."""
    if history.head is None:
        return None
    return CodeMoveArgs(
        repository=desired.name,
        default_branch=desired.default_branch,
        head=history.head,
        tags=history.tags,
        carries=in_figures(history),
    )


def in_figures(history: History) -> str:
    """The history in figures, such as "1,204 commits, 38 merges, 3 tags, 412 files"."""
    counts = {
        "commit": history.commits,
        "merge": history.merges,
        "tag": len(history.tags),
        "file": history.files,
    }
    return ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items())


def _from_project(monorepo: str) -> str:
    """Folders are given from the project's folder, so that a stack means the same wherever it is run from."""
    return monorepo if is_address(monorepo) else str(PROJECT / Path(monorepo).expanduser())

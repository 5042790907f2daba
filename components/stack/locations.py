"""The histories that a stack moves: from its settings and plan to what each repository gets."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from components.stack.settings import PROJECT, WORKSPACE, Settings, SettingsError, github_token
from migration.desired_state import DesiredState
from migration.desired_state.code_selection import CodeSelection
from migration.errors import SplitError
from migration.git.command import GitError, run_git
from migration.git.remote import Remote
from migration.monorepo.completeness import demand_complete
from migration.monorepo.fetch import fetched, is_address
from migration.monorepo.rehearsal_copy import bring_up_to_date
from migration.proof import proof_of
from migration.split.overlap import demand_no_overlap
from migration.split.splitting import Split, split_monorepo

COPIES = WORKSPACE / "monorepos"
"""Where rehearsals have their copies of monorepos."""
_CLONES_OF_CLONES = 3
Progress = Callable[[str, int, int], None]


def split_histories(settings: Settings, monorepo: Path, branch: str, state: DesiredState, progress: Progress) -> Split:
    """The history of every repository that takes code, split in one pass and proved.

    Raises CodeMoveError; ProofError when the split does not hold its proof, so that it is never pushed.
    """
    selections = selections_of(state)
    revision = _revision(settings, monorepo, branch)
    split = split_monorepo(monorepo, revision, selections, workspace_of(settings), progress)
    demand_no_overlap(split, selections)
    proof_of(split, monorepo, selections, progress).demand()
    return split


def _revision(settings: Settings, monorepo: Path, branch: str) -> str:
    """The commit of the settings, or the branch. Raises SettingsError for a commit that is not on the branch."""
    commit = settings.commit
    if commit is None:
        return f"refs/heads/{branch}"
    try:
        run_git("merge-base", "--is-ancestor", commit, f"refs/heads/{branch}", directory=monorepo, user_config=True)
    except GitError:
        raise SettingsError(
            f"multirepo:commit: {commit} is not part of {branch} of {settings.monorepo}. The branch was rewritten, or "
            "the commit is another repository's. Preview again, or run: pulumi config rm multirepo:commit"
        ) from None
    return commit


def selections_of(state: DesiredState) -> dict[str, CodeSelection]:
    """What each repository takes, for those that take code."""
    return {repository.name: repository.code for repository in state.repositories if repository.code}


def monorepo_of(settings: Settings) -> Path:
    """The monorepo on this machine, fetched first when the stack names an address, or a rehearsal's copy.

    Raises SplitError when it lacks objects.
    """
    monorepo = _present_monorepo(settings)
    demand_complete(monorepo, workspace_of(settings) / "complete.json")
    return monorepo


def _present_monorepo(settings: Settings) -> Path:
    if not is_address(settings.monorepo_address):
        if settings.monorepo_folder.parent == COPIES:
            bring_up_to_date(settings.monorepo_folder)
        return settings.monorepo_folder
    return fetched(settings.monorepo_address, workspace_of(settings) / "monorepo.git", _token_for(settings))


def address_of(settings: Settings) -> str:
    """The monorepo's address for everybody: the stack's, or that of the folder's `origin`; "" where there is none."""
    place = settings.monorepo_address
    for _ in range(_CLONES_OF_CLONES):
        if is_address(place):
            return place
        folder = PROJECT / Path(place).expanduser()
        try:
            place = run_git("config", "remote.origin.url", directory=folder, user_config=True).decode().strip()
        except (GitError, SplitError):
            return ""
    return ""


def monorepo_remote(settings: Settings) -> Remote:
    """The shared monorepo, to which changes are pushed."""
    if not is_address(settings.monorepo_address):
        return Remote(url=str(settings.monorepo_folder))
    return Remote(url=settings.monorepo_address, token=_token_for(settings))


def remote_of(settings: Settings, repository: str, token: str | None = None) -> Remote:
    """A repository of the stack on GitHub. token: the environment's when None."""
    return Remote(url=settings.github.clone_url(settings.owner, repository), token=token or github_token())


def _token_for(settings: Settings) -> str | None:
    """The token is for the stack's GitHub alone: it is sent to no other host."""
    return github_token() if settings.monorepo_address.startswith(f"{settings.github.address}/") else None


def workspace_of(settings: Settings) -> Path:
    """Where this checkout keeps what it computed from the stack's monorepo and plan."""
    name = Path(settings.monorepo).name.removesuffix(".git")
    digest = hashlib.sha256(f"{settings.monorepo}\0{settings.plan_file}".encode()).hexdigest()[:8]
    return WORKSPACE / "history" / f"{name}-{digest}"

"""A branch of the monorepo as branches of the repositories that its commits are about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from migration.desired_state.code_selection import CodeSelection
from migration.errors import CarryRefusedError, SplitError
from migration.git.command import GitError, run_git
from migration.git.merge import is_ancestor
from migration.git.remote import Remote
from migration.split.commit_map import read_commit_map
from migration.split.splitting import split_monorepo
from migration.split.workspace import has_commit


@dataclass(frozen=True, kw_only=True)
class SplitBranch:
    """git_dir: holds the objects. head: the branch's split. commits: those that the default branch lacks."""

    git_dir: Path
    repository: str
    head: str
    commits: int


def repositories_of(
    monorepo: Path, branch: str, default_branch: str, selections: Mapping[str, CodeSelection]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The repositories whose folders the branch's own commits touch, and the paths that are in none of them.

    Raises SplitError when there is no such repository.
    """
    paths = _changed_paths(monorepo, branch, default_branch)
    if not paths:
        raise SplitError(f"The branch {branch!r} has no commit that {default_branch} lacks: nothing to carry.")
    homes = {name: {path for path in paths if _takes(selection, path)} for name, selection in selections.items()}
    touched = tuple(sorted(name for name, found in homes.items() if found))
    elsewhere = tuple(sorted(paths.difference(*homes.values())))
    if not touched:
        raise SplitError(
            f"The branch {branch!r} touches no repository's folder, only {', '.join(elsewhere[:3])}. Nothing to carry: "
            "name a branch that changes a moved folder."
        )
    return touched, elsewhere


def _changed_paths(monorepo: Path, branch: str, default_branch: str) -> set[str]:
    base = f"refs/heads/{default_branch}"
    try:
        changed = run_git(
            "log", "--format=", "--name-only", "--no-renames", "--no-merges", "-z", f"{base}..refs/heads/{branch}",
            directory=monorepo, user_config=True,
        )  # fmt: skip
    except GitError as error:
        raise SplitError(f"The monorepo has no branch {branch!r}. Push it there first, or correct its name.") from error
    return {path for path in changed.decode(errors="surrogateescape").replace("\n", "").split("\0") if path}


def split_branch(
    monorepo: Path, branch: str, default_branch: str, repository: str, selection: CodeSelection, workspace: Path
) -> SplitBranch:
    """Split the branch. Its commits go on from the repository's own, because a split is always the same.

    workspace: a folder of its own, since the next split of the default branch must not go on from this one.
    """
    alone = {repository: replace(selection, tags=())}
    split_monorepo(monorepo, f"refs/heads/{default_branch}", alone, workspace)
    split = split_monorepo(monorepo, f"refs/heads/{branch}", alone, workspace)
    head = split.histories[repository].head
    if head is None:
        raise SplitError(f"The branch {branch!r} brings nothing to {repository}.")
    own = ("rev-list", f"refs/heads/{default_branch}..refs/heads/{branch}")
    sources = set(run_git(*own, directory=monorepo, user_config=True).decode().split())
    pairs = read_commit_map(split.git_dir, repository, len(head) // 2)
    commits = len({new for source, new in pairs if source in sources})
    return SplitBranch(git_dir=split.git_dir, repository=repository, head=head, commits=commits)


def carry_branch(made: SplitBranch, branch: str, remote: Remote) -> bool:
    """Push it; False when it is there already. Raises CarryRefusedError where that would lose somebody's commits."""
    ref = f"refs/heads/{branch}"
    present = remote.refs().get(ref)
    if present == made.head:
        return False
    if present:
        if not has_commit(made.git_dir, present):
            remote.fetch(made.git_dir, ref)
        if is_ancestor(made.git_dir, made.head, present):
            return False
        if not is_ancestor(made.git_dir, present, made.head):
            raise CarryRefusedError(
                f"{made.repository}: branch {branch} is there with other commits ({present[:12]}). Nothing was pushed. "
                "Rename one of the two branches, and run this again."
            )
    remote.push(made.git_dir, {ref: made.head})
    return True


def _takes(selection: CodeSelection, path: str) -> bool:
    return any(move.landing(path, name) is not None for move in selection.moves for name in move.names)

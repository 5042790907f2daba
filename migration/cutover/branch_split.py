"""A branch of the monorepo as a branch of the one repository that its commits are about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from migration.desired_state.code_selection import CodeSelection
from migration.errors import CarryRefusedError, SplitError
from migration.git.command import GitError, run_git
from migration.git.merge import is_ancestor
from migration.git.remote import Remote
from migration.split.splitting import split_monorepo
from migration.split.workspace import has_commit


@dataclass(frozen=True, kw_only=True)
class SplitBranch:
    """git_dir: holds the objects. head: the branch's split. commits: those that the default branch's split lacks."""

    git_dir: Path
    repository: str
    head: str
    commits: int


def repository_of(monorepo: Path, branch: str, default_branch: str, selections: Mapping[str, CodeSelection]) -> str:
    """The one repository whose folders the branch's own commits touch. Raises SplitError when there is not one."""
    base = f"refs/heads/{default_branch}"
    try:
        changed = run_git(
            "log", "--format=", "--name-only", "--no-renames", "--no-merges", "-z", f"{base}..refs/heads/{branch}",
            directory=monorepo, user_config=True,
        )  # fmt: skip
    except GitError as error:
        raise SplitError(f"The monorepo has no branch {branch!r}. Push it there first, or correct its name.") from error
    paths = {path for path in changed.decode(errors="surrogateescape").replace("\n", "").split("\0") if path}
    homes = {name: {path for path in paths if _takes(selection, path)} for name, selection in selections.items()}
    touched = sorted(name for name, found in homes.items() if found)
    elsewhere = sorted(paths.difference(*homes.values()))
    if len(touched) == 1 and not elsewhere:
        return touched[0]
    if not paths:
        raise SplitError(f"The branch {branch!r} has no commit that {default_branch} lacks: nothing to carry.")
    places = [*touched, *(f"no repository's folder ({path})" for path in elsewhere[:3])]
    raise SplitError(
        f"The branch {branch!r} touches {' and '.join(places)}. Only a branch that touches one repository's folders "
        "can be synced: divide it in the monorepo, into one branch for each."
    )


def split_branch(
    monorepo: Path, branch: str, default_branch: str, repository: str, selection: CodeSelection, workspace: Path
) -> SplitBranch:
    """Split the branch. Its commits go on from the repository's own, because a split is always the same.

    workspace: a folder of its own, since the next split of the default branch must not go on from this one.
    """
    alone = {repository: replace(selection, tags=())}
    main = split_monorepo(monorepo, f"refs/heads/{default_branch}", alone, workspace).histories[repository].head
    split = split_monorepo(monorepo, f"refs/heads/{branch}", alone, workspace)
    head = split.histories[repository].head
    if head is None:
        raise SplitError(f"The branch {branch!r} brings nothing to {repository}.")
    known = [f"^{main}"] if main and has_commit(split.git_dir, main) else []
    count = run_git("rev-list", "--count", head, *known, directory=split.git_dir)
    return SplitBranch(git_dir=split.git_dir, repository=repository, head=head, commits=int(count))


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
    return any(f"{path}/".startswith(f"{folder}/") for move in selection.moves for folder in move.names)

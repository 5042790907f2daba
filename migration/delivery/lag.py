"""How far a repository on GitHub is behind the monorepo. Only looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from migration.delivery.conflicts import RESOLUTION_REF
from migration.delivery.push import VENDOR_REF, vendor_branch
from migration.errors import RemoteError
from migration.git.command import run_git
from migration.git.merge import is_ancestor
from migration.git.remote import Remote
from migration.split.workspace import has_commit


@dataclass(frozen=True, kw_only=True)
class Lag:
    """One repository. behind: commits of the split that it lacks; None when its vendor branch is none of ours.

    in_conflict: a pull request waits for a person to resolve what the monorepo and people changed differently.
    """

    exists: bool
    behind: int | None
    in_conflict: bool = False


def standing_of(git_dir: Path, remote: Remote, default_branch: str, head: str) -> Lag:
    """Compare a repository with the split's commit `head`, which is in `git_dir`. Raises RemoteError, GitError."""
    try:
        refs = remote.refs()
    except RemoteError as error:
        if error.missing:
            return Lag(exists=False, behind=_missing(git_dir, head))
        raise
    carried, _ = vendor_branch(refs, head, git_dir, remote)
    if carried and not (has_commit(git_dir, carried) and is_ancestor(git_dir, carried, head)):
        return Lag(exists=True, behind=None)
    return Lag(
        exists=True,
        behind=_missing(git_dir, head, carried),
        in_conflict=RESOLUTION_REF in refs and not _has_tip(git_dir, remote, refs, default_branch),
    )


def _missing(git_dir: Path, head: str, carried: str = "") -> int:
    known = [f"^{carried}"] if carried else []
    return int(run_git("rev-list", "--count", head, *known, directory=git_dir))


def _has_tip(git_dir: Path, remote: Remote, refs: Mapping[str, str], default_branch: str) -> bool:
    ref = f"refs/heads/{default_branch}"
    tip, present = refs.get(VENDOR_REF), refs.get(ref)
    if not tip or not present:
        return False
    if not has_commit(git_dir, present):
        remote.fetch(git_dir, ref)
    return has_commit(git_dir, tip) and is_ancestor(git_dir, tip, present)

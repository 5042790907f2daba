"""Carry a split history to its repository on GitHub without losing anything that people did there.

The vendor branch, the tags and the default branch are only ever created, fast-forwarded or merged into.
"""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from migration.code_move.errors import CarryRefusedError
from migration.code_move.git_objects import git_environment
from migration.code_move.notes import NOTES_REF, write_notes
from migration.code_move.remote import Remote
from migration.plan import VENDOR_BRANCH

VENDOR_REF = f"refs/heads/{VENDOR_BRANCH}"

IsAncestor: TypeAlias = Callable[[str, str], bool]


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What one repository must hold. head: commit of the vendor branch. tags: tag name to object id.

    notes: whether each commit gets a git note with its commit in the monorepo.
    """

    repository: str
    default_branch: str
    head: str
    tags: Mapping[str, str]
    notes: bool = False


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """People and the monorepo changed the same lines. paths: the files that git could not merge."""

    paths: tuple[str, ...]

    def explained(self, carried: Carried) -> str:
        """The sentence for the person who resolves it; by then the vendor branch is on GitHub."""
        return (
            f"{carried.repository}: {carried.default_branch} and the monorepo changed the same lines of "
            f"{', '.join(self.paths)}. {carried.default_branch} was left as it is. Merge by hand, push, and run "
            f"pulumi up again: git fetch && git switch {carried.default_branch} && git merge origin/{VENDOR_BRANCH}"
        )


def carry(carried: Carried, git_dir: Path, remote: Remote) -> str:
    """Bring `remote` up to `carried`, in one atomic push; nothing is sent when it is there already.

    git_dir holds the objects. Returns the commit of the default branch afterwards.
    Raises CarryRefusedError when a ref on GitHub is not where a fast-forward could start, RemoteError when git fails.
    """
    refs = remote.refs()
    default_ref = f"refs/heads/{carried.default_branch}"
    present = refs.get(default_ref)
    if present and not _has_commit(git_dir, present):
        remote.fetch(git_dir, default_ref)

    def is_ancestor(older: str, newer: str) -> bool:
        return _git(git_dir, "merge-base", "--is-ancestor", older, newer).returncode == 0

    refspecs = [*vendor_update(carried, refs, is_ancestor), *missing_tags(carried, refs)]
    if carried.notes:
        refspecs += _notes_update(carried, refs.get(NOTES_REF), git_dir, remote)
    default_head = _default_branch_head(carried, present, is_ancestor, git_dir)
    if isinstance(default_head, Conflict):
        if refspecs:
            remote.push(git_dir, refspecs)
        raise CarryRefusedError(default_head.explained(carried))
    if default_head != present:
        refspecs.append(f"{default_head}:{default_ref}")
    if refspecs:
        remote.push(git_dir, refspecs)
    return default_head


def vendor_update(carried: Carried, refs: Mapping[str, str], is_ancestor: IsAncestor) -> list[str]:
    """The refspec that creates or fast-forwards the vendor branch; none when it is up to date."""
    present = refs.get(VENDOR_REF)
    if present == carried.head:
        return []
    if present and not is_ancestor(present, carried.head):
        raise CarryRefusedError(
            f"{carried.repository}: branch {VENDOR_BRANCH} is at {present[:12]}, which is not part of the history that "
            f"the monorepo gives ({carried.head[:12]}). Either somebody pushed to {VENDOR_BRANCH}, or the monorepo or "
            "the plan's moves were rewritten. Nothing was pushed. Put the branch back to where it was (GitHub's "
            "activity view of the branch shows it), or undo the change of the plan; then run pulumi up again."
        )
    return [f"{carried.head}:{VENDOR_REF}"]


def missing_tags(carried: Carried, refs: Mapping[str, str]) -> list[str]:
    """The refspecs that create tags. A tag that exists elsewhere is a refusal: tags do not move."""
    moved = {
        name: present
        for name, object_id in carried.tags.items()
        if (present := refs.get(f"refs/tags/{name}")) and present != object_id
    }
    if moved:
        listed = ", ".join(
            f"{name} (there {present[:12]}, from the monorepo {carried.tags[name][:12]})"
            for name, present in sorted(moved.items())
        )
        raise CarryRefusedError(
            f"{carried.repository}: tags that exist with another content: {listed}. Nothing was pushed. "
            "Delete or rename those tags on GitHub, or give the monorepo's another name with `tags` in the plan."
        )
    return [
        f"{object_id}:refs/tags/{name}"
        for name, object_id in sorted(carried.tags.items())
        if f"refs/tags/{name}" not in refs
    ]


def _notes_update(carried: Carried, present: str | None, git_dir: Path, remote: Remote) -> list[str]:
    """The refspec that creates or fast-forwards the notes; none when they are up to date."""
    if present and not _has_commit(git_dir, present):
        remote.fetch(git_dir, NOTES_REF)
    notes = write_notes(git_dir, carried.repository, carried.head, present)
    return [] if notes == present else [f"{notes}:{NOTES_REF}"]


def _default_branch_head(
    carried: Carried, present: str | None, is_ancestor: IsAncestor, git_dir: Path
) -> str | Conflict:
    """Where the default branch goes: fast-forwarded if only the monorepo moved on, merged if people did too."""
    if present is None or is_ancestor(present, carried.head):
        return carried.head
    if is_ancestor(carried.head, present):
        return present
    return _merge(carried, present, git_dir)


def _merge(carried: Carried, present: str, git_dir: Path) -> str | Conflict:
    """A merge commit of people's work and the vendor branch. Dates are the vendor head's: same inputs, same id."""
    merged = _git(git_dir, "merge-tree", "--write-tree", "--name-only", "--no-messages", present, carried.head)
    tree, *conflicting = merged.stdout.splitlines()
    if merged.returncode:
        return Conflict(paths=tuple(conflicting))
    date = _git(git_dir, "show", "--no-patch", "--format=%cd", "--date=raw", carried.head).stdout.strip()
    author = {"NAME": "multirepo", "EMAIL": "multirepo@users.noreply.github.com", "DATE": date}
    identity = {f"GIT_{role}_{part}": text for role in ("AUTHOR", "COMMITTER") for part, text in author.items()}
    message = f"Merge branch '{VENDOR_BRANCH}' into {carried.default_branch}"
    commit = _git(git_dir, "commit-tree", tree, "-p", present, "-p", carried.head, "-m", message, environment=identity)
    return commit.stdout.strip()


def _has_commit(git_dir: Path, commit: str) -> bool:
    return _git(git_dir, "cat-file", "-e", f"{commit}^{{commit}}").returncode == 0


def _git(
    git_dir: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["git", "-C", str(git_dir), *arguments],
        env={**git_environment(user_config=False), **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )

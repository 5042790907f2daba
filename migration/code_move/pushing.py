"""Carry a split history to its repository on GitHub without losing anything that people did there.

The vendor branch, the tags and the default branch are only ever created, fast-forwarded or merged into.
"""

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from migration.code_move.errors import CarryRefusedError, CodeMoveError
from migration.code_move.git_objects import GitError, git_environment
from migration.code_move.notes import NOTES_REF, write_notes
from migration.code_move.remote import Remote
from migration.code_move.tip import Tip, next_tip
from migration.plan import VENDOR_BRANCH

VENDOR_REF = f"refs/heads/{VENDOR_BRANCH}"

IsAncestor: TypeAlias = Callable[[str, str], bool]


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What one repository must hold. head: the split's last commit. tags: tag name to object id.

    tree: of the vendor branch's tip, where the plan's transforms change that of `head`.
    notes: whether each commit gets a git note with its commit in the monorepo.
    """

    repository: str
    default_branch: str
    head: str
    tree: str | None = None
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
    Raises CarryRefusedError when a ref on GitHub is not where a fast-forward could start, RemoteError when git cannot
    talk to it, CodeMoveError when what is on this machine is damaged.
    """
    try:
        return _carry(carried, git_dir, remote)
    except GitError as error:
        raise CodeMoveError(
            f"{carried.repository}: {error}. Nothing was pushed. Delete {git_dir}, which is made anew, and run again."
        ) from error


def vendor_branch(refs: Mapping[str, str], head: str, git_dir: Path, remote: Remote) -> tuple[str, str]:
    """The commit of the split behind the vendor branch that `refs` tell of, and the tree of its transform commit.

    "" for a branch, or a transform commit, that does not exist. head: where the split is expected to be.
    """
    vendor = refs.get(VENDOR_REF, "")
    if vendor in ("", head):
        return vendor, ""
    if git_dir.exists() and _has_commit(git_dir, vendor):
        tip = Tip.read(git_dir, vendor)
    else:
        with tempfile.TemporaryDirectory() as folder:
            remote.fetch_commit(Path(folder), VENDOR_REF)
            tip = Tip.read(Path(folder), vendor)
    return (tip.split_head, tip.tree) if tip else (vendor, "")


def _carry(carried: Carried, git_dir: Path, remote: Remote) -> str:
    refs = remote.refs()
    default_ref = f"refs/heads/{carried.default_branch}"
    present, vendor = refs.get(default_ref), refs.get(VENDOR_REF)
    for ref, commit in ((default_ref, present), (VENDOR_REF, vendor)):
        if commit and not _has_commit(git_dir, commit):
            remote.fetch(git_dir, ref)

    def is_ancestor(older: str, newer: str) -> bool:
        return _git(git_dir, "merge-base", "--is-ancestor", older, newer).returncode == 0

    _refuse_foreign(carried, vendor, is_ancestor, git_dir)
    tip = next_tip(git_dir, carried.head, carried.tree, vendor)
    refspecs = [] if tip == vendor else [f"{tip}:{VENDOR_REF}"]
    refspecs += missing_tags(carried, refs)
    if carried.notes:
        refspecs += _notes_update(carried, refs.get(NOTES_REF), git_dir, remote)
    default_head = _default_branch_head(carried, tip, present, is_ancestor, git_dir)
    if isinstance(default_head, Conflict):
        if refspecs:
            remote.push(git_dir, refspecs)
        raise CarryRefusedError(default_head.explained(carried))
    if default_head != present:
        refspecs.append(f"{default_head}:{default_ref}")
    if refspecs:
        remote.push(git_dir, refspecs)
    return default_head


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


def _refuse_foreign(carried: Carried, vendor: str | None, is_ancestor: IsAncestor, git_dir: Path) -> None:
    """Refuse a vendor branch that the code move did not make, or that goes on from something else."""
    if vendor is None:
        return
    tip = Tip.read(git_dir, vendor)
    if not is_ancestor(tip.split_head if tip else vendor, carried.head):
        raise CarryRefusedError(
            f"{carried.repository}: branch {VENDOR_BRANCH} is at {vendor[:12]}, which is not part of the history that "
            f"the monorepo gives ({carried.head[:12]}). Nothing was pushed. Choose:\n"
            f"- somebody pushed to {VENDOR_BRANCH}: put it back to where it was (GitHub's activity view of the branch "
            "shows it), and their commits on another branch;\n"
            "- the monorepo was rewritten by mistake, or its moves in the plan were: undo that;\n"
            "- the rewrite is meant: give the repository another name in the plan. The one at GitHub is archived with "
            "all that people did there, and the new history goes to the new one.\nThen run pulumi up again."
        )


def _default_branch_head(
    carried: Carried, tip: str, present: str | None, is_ancestor: IsAncestor, git_dir: Path
) -> str | Conflict:
    """Where the default branch goes: fast-forwarded if only the monorepo moved on, merged if people did too."""
    if present is None or is_ancestor(present, tip):
        return tip
    if is_ancestor(tip, present):
        return present
    return _merge(carried, tip, present, git_dir)


def _merge(carried: Carried, tip: str, present: str, git_dir: Path) -> str | Conflict:
    """A merge commit of people's work and the vendor branch. Dates are the vendor tip's: same inputs, same id."""
    merged = _git(git_dir, "merge-tree", "--write-tree", "--name-only", "--no-messages", present, tip)
    tree, *conflicting = merged.stdout.splitlines()
    if merged.returncode:
        return Conflict(paths=tuple(conflicting))
    date = _git(git_dir, "show", "--no-patch", "--format=%cd", "--date=raw", tip).stdout.strip()
    author = {"NAME": "multirepo", "EMAIL": "multirepo@users.noreply.github.com", "DATE": date}
    identity = {f"GIT_{role}_{part}": text for role in ("AUTHOR", "COMMITTER") for part, text in author.items()}
    message = f"Merge branch '{VENDOR_BRANCH}' into {carried.default_branch}"
    commit = _git(git_dir, "commit-tree", tree, "-p", present, "-p", tip, "-m", message, environment=identity)
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

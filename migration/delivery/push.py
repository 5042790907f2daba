"""Carry a split history to its repository on GitHub without losing anything that people did there.

The vendor branch, the tags and the default branch are only ever created, fast-forwarded or merged into.
"""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from migration.delivery.conflicts import RESOLUTION_BRANCH, RESOLUTION_REF, Conflict
from migration.delivery.notes import NOTES_REF, write_notes
from migration.delivery.vendor_tip import Tip, next_tip, release_tag
from migration.errors import CarryRefusedError, CodeMoveError
from migration.git.command import GitError
from migration.git.merge import is_ancestor, merge_base, merged
from migration.git.remote import Remote
from migration.plan import VENDOR_BRANCH
from migration.split.workspace import has_commit

VENDOR_REF = f"refs/heads/{VENDOR_BRANCH}"


@dataclass(frozen=True, kw_only=True)
class PushTarget:
    """What one repository must hold. head: the split's last commit. tags: tag name to object id.

    tree: of the vendor branch's tip, where the plan's transforms change that of `head`.
    notes: whether each commit gets a git note with its commit in the monorepo.
    first_release: a tag for the default branch once it is complete, unless there is one of that name; "" for none.
    brought_back: commits of the default branch up to which a rollback took people's work into the monorepo.
    """

    repository: str
    default_branch: str
    head: str
    tree: str | None = None
    tags: Mapping[str, str]
    notes: bool = False
    first_release: str = ""
    brought_back: Iterable[str] = ()


@dataclass(frozen=True, kw_only=True)
class PushResult:
    """After a push. head: the default branch's commit. conflict: why it is not further, None when it has everything."""

    head: str
    conflict: Conflict | None = None


def carry(carried: PushTarget, git_dir: Path, remote: Remote) -> PushResult:
    """Bring `remote` up to `carried`, in one atomic push; nothing is sent when it is there already.

    git_dir holds the objects. Where people and the monorepo changed the same lines, the default branch stays, and the
    branch for the resolution gets what is to be merged.
    Raises CarryRefusedError when a ref on GitHub is not where a fast-forward could start, RemoteError when git cannot
    talk to it, CodeMoveError when what is on this machine is damaged.
    """
    try:
        return _carry(carried, git_dir, remote)
    except GitError as error:
        raise CodeMoveError(
            f"{carried.repository}: {error}. Nothing was pushed. Delete {git_dir}, which is made again, and run again."
        ) from error


def vendor_branch(refs: Mapping[str, str], head: str, git_dir: Path, remote: Remote) -> tuple[str, str]:
    """The commit of the split behind the vendor branch in `refs`, and the tree of its transform commit.

    "" for a branch, or a transform commit, that does not exist. head: where the split is expected to be.
    """
    vendor = refs.get(VENDOR_REF, "")
    if vendor in ("", head):
        return vendor, ""
    if git_dir.exists() and has_commit(git_dir, vendor):
        tip = Tip.read(git_dir, vendor)
    else:
        with tempfile.TemporaryDirectory() as folder:
            remote.fetch_commit(Path(folder), VENDOR_REF)
            tip = Tip.read(Path(folder), vendor)
    return (tip.split_head, tip.tree) if tip else (vendor, "")


def _carry(carried: PushTarget, git_dir: Path, remote: Remote) -> PushResult:
    refs = remote.refs()
    default_ref = f"refs/heads/{carried.default_branch}"
    present, vendor, resolution = (refs.get(ref) for ref in (default_ref, VENDOR_REF, RESOLUTION_REF))
    for ref, commit in ((default_ref, present), (VENDOR_REF, vendor), (RESOLUTION_REF, resolution)):
        if commit and not has_commit(git_dir, commit):
            remote.fetch(git_dir, ref)
    _refuse_foreign(carried, vendor, git_dir)
    tip = next_tip(git_dir, carried.head, carried.tree, vendor)
    desired = {VENDOR_REF: tip}
    if carried.notes:
        desired[NOTES_REF] = _notes(carried, refs.get(NOTES_REF), git_dir, remote)
    theirs = by_way_of(git_dir, carried.default_branch, present, tip, carried.brought_back) if present else tip
    result = merged(git_dir, present, theirs, _merge_message(carried.default_branch)) if present else tip
    if isinstance(result, str):
        outcome = PushResult(head=result)
        desired[default_ref] = result
        release = f"refs/tags/{carried.first_release}"
        if carried.first_release and release not in refs and carried.first_release not in carried.tags:
            desired[release] = release_tag(git_dir, carried.repository, carried.first_release, result)
    else:
        assert present
        conflict = Conflict.between(git_dir, carried.repository, carried.default_branch, present, theirs, result)
        outcome = PushResult(head=present, conflict=conflict)
        proposed = merged(git_dir, resolution, theirs, _merge_message(RESOLUTION_BRANCH)) if resolution else theirs
        if isinstance(proposed, str):
            desired[RESOLUTION_REF] = proposed
    changed = {ref: commit for ref, commit in desired.items() if refs.get(ref) != commit} | missing_tags(carried, refs)
    if changed:
        remote.push(git_dir, changed)
    return outcome


def missing_tags(carried: PushTarget, refs: Mapping[str, str]) -> dict[str, str]:
    """Full name to object id of the tags to create. A tag that exists elsewhere is a refusal: tags do not move."""
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
    return {
        f"refs/tags/{name}": object_id for name, object_id in carried.tags.items() if f"refs/tags/{name}" not in refs
    }


def _notes(carried: PushTarget, present: str | None, git_dir: Path, remote: Remote) -> str:
    """Where the notes go; where they are when they are up to date."""
    if present and not has_commit(git_dir, present):
        remote.fetch(git_dir, NOTES_REF)
    return write_notes(git_dir, carried.repository, carried.head, present)


def _refuse_foreign(carried: PushTarget, vendor: str | None, git_dir: Path) -> None:
    """Refuse a vendor branch that the code move did not make, or that goes on from something else."""
    if vendor is None:
        return
    tip = Tip.read(git_dir, vendor)
    if not continues(git_dir, tip.split_head if tip else vendor, carried.head):
        raise CarryRefusedError(other_history(carried.repository, vendor, carried.head))


def continues(git_dir: Path, before: str, head: str) -> bool:
    """Whether the history at `head`, all of which is in git_dir, contains the commit that was pushed before."""
    return has_commit(git_dir, before) and is_ancestor(git_dir, before, head)


def other_history(repository: str, vendor: str, head: str) -> str:
    """Why a history that does not continue the pushed one is rejected, and the fixes: those of the plan first."""
    return (
        f"{repository}: branch {VENDOR_BRANCH} is at {vendor[:12]}, which is not part of the history that the monorepo "
        f"gives now ({head[:12]}). `pulumi up` rejects it and pushes nothing. Choose:\n"
        f"- the plan was edited after the first `pulumi up`: undo the edit of `from`, `to`, `earlier`, `exclude` or "
        f"`include` in `moves` of {repository}, or of `history`, such as an entry of `redact`;\n"
        "- the edit is meant, or the rewrite of the monorepo: give the repository another name in the plan. The one on "
        "GitHub stays with all that people did there, and the new history goes to the new one;\n"
        "- the monorepo was rewritten by mistake: undo that;\n"
        f"- somebody pushed to {VENDOR_BRANCH}: reset it to where it was (GitHub's activity view of the branch shows "
        "it), and push their commits to another branch.\nThen run pulumi up again."
    )


def by_way_of(git_dir: Path, branch: str, present: str, tip: str, brought_back: Iterable[str]) -> str:
    """What to merge into `present` instead of `tip`: that, merged already with the last of the commits brought back.

    brought_back: commits of `branch` whose work the monorepo has by now, and the tip as well. What people changed in
    `present` since then would conflict with its own beginning. `tip` itself where that is no help. Raises GitError.
    """
    base = merge_base(git_dir, present, tip)
    latest = ""
    for commit in filter(partial(has_commit, git_dir), brought_back if base else ()):
        is_between = is_ancestor(git_dir, base, commit) and is_ancestor(git_dir, commit, present)
        if is_between and (not latest or is_ancestor(git_dir, latest, commit)):
            latest = commit
    result = merged(git_dir, latest, tip, _merge_message(branch)) if latest else tip
    return result if isinstance(result, str) else tip


def _merge_message(branch: str) -> str:
    """As `git merge` would write it; part of the commit's id, so it never changes."""
    return f"Merge branch '{VENDOR_BRANCH}' into {branch}"

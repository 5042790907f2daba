"""The whole monorepo as it was before the migration: a tag on it, and a copy with every ref that a clone has proved."""

import hashlib
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from migration.errors import BackupError
from migration.git.command import GitError, run_git
from migration.git.remote import Remote
from migration.plan import is_own_tag

_ELSEWHERE = ("refs/pull/", "refs/remotes/", "refs/stash", "refs/bisect/", "refs/rewritten/", "refs/worktree/")
"""Refs that are no part of the monorepo: one clone's own, and GitHub's of pull requests, which it takes from nobody."""
_DIGEST = re.compile(r"^Refs-SHA256: (\w+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A copy that was cloned and found to be whole. tag: on the monorepo and in the copy. commit: what it names."""

    tag: str
    commit: str
    refs: int


def back_up(source: Path, branch: str, monorepo: Remote, copy: Remote) -> Backup:
    """Make the copy and tag the monorepo, or finish what an interrupted run began; then prove the copy.

    source: the monorepo on this machine. branch: the one that the tag names. monorepo: where it is for everybody.
    copy: a repository of its own. The tag's message holds a digest of all refs, so the copy can be held against the
    monorepo as it was, whatever is pushed to that later. The tag goes to the monorepo last: where it is, a copy is.
    Raises BackupError, RemoteError, GitError.
    """
    present = _own_refs(copy.refs("refs/*"))
    tag = _tag_with_digest(source, copy, present)
    if tag is None:
        if present:
            raise BackupError(
                f"{copy.url} is to be the monorepo's backup, and holds something else. Nothing was moved. Rename or "
                "delete that repository on GitHub, then run pulumi up again."
            )
        refs = _refs_of(source)
        tag = _make_tag(source, branch, refs)
        copy.push(source, refs | _tag_itself(source, tag))
    refs = _prove(source, copy, tag)
    if f"refs/tags/{tag}" not in monorepo.refs():
        monorepo.push(source, _tag_itself(source, tag))
    commit = run_git("rev-parse", f"refs/tags/{tag}^{{commit}}", directory=source, user_config=True).decode().strip()
    return Backup(tag=tag, commit=commit, refs=len(refs))


def _tag_itself(repository: Path, tag: str) -> dict[str, str]:
    output = run_git("rev-parse", f"refs/tags/{tag}", directory=repository, user_config=True)
    return {f"refs/tags/{tag}": output.decode().strip()}


def _own_refs(refs: Mapping[str, str]) -> dict[str, str]:
    return {ref: object_id for ref, object_id in refs.items() if not ref.startswith(_ELSEWHERE)}


def _refs_of(repository: Path) -> dict[str, str]:
    listing = run_git("for-each-ref", "--format=%(objectname) %(refname)", directory=repository, user_config=True)
    pairs = (line.split(" ", 1) for line in listing.decode("utf-8", "surrogateescape").splitlines())
    return _own_refs({ref: object_id for object_id, ref in pairs})


def _digest(refs: Mapping[str, str], tag: str) -> str:
    """Of every ref but the tag itself."""
    lines = sorted(f"{object_id} {ref}\n" for ref, object_id in refs.items() if ref != f"refs/tags/{tag}")
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _tag_with_digest(source: Path, copy: Remote, present: Mapping[str, str]) -> str | None:
    """The tag that the copy was made with: an atomic push brought it, so everything else came with it."""
    for ref in sorted(present):
        name = ref.removeprefix("refs/tags/")
        if ref.startswith("refs/tags/pre-migration-") and is_own_tag(name):
            copy.fetch(source, f"{ref}:{ref}")
            if _DIGEST.search(_message(source, name)):
                return name
    return None


def _message(repository: Path, tag: str) -> str:
    output = run_git("for-each-ref", "--format=%(contents)", f"refs/tags/{tag}", directory=repository, user_config=True)
    return output.decode(errors="replace")


def _make_tag(source: Path, branch: str, refs: Mapping[str, str]) -> str:
    """A new annotated tag in `source`, dated today; with a number behind it when today's is taken."""
    today = f"pre-migration-{datetime.now(UTC):%Y%m%d}"
    names = (today, *(f"{today}.{number}" for number in range(2, 100)))
    tag = next(name for name in names if f"refs/tags/{name}" not in refs)
    message = (
        "The monorepo before the migration\n\n"
        f"The backup repository holds all {len(refs):,} refs as they were.\n\nRefs-SHA256: {_digest(refs, tag)}\n"
    )
    identity = {"GIT_COMMITTER_NAME": "multirepo", "GIT_COMMITTER_EMAIL": "multirepo@users.noreply.github.com"}
    run_git(
        "-c", "tag.gpgSign=false", "tag", "--annotate", "--message", message, tag, f"refs/heads/{branch}",
        directory=source, user_config=True, variables=identity,
    )  # fmt: skip
    return tag


def _prove(source: Path, copy: Remote, tag: str) -> dict[str, str]:
    """The refs of a fresh clone, which are those that the tag records, and whose objects are whole."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone.git")
        copy.clone_mirror(clone)
        refs = _refs_of(clone)
        digest = _DIGEST.search(_message(clone, tag))
        if digest is None or digest[1] != _digest(refs, tag):
            raise BackupError(
                f"{copy.url} does not have the refs that its tag {tag} records: somebody has changed it. Nothing was "
                "moved. Put them back, or delete the repository on GitHub; then run pulumi up again."
            )
        if (found := _faults(clone)) and found != _faults(source):
            raise BackupError(
                f"A fresh clone of {copy.url} is damaged: {found[0]}. Nothing was moved. Delete the repository on "
                "GitHub, and run pulumi up again."
            )
    return refs


def _faults(repository: Path) -> list[str]:
    """What git finds wrong; old monorepos have commits that git calls malformed and keeps all the same.

    Without its notices: a HEAD that names no branch is a matter of one clone.
    """
    try:
        run_git("fsck", "--full", "--no-dangling", "--no-progress", directory=repository, user_config=True)
    except GitError as error:
        lines = [*error.message.splitlines(), *error.printed.decode(errors="replace").splitlines()]
        return sorted(line for line in lines if not line.startswith("notice:")) or [str(error)]
    return []

"""Git LFS: pointers in the history, whose objects are not in it.

A pointer is a small text file: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md#the-pointer
GitHub rejects a push of pointers to objects that it does not have (GH008).
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from migration.git.command import GitError, ObjectStore, run_git
from migration.git.lfs import lfs_folder
from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.history_objects import HistoryObject

LARGEST_POINTER = 1024
"""In bytes; the specification says "less than 1024"."""

_POINTER = re.compile(
    rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v1\n"
    rb"(?:[^\n]*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d+)\n"
)

CHECK = "git-lfs"


def lfs_pointers(repository: str, store: ObjectStore, blobs: Iterable[HistoryObject]) -> Iterator[Finding]:
    """Every pointer; `apply_lfs_rules` combines them into one finding for each repository."""
    small = [blob for blob in blobs if len("version ") < blob.size < LARGEST_POINTER]
    contents = store.read([bytes.fromhex(blob.object_id) for blob in small])
    for blob, (_, content) in zip(small, contents, strict=True):
        if pointer := _POINTER.match(content):
            yield Finding(
                severity=Severity.REFUSAL,
                check=CHECK,
                repository=repository,
                path=blob.path,
                problem="a Git LFS pointer",
                remedy="",
                commit=blob.commit,
                size=int(pointer[2]),
                rule=pointer[1].decode(),
            )


def lacks_filter(git_dir: Path, head: str, inherits_attributes: bool) -> bool:
    """Whether no .gitattributes of a history's head names Git LFS, nor one that the plan brings along."""
    if inherits_attributes:
        return False
    named = ("grep", "--quiet", "filter=lfs", head, "--", ":(glob)**/.gitattributes")
    try:
        run_git(*named, directory=git_dir)
    except GitError:
        return True
    return False


def apply_lfs_rules(
    pointers: Iterable[Finding], monorepo: Path, accepted: Mapping[str, str], without_filter: Container[str] = ()
) -> Iterator[Finding]:
    """One finding for each repository with pointers. accepted: repository to the reason to push without objects.

    without_filter: repositories in which no file of attributes names Git LFS, so that nobody gets the objects.
    """
    of_repository: dict[str, list[Finding]] = {}
    for pointer in pointers:
        of_repository.setdefault(pointer.repository, []).append(pointer)
    for repository, found in of_repository.items():
        objects = {pointer.rule: pointer for pointer in found}
        folder = lfs_folder(monorepo)
        missing = [
            pointer for oid, pointer in objects.items() if oid and not (folder / oid[:2] / oid[2:4] / oid).is_file()
        ]
        example = (missing or found)[0]
        reason = "" if repository in without_filter else accepted.get(repository)
        problem = (
            f"{len(objects):,} Git LFS object{'' if len(objects) == 1 else 's'} (such as {example.rule}) must be on "
            f"GitHub before the history; {len(missing):,} of them are not in {folder}"
        )
        if repository in without_filter:
            problem += ". Its .gitattributes, where it is named, stays behind: every clone would have the pointers"
        yield replace(
            example,
            severity=Severity.WARNING if reason else Severity.REFUSAL,
            problem=problem + (f". Accepted in the plan: {reason}" if reason else ""),
            remedy=("Add attributes to `transforms.inherit`. " if repository in without_filter else "")
            + f"The move uploads no objects. Create {repository} on GitHub, run `git lfs fetch --all && "
            f"git lfs push --all https://github.com/OWNER/{repository}.git` in the monorepo, and add it to "
            "preflight.lfs_without_objects of the plan. Or exclude the files with `exclude`.",
        )

"""Files and pushes beyond GitHub's limits.

https://docs.github.com/en/repositories/working-with-files/managing-large-files/about-large-files-on-github
https://docs.github.com/en/repositories/creating-and-managing-repositories/repository-limits
"""

from collections.abc import Iterable, Iterator

from migration.preflight.checks.findings import Finding, Severity, in_mebibytes
from migration.preflight.checks.history_objects import HistoryObject

REFUSED_ABOVE = 100 * 2**20
WARNED_ABOVE = 50 * 2**20
PUSH_WARNED_ABOVE = 2 * 2**30

_EXCLUDE = (
    "Exclude it with `exclude` in the move; or move it to Git LFS in the whole history of the monorepo "
    "(git lfs migrate import) before the migration."
)


def large_files(repository: str, blobs: Iterable[HistoryObject]) -> Iterator[Finding]:
    """Each version that is too large, also one that the head no longer has: GitHub rejects the push for it."""
    for blob in blobs:
        if blob.size <= WARNED_ABOVE:
            continue
        refused = blob.size > REFUSED_ABOVE
        limit = REFUSED_ABOVE if refused else WARNED_ABOVE
        yield Finding(
            severity=Severity.REFUSAL if refused else Severity.WARNING,
            check="large-file",
            repository=repository,
            path=blob.path,
            problem=f"{in_mebibytes(blob.size)}; GitHub {'rejects' if refused else 'warns about'} files above "
            f"{limit // 2**20} MiB",
            remedy=_EXCLUDE,
            commit=blob.commit,
            size=blob.size,
        )


def large_push(repository: str, size: int) -> Iterator[Finding]:
    """The first push sends the whole history at once. size: of the packed objects, in bytes."""
    if size > PUSH_WARNED_ABOVE:
        yield Finding(
            severity=Severity.WARNING,
            check="large-push",
            repository=repository,
            path="",
            problem=f"about {in_mebibytes(size)} in one push; GitHub rejects more than 2 GiB",
            remedy="Push the history in steps first, each an older commit to the branch `monorepo` of the new "
            "repository; pulumi up continues from there. Or exclude large files with `exclude`.",
            size=size,
        )

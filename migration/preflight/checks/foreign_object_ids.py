"""Object ids that GitHub does not support."""

from collections.abc import Iterator

from migration.git.object_format import FORMATS
from migration.preflight.checks.findings import Finding, Severity


def foreign_format(repository: str, head: str) -> Iterator[Finding]:
    """A finding where the commit `head` is named by SHA-256: git cannot push that to a repository with SHA-1.

    https://git-scm.com/docs/hash-function-transition
    """
    if len(head) > 2 * FORMATS["sha1"].size:
        yield Finding(
            severity=Severity.REFUSAL,
            check="object-format",
            repository=repository,
            path="",
            problem="its commits have SHA-256 ids, and repositories on GitHub have SHA-1",
            remedy="Make a monorepo with SHA-1 ids and move that: git init --object-format=sha1 NEW && "
            "git fast-export --all --signed-tags=strip | git -C NEW fast-import",
        )

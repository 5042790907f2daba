"""Tags that the release workflow of a repository does not run for."""

from collections.abc import Iterable, Iterator

from migration.plan import Repository
from migration.preflight.checks.findings import Finding, Severity

CHECK = "release-tags"
RELEASED = "v"
"""With this, tags begin for which the release workflows run: `v*`."""
_RELEASING = ("python-packages", "python-service", "vite-application", "documentation")
_NAMED = 3


def unreleased_tags(repository: Repository, tags: Iterable[str]) -> Iterator[Finding]:
    """One finding for all tags of the repository that are not `v*`. tags: their names in the new repository."""
    others = sorted(tag for tag in tags if not tag.startswith(RELEASED) or "/" in tag)
    if repository.kind not in _RELEASING or not others:
        return
    listed = ", ".join(others[:_NAMED]) + (f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else "")
    yield Finding(
        severity=Severity.WARNING,
        check=CHECK,
        repository=repository.name,
        path="",
        problem=f"the release workflow runs for tags v*, and not for tags such as {listed}",
        remedy="Name them with `tags` in the plan, like {from: '{name}@*', to: 'v*'}, or drop them with `to: null`.",
    )

"""Earlier paths in the plan that change nothing."""

from collections.abc import Iterable, Iterator

from migration.preflight.checks.findings import Finding, Severity


def unused_paths(unused: Iterable[tuple[str, str, str]]) -> Iterator[Finding]:
    """A warning for each. unused: (repository, source of the move, earlier path), as `Split.unused`."""
    for repository, source, path in unused:
        yield Finding(
            severity=Severity.WARNING,
            check="unused-path",
            repository=repository,
            path="",
            problem=f"the path {path or '.'} in `earlier` of {source} changes nothing: in each commit that has it, "
            "another path of the move is the folder",
            remedy="Remove it from `earlier`, or say in which commits it counts: `until` or `joined_by`.",
        )

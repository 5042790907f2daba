"""Submodules whose settings are not in the split, or whose address now means another repository.

A tree holds a commit of another repository as a gitlink; `.gitmodules` at the root has that repository's address.
https://git-scm.com/docs/gitmodules
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from migration.git.gitlinks import SubmoduleEntry, since, submodule_entries, submodule_sources
from migration.plan import Repository
from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.history_objects import GITLINK, TreeEntry

IN_HISTORY, AT_HEAD = "submodule-in-history", "submodule"


def submodules_in_history(repository: str, git_dir: Path, entries: Iterable[TreeEntry]) -> Iterator[Finding]:
    """Each path that is a submodule without settings in the oldest commit that has it."""
    addresses = cache(lambda commit: submodule_entries(git_dir, commit))
    reported: set[str] = set()
    for entry in entries:
        if entry.mode != GITLINK or entry.path in reported:
            continue
        reported.add(entry.path)
        if entry.path not in addresses(entry.tree.commit):
            yield Finding(
                severity=Severity.WARNING,
                check=IN_HISTORY,
                repository=repository,
                path=entry.path,
                problem="a submodule whose entry in .gitmodules stayed in the monorepo",
                remedy="Older commits are checked out without it. Exclude it with `exclude` in the move, "
                "or ignore it: the head does not have it.",
                commit=entry.tree.commit,
            )


def submodules_at_head(
    repository: str, git_dir: Path, head: str, files: Mapping[str, tuple[bytes, str]]
) -> Iterator[Finding]:
    """Submodules of the head without settings, or with an address relative to that of the repository."""
    entries = submodule_entries(git_dir, head)
    for path, (mode, target) in files.items():
        if mode != GITLINK:
            continue
        commit, address = head, entries[path].url if path in entries else None
        if address is None:
            commit = since(git_dir, head, path) or head
            problem = (
                f"a gitlink to commit {target[:12]} without an entry in .gitmodules: a clone that was committed by "
                "accident, or a submodule whose entry was lost"
            )
            remedy = (
                "Its files are in no commit of the monorepo. Exclude it with `exclude` in the move; or write "
                ".gitmodules with `transforms.add_files`, if its repository is known."
            )
        elif address.startswith(("./", "../")):
            problem = f"the address {address!r} of the submodule is relative: it now means another repository"
            remedy = "Make it absolute in the monorepo, or create that repository beside the new one."
        else:
            continue
        yield Finding(
            severity=Severity.WARNING,
            check=AT_HEAD,
            repository=repository,
            path=path,
            problem=problem,
            remedy=remedy,
            commit=commit,
        )


def with_inherited_entries(
    findings: Iterable[Finding], repositories: Iterable[Repository], inherited: Mapping[str, SubmoduleEntry]
) -> Iterator[Finding]:
    """The findings; gitlinks whose entry the plan brings along are named with their address instead."""
    moves = {
        each.name: [(move.source, move.target) for move in each.moves]
        for each in repositories
        if "submodules" in each.transforms.inherit
    }
    for finding in findings:
        sources = submodule_sources(moves.get(finding.repository, ()), finding.path) if finding.check == AT_HEAD else ()
        entry = next((inherited[source] for source in sources if source in inherited), None)
        if entry and "without an entry" in finding.problem:
            problem = f"a submodule, {entry.url or 'without an address'}; its entry arrives in .gitmodules"
            remedy = "Who clones the repository needs access to that address. A relative one is made absolute."
            finding = replace(finding, problem=problem, remedy=remedy)
        yield finding

"""Submodules whose settings are not in the split, or whose address now means another repository.

A tree holds a commit of another repository as a gitlink; `.gitmodules` at the root has that repository's address.
https://git-scm.com/docs/gitmodules
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from migration.git.command import GitError, run_git
from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.history_objects import GITLINK, TreeEntry

IN_HISTORY, AT_HEAD = "submodule-in-history", "submodule"


def submodules_in_history(repository: str, git_dir: Path, entries: Iterable[TreeEntry]) -> Iterator[Finding]:
    """Each path that is a submodule without settings in the oldest commit that has it."""
    addresses = cache(lambda commit: submodule_addresses(git_dir, commit))
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
    addresses = submodule_addresses(git_dir, head)
    for path, (mode, _) in files.items():
        if mode != GITLINK:
            continue
        address = addresses.get(path)
        if address is None:
            problem = "a submodule without an entry in .gitmodules, which stayed in the monorepo"
            remedy = (
                "Write .gitmodules with `transforms.add_files` of the repository, or in the new repository: "
                "git submodule add --force URL PATH. Or exclude it with `exclude` in the move."
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
            commit=head,
        )


def submodule_addresses(git_dir: Path, commit: str) -> dict[str, str]:
    """Path to address of the submodules that .gitmodules of a commit has; "" where one has no address."""
    settings = ("config", "--blob", f"{commit}:.gitmodules", "-z", "--get-regexp", r"^submodule\..*\.(path|url)$")
    try:
        answer = run_git(*settings, directory=git_dir)
    except GitError:  # no such file, or nothing in it
        return {}
    sections: dict[str, dict[str, str]] = {}
    for setting in os.fsdecode(answer).split("\0")[:-1]:
        key, _, value = setting.partition("\n")
        section, _, name = key.rpartition(".")
        sections.setdefault(section, {})[name] = value
    return {section["path"]: section.get("url", "") for section in sections.values() if "path" in section}

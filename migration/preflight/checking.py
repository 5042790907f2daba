"""All checks over all repositories, and what the plan makes of the findings."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from migration.errors import SplitError
from migration.git.command import GitError
from migration.plan import Plan
from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.foreign_object_ids import foreign_format
from migration.preflight.checks.history_objects import store_of
from migration.preflight.checks.large_files import large_push
from migration.preflight.checks.lfs_pointers import CHECK as LFS
from migration.preflight.checks.lfs_pointers import judged_pointers
from migration.preflight.checks.secret_scan import CHECK as SECRET
from migration.preflight.checks.secret_scan import allowed_secrets
from migration.preflight.checks.submodules import AT_HEAD, IN_HISTORY
from migration.preflight.checks.unclaimed_files import leftovers
from migration.preflight.looking import Looked, Progress, look_through
from migration.preflight.memory import Memory, recall, remember
from migration.preflight.result import PreflightReport
from migration.split.workspace import Split, Workspace


def quiet(phase: str, done: int, total: int) -> None:
    """Show no progress."""


def preflight(split: Split, monorepo: Path, plan: Plan, scanner: Path, progress: Progress = quiet) -> PreflightReport:
    """Look through the histories of a split; only at what is new where they were looked through before.

    monorepo: for its Git LFS objects alone. scanner: the program; its path stands for its rules.
    Raises SplitError when objects cannot be read, CodeMoveError when the scanner fails.
    """
    started = time.monotonic()
    with Workspace(split.git_dir.parent).lock:
        before = recall(split.git_dir, scanner)
        try:
            now = _looked(split, plan, before, scanner, progress)
            findings, allowed = _judged(now.repositories, split, monorepo, plan)
        except GitError as error:
            raise SplitError(f"Reading the new histories failed: {error}. Run the same command again.") from error
        if now != before:
            remember(split.git_dir, scanner, now)
    return PreflightReport(
        monorepo_head=split.monorepo_head,
        repositories=tuple(split.histories),
        findings=findings,
        allowed=allowed,
        leftovers=tuple(now.leftovers),
        seconds=time.monotonic() - started,
    )


def _looked(split: Split, plan: Plan, before: Memory, scanner: Path, progress: Progress) -> Memory:
    moves = [move for repository in plan.repositories for move in repository.moves]
    leftovers_of = json.dumps([split.monorepo_head, [move.model_dump() for move in moves]])
    left = before.leftovers
    if leftovers_of != before.leftovers_of:
        left = tuple(leftovers(split.git_dir, split.monorepo_head, moves))
    repositories = {
        name: look_through(name, split, before.repositories.get(name, Looked()), scanner, progress)
        for name in split.histories
    }
    return Memory(repositories=repositories, leftovers_of=leftovers_of, leftovers=left)


def _judged(
    repositories: Mapping[str, Looked], split: Split, monorepo: Path, plan: Plan
) -> tuple[tuple[Finding, ...], int]:
    """What the plan makes of the findings, in the order in which they are shown; and how many secrets it allows."""
    rules = plan.preflight
    found = [finding for looked in repositories.values() for finding in (*looked.in_history, *looked.at_head)]
    suspects = [finding for finding in found if finding.check == SECRET]
    allowed = allowed_secrets(suspects, rules.allowed_secrets, store_of(split.git_dir, split.monorepo_head))
    pointers = [finding for finding in found if finding.check == LFS]
    at_head = {(finding.repository, finding.path) for finding in found if finding.check == AT_HEAD}

    def others() -> Iterator[Finding]:
        for finding in found:
            told = finding.check == IN_HISTORY and (finding.repository, finding.path) in at_head
            if finding.check != LFS and finding not in allowed and not told:
                yield finding

    findings = [*others(), *judged_pointers(pointers, monorepo, rules.lfs_without_objects)]
    for name, looked in repositories.items():
        findings += [*large_push(name, looked.disk_size), *foreign_format(name, split.monorepo_head)]
    places = {name: at for at, name in enumerate(split.histories)}
    findings.sort(key=lambda each: (each.severity is not Severity.REFUSAL, places[each.repository], each.check))
    return tuple(findings), len(allowed)

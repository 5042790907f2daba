"""All checks over all repositories, and the effect of the plan on the findings."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from migration.errors import SplitError
from migration.git.command import GitError
from migration.git.gitlinks import submodule_entries
from migration.plan import Plan
from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.foreign_object_ids import foreign_format
from migration.preflight.checks.history_objects import store_of
from migration.preflight.checks.large_files import large_push
from migration.preflight.checks.lfs_pointers import CHECK as LFS
from migration.preflight.checks.lfs_pointers import apply_lfs_rules, lacks_filter
from migration.preflight.checks.redactions import remaining_secrets, unmatched
from migration.preflight.checks.secret_scan import CHECK as SECRET
from migration.preflight.checks.secret_scan import allowed_secrets, unmatched_fingerprints
from migration.preflight.checks.submodules import AT_HEAD, IN_HISTORY, with_inherited_entries
from migration.preflight.checks.unclaimed_files import leftovers
from migration.preflight.left_behind import find_left_behind
from migration.preflight.memory import Memory, recall, remember
from migration.preflight.message_references import MessageReferences, reference_findings
from migration.preflight.pipeline_checks.python_manifests import unfit_manifests
from migration.preflight.pipeline_checks.release_tags import unreleased_tags
from migration.preflight.pipeline_checks.written_files import missing_dockerfile, written_over
from migration.preflight.result import PreflightReport
from migration.preflight.scan import Progress, ScanResult, scan_history
from migration.preflight.unused_paths import unused_paths
from migration.secrets.scanner import SecretScanner
from migration.split.redaction_record import read_redactions
from migration.split.workspace import Split, Workspace


def quiet(phase: str, done: int, total: int) -> None:
    """Show no progress."""


def preflight(
    split: Split, monorepo: Path, plan: Plan, scanner: SecretScanner, progress: Progress = quiet
) -> PreflightReport:
    """Scan the histories of a split; of a history that was scanned before, only its new objects.

    monorepo: read for its Git LFS objects and its refs. scanner: another version of it scans everything again.
    Raises SplitError when objects cannot be read, CodeMoveError when the scanner fails.
    """
    started = time.monotonic()
    with Workspace(split.git_dir.parent).lock:
        before = recall(split.git_dir, scanner.version)
        try:
            now = _scan_histories(split, plan, before, scanner, progress)
            left_behind = tuple(find_left_behind(split, monorepo, plan))
            findings, allowed = _apply_plan(now.repositories, split, monorepo, plan)
        except GitError as error:
            raise SplitError(
                f"{split.git_dir}: Cannot read the new histories: {error}. Run the command again."
            ) from error
        if now != before:
            remember(split.git_dir, scanner.version, now)
    return PreflightReport(
        monorepo_head=split.monorepo_head,
        repositories=tuple(split.histories),
        findings=findings,
        allowed=allowed,
        leftovers=tuple(now.leftovers),
        left_behind=left_behind,
        seconds=time.monotonic() - started,
    )


def _scan_histories(split: Split, plan: Plan, before: Memory, scanner: SecretScanner, progress: Progress) -> Memory:
    moves = [move for repository in plan.repositories for move in repository.moves]
    leftovers_of = json.dumps([split.monorepo_head, [move.model_dump() for move in moves]])
    left = before.leftovers
    if leftovers_of != before.leftovers_of:
        left = tuple(leftovers(split.git_dir, split.monorepo_head, moves))
    repositories = {
        name: scan_history(name, split, before.repositories.get(name, ScanResult()), scanner, progress)
        for name in split.histories
    }
    return Memory(repositories=repositories, leftovers_of=leftovers_of, leftovers=left)


def _apply_plan(
    repositories: Mapping[str, ScanResult], split: Split, monorepo: Path, plan: Plan
) -> tuple[tuple[Finding, ...], int]:
    """The findings after the plan's exceptions, in output order; and the number of secrets that it allows."""
    rules = plan.preflight
    found = [finding for result in repositories.values() for finding in (*result.in_history, *result.at_head)]
    suspects = [finding for finding in found if finding.check == SECRET]
    allowed = allowed_secrets(suspects, rules.allowed_secrets, store_of(split.git_dir, split.monorepo_head))
    remaining = remaining_secrets([each for each in suspects if each not in allowed], plan.history.redact)
    pointers = [finding for finding in found if finding.check == LFS]
    at_head = {(finding.repository, finding.path) for finding in found if finding.check == AT_HEAD}

    def others() -> Iterator[Finding]:
        for finding in found:
            is_reported_at_head = finding.check == IN_HISTORY and (finding.repository, finding.path) in at_head
            remains = remaining.get(finding, finding)
            if remains and finding.check != LFS and finding not in allowed and not is_reported_at_head:
                yield remains

    unfiltered = {
        each.name
        for each in plan.repositories
        if any(pointer.repository == each.name for pointer in pointers)
        and (head := split.histories[each.name].head)
        and lacks_filter(split.git_dir, head, "attributes" in each.transforms.inherit)
    }
    entries = submodule_entries(split.git_dir, split.monorepo_head) if at_head else {}
    findings = [
        *unused_paths(split.unused),
        *with_inherited_entries(others(), plan.repositories, entries),
        *apply_lfs_rules(pointers, monorepo, rules.lfs_without_objects, unfiltered),
    ]
    for name, result in repositories.items():
        findings += reference_findings(name, MessageReferences(**result.references), plan.history)
        findings += [*large_push(name, result.disk_size), *foreign_format(name, split.monorepo_head)]
    for repository in plan.repositories:
        if repository.name in split.histories:
            head = split.histories[repository.name].head
            findings += unfit_manifests(repository, split.git_dir, head)
            findings += unreleased_tags(repository, split.histories[repository.name].tags)
            if head:
                findings += written_over(plan, repository, split.git_dir, head)
                findings += missing_dockerfile(repository, split.git_dir, head)
    if all(repository.name in split.histories for repository in plan.repositories if repository.moves):
        findings += unmatched_fingerprints(suspects, rules.allowed_secrets, next(iter(split.histories), ""))
    records = read_redactions(split.git_dir) if plan.history.redact else {}
    findings += unmatched(plan.history.redact, records, next(iter(split.histories), ""))
    positions = {name: position for position, name in enumerate(split.histories)}
    findings.sort(key=lambda each: (each.severity is not Severity.REFUSAL, positions[each.repository], each.check))
    return tuple(findings), len(allowed)

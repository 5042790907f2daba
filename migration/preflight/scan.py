"""Scan one new history: all of it, or the objects that are new since the last scan."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from migration.preflight.checks.findings import Finding
from migration.preflight.checks.history_objects import (
    GITLINK,
    entries_of,
    files_at,
    read_history,
    still_reached,
    store_of,
)
from migration.preflight.checks.hostile_paths import danger, hostile_paths
from migration.preflight.checks.large_files import large_files
from migration.preflight.checks.lfs_pointers import lfs_pointers
from migration.preflight.checks.portable_paths import colliding_paths, invalid_on_windows
from migration.preflight.checks.redactions import redacted_places
from migration.preflight.checks.secret_scan import secrets
from migration.preflight.checks.submodules import submodules_at_head, submodules_in_history
from migration.preflight.checks.symlinks import lost_symlinks
from migration.preflight.message_references import MessageReferences, count_references
from migration.secrets.message_texts import read_messages
from migration.secrets.scanner import SecretScanner
from migration.split.commit_map import read_commit_map
from migration.split.redaction_record import read_redactions
from migration.split.workspace import Split

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class ScanResult:
    """The findings of one repository, before the plan's exceptions are applied.

    tips: the ids of its head and tags, sorted. disk_size: of all its objects in packs, in bytes.
    references: a `MessageReferences` as a mapping, as it is cached.
    """

    tips: list[str] = field(default_factory=list)
    head: str | None = None
    disk_size: int = 0
    references: dict[str, Any] = field(default_factory=dict)
    in_history: list[Finding] = field(default_factory=list)
    at_head: list[Finding] = field(default_factory=list)


def scan_history(name: str, split: Split, before: ScanResult, scanner: SecretScanner, progress: Progress) -> ScanResult:
    """Scan the history of the repository `name`. Raises GitError, SplitError, CodeMoveError."""
    history = split.histories[name]
    tips = sorted({tip for tip in (history.head, *history.tags.values()) if tip})
    if tips == before.tips and history.head == before.head:
        return before
    if not still_reached(split.git_dir, before.tips, tips):
        before = ScanResult()  # another plan, or a rewritten monorepo: earlier findings may no longer apply
    progress(f"reading {name}:", 0, 0)
    objects = read_history(split.git_dir, tips, before.tips)
    found: list[Finding] = []

    def searched(done: int, total: int) -> None:
        progress(f"scanning {name} for secrets:", done, total)

    if objects.trees:
        store = store_of(split.git_dir, tips[0])
        entries = [
            entry
            for entry in entries_of(store, objects.trees)
            if entry.mode == GITLINK or danger(entry.name, entry.mode)
        ]

        found += large_files(name, objects.blobs)
        found += hostile_paths(name, entries)
        found += submodules_in_history(name, split.git_dir, entries)
        found += lfs_pointers(name, store, objects.blobs)
    found += redacted_places(name, read_redactions(split.git_dir).get(name), objects)
    messages = list(read_messages(split.git_dir, objects.commits_and_tags))
    found += secrets(name, split.git_dir, objects, messages, scanner, searched)
    new_ids = frozenset(new for _, new in read_commit_map(split.git_dir, name, len(split.monorepo_head) // 2))
    references = count_references(split.git_dir, messages, new_ids)
    return ScanResult(
        tips=tips,
        head=history.head,
        disk_size=before.disk_size + objects.disk_size,
        references=asdict(MessageReferences(**before.references).with_more(references)),
        in_history=_merge(before.in_history, _place(name, split, found)),
        at_head=_place(name, split, _at_head(name, split.git_dir, history.head)),
    )


def _at_head(name: str, git_dir: Path, head: str | None) -> list[Finding]:
    if head is None:
        return []
    files = files_at(git_dir, head)
    return [
        *submodules_at_head(name, git_dir, head, files),
        *lost_symlinks(name, git_dir, head, files),
        *colliding_paths(name, head, files),
        *invalid_on_windows(name, head, files),
    ]


def _place(name: str, split: Split, findings: Sequence[Finding]) -> list[Finding]:
    """The findings with the monorepo's commits. The commit map holds pairs of raw ids: monorepo, new repository."""
    if not findings:
        return []
    pairs = (split.git_dir / f"commit-map-{name}").read_bytes()
    size = len(split.monorepo_head) // 2
    commits = {finding.commit for finding in findings}
    monorepo_commits: dict[str | None, str] = {}
    for offset in range(0, len(pairs), 2 * size):
        new = pairs[offset + size : offset + 2 * size].hex()
        if new in commits:
            monorepo_commits.setdefault(new, pairs[offset : offset + size].hex())
    return [replace(finding, monorepo_commit=monorepo_commits.get(finding.commit)) for finding in findings]


def _merge(before: Sequence[Finding], new: Sequence[Finding]) -> list[Finding]:
    """A secret, or a pointer, that a newer version still has is reported once, at its first commit."""
    same: dict[tuple[object, ...], Finding] = {}
    for finding in (*before, *new):
        same.setdefault((finding.check, finding.path, finding.rule, finding.fingerprint, finding.size), finding)
    return list(same.values())

"""Secrets in the new histories: in the versions of files, in messages, and in the names and addresses of people.

The scanner's process and this one see a secret; a finding has its rule, place, first characters and fingerprint.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from migration.git.command import GitError, ObjectStore
from migration.plan import AllowedSecret
from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.history_objects import HistoryObjects
from migration.secrets.message_texts import Message
from migration.secrets.scanner import SecretMatch, SecretScanner
from migration.secrets.text_scan import blob_key, scan_texts

CHECK = "secret"

_REVOKE = "Revoke it: everybody who can read the monorepo knows it. Then "
_REDACT = 'take it out of all commits with `history: {redact: [{fingerprint: "…"}]}` in the plan'
_REMEDY = (
    f"{_REVOKE}{_REDACT}; or exclude the file with `exclude` in the move; or list the fingerprint under "
    "preflight.allowed_secrets, with the reason."
)
_MESSAGE_REMEDY = (
    f"{_REVOKE}{_REDACT}; or list the fingerprint under preflight.allowed_secrets, with the reason. "
    "A message moves with its commit, so no `exclude` applies to it."
)


def secrets(
    repository: str,
    git_dir: Path,
    objects: HistoryObjects,
    messages: Sequence[Message],
    scanner: SecretScanner,
    progress: Callable[[int, int], None],
) -> Iterator[Finding]:
    """Each secret once for each path that has it, and once in messages, at the oldest commit.

    progress: called with the numbers of blobs that are scanned, and that must be. Raises CodeMoveError, GitError.
    """
    keys = {blob: blob_key(blob.object_id, blob.path) for blob in objects.blobs}
    matches = scan_texts(git_dir, list(keys.values()), messages, scanner, progress)
    reported: set[tuple[str, str, str]] = set()

    def is_new(match: SecretMatch, path: str) -> bool:
        identity = (path, match.rule, match.fingerprint)
        is_known = identity in reported
        reported.add(identity)
        return not is_known

    for blob in sorted(objects.blobs, key=lambda blob: blob.path):  # the versions of one path stay oldest first
        for match in matches[keys[blob]]:
            if is_new(match, blob.path):
                yield _finding(repository, match, blob.path, blob.commit, line=match.line)
    for message in messages:
        for match in matches[message.key]:
            if is_new(match, ""):
                where = f"in the {message.part} of " + (f"tag {message.tag}" if message.tag else "the commit")
                commit = None if message.tag else message.object_id
                yield _finding(repository, match, "", commit, where=f", {where}, line {match.line}")


def _finding(
    repository: str, match: SecretMatch, path: str, commit: str | None, *, line: int | None = None, where: str = ""
) -> Finding:
    return Finding(
        severity=Severity.REFUSAL,
        check=CHECK,
        repository=repository,
        path=path,
        problem=f"{match.rule} {match.start}…, fingerprint {match.fingerprint}{where}",
        remedy=_REMEDY if path else _MESSAGE_REMEDY,
        commit=commit,
        line=line,
        rule=match.rule,
        fingerprint=match.fingerprint,
    )


def allowed_secrets(found: Sequence[Finding], allowed: Sequence[AllowedSecret], store: ObjectStore) -> set[Finding]:
    """Those of the findings that an entry of the plan is about. Everything that an entry names must fit."""
    fitting: set[Finding] = set()
    for entry in allowed:
        about = [
            finding
            for finding in found
            if entry.repository in (None, finding.repository)
            and entry.rule in (None, finding.rule)
            and entry.fingerprint in (None, finding.fingerprint)
        ]
        if entry.path is not None:
            paths = _matching(store, entry.path, {finding.path for finding in about})
            about = [finding for finding in about if finding.path in paths]
        fitting.update(about)
    return fitting


def unmatched_fingerprints(found: Sequence[Finding], allowed: Sequence[AllowedSecret], where: str) -> Iterator[Finding]:
    """The fingerprints that the plan allows and no history has. where: the repository of the warnings."""
    known = {finding.fingerprint for finding in found}
    for entry in allowed:
        if entry.fingerprint is not None and entry.fingerprint not in known:
            yield Finding(
                severity=Severity.WARNING,
                check=CHECK,
                repository=where,
                path="",
                problem=f"preflight.allowed_secrets names fingerprint {entry.fingerprint}, which no history has",
                remedy="Another version of the scanner can report another part of a line, with another fingerprint. "
                "Replace the entry with that of a finding that is reported now, or remove it.",
            )


def _matching(store: ObjectStore, pattern: str, paths: set[str]) -> set[str]:
    try:
        return {os.fsdecode(path) for path in store.ignored([pattern], map(os.fsencode, paths))} if paths else set()
    except GitError:  # a path that cannot be in a work tree: another check reports it
        return set()

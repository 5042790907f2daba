"""What the plan redacts: where each secret was, fingerprints that found nothing, and secrets that stay."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from migration.plan import Redaction
from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.history_objects import HistoryObjects
from migration.split.redaction_record import RedactionRecord, fingerprint_of

CHECK = "redacted"

_REMEDY = (
    "The new history has the replacement instead, and nothing else of it changed. Revoke the secret: everybody who can "
    "read the monorepo knows it."
)
_ENCODED = (
    "history.redact of the plan names it, but its bytes are not in this file: the text is encoded, as in Base64 or an "
    "archive. Exclude the file with `exclude` in the move, or list the fingerprint under preflight.allowed_secrets."
)


def redacted_places(repository: str, record: RedactionRecord | None, objects: HistoryObjects) -> Iterator[Finding]:
    """Each secret once for each path that had it, and once for messages and people, at the oldest commit."""
    if record is None:
        return
    places = [(blob.path, blob.commit, record.lost.get(blob.object_id, ())) for blob in objects.blobs]
    places += [("", object_id, record.lost.get(object_id, ())) for object_id in objects.commits_and_tags]
    reported: set[tuple[str, str]] = set()
    for path, commit, fingerprints in places:
        for fingerprint in fingerprints:
            if (path, fingerprint) not in reported:
                reported.add((path, fingerprint))
                yield _finding(repository, record, path, commit, fingerprint)


def _finding(repository: str, record: RedactionRecord, path: str, commit: str, fingerprint: str) -> Finding:
    rule = record.places[fingerprint].rule
    where = "" if path else ", in a message or a name"
    return Finding(
        severity=Severity.WARNING,
        check=CHECK,
        repository=repository,
        path=path,
        problem=f"{rule}, fingerprint {fingerprint}{where}: redacted",
        remedy=_REMEDY,
        commit=commit,
        rule=rule,
        fingerprint=fingerprint,
    )


def unmatched(
    redactions: Collection[Redaction], records: Mapping[str, RedactionRecord], repository: str
) -> Iterator[Finding]:
    """The entries of the plan that no history has anything of. repository: where they are reported."""
    found = {fingerprint for record in records.values() for fingerprint in record.places}
    for each in redactions:
        if each.fingerprint not in found:
            yield Finding(
                severity=Severity.WARNING,
                check=CHECK,
                repository=repository,
                path="",
                problem=f"history.redact names fingerprint {each.fingerprint}, which no history that moves now has",
                remedy="Copy the fingerprint from a finding, or remove the entry. A later wave may have it.",
            )


def remaining_secrets(found: Collection[Finding], redactions: Collection[Redaction]) -> dict[Finding, Finding | None]:
    """Findings of the scanner that redactions are about: those of a replacement are none, others cannot be redacted."""
    words = {each.replacement for each in redactions}
    own = {fingerprint_of(str(finding.rule), word.encode()) for finding in found for word in words}
    named = {each.fingerprint for each in redactions}
    about = [finding for finding in found if finding.fingerprint in named | own]
    return {finding: None if finding.fingerprint in own else replace(finding, remedy=_ENCODED) for finding in about}

"""Secrets in the new histories, found with the rules of gitleaks by our scanner (docs/adr has why, and how fast).

Each version of a file is read once, and of each only what no version before it had is searched. The secrets stay within
the scanner: what comes out is a rule, a place, the first characters and a fingerprint.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from migration.errors import CodeMoveError
from migration.git.command import GitError, ObjectStore, git_output
from migration.plan import AllowedSecret
from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.history_objects import HistoryObject

CHECK = "secret"

_REMEDY = (
    "Revoke it: it is known to everybody who could read the monorepo. Then leave the file behind with `exclude` in the "
    "move, or list the fingerprint under preflight.allowed_secrets of the plan, with the reason."
)


def secrets(
    repository: str, git_dir: Path, blobs: Sequence[HistoryObject], scanner: Path, progress: Callable[[int], None]
) -> Iterator[Finding]:
    """Each secret once for each path that has it, at the oldest commit. Raises CodeMoveError when the scanner fails.

    progress: called with the number of blobs read so far.
    """
    # The versions of one path together, oldest first, as the scanner wants them.
    ordered = sorted(blobs, key=lambda blob: blob.path)
    answers = []
    for answer in _answers(git_dir, ordered, scanner):
        if "read" in answer:
            progress(answer["read"])
        else:
            answers.append(answer)
    reported: set[tuple[str, str, str]] = set()
    # The scanner answers in any order, and again for a version that has changes near to the secret.
    for answer in sorted(answers, key=lambda each: (each["blob"], each["line"])):
        blob = ordered[answer["blob"]]
        identity = (blob.path, answer["rule"], answer["fingerprint"])
        if identity in reported:
            continue
        reported.add(identity)
        yield Finding(
            severity=Severity.REFUSAL,
            check=CHECK,
            repository=repository,
            path=blob.path,
            problem=f"{answer['rule']} {answer['shown']}…, fingerprint {answer['fingerprint']}",
            remedy=_REMEDY,
            commit=blob.commit,
            line=answer["line"] or None,
            rule=answer["rule"],
            fingerprint=answer["fingerprint"],
        )


def _answers(git_dir: Path, blobs: Sequence[HistoryObject], scanner: Path) -> Iterator[dict[str, Any]]:
    request = b"".join(b"%b %b\n" % (blob.object_id.encode(), os.fsencode(blob.path)) for blob in blobs)
    read = ("cat-file", "--buffer", "--batch=%(objectsize) %(rest)")
    with git_output(*read, git_dir=git_dir, standard_input=request) as contents:
        with subprocess.Popen([scanner], stdin=contents, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            contents.close()  # or git would wait for us when the scanner is gone
            assert process.stdout is not None
            assert process.stderr is not None
            try:
                yield from map(json.loads, process.stdout)
            except BaseException:
                process.kill()
                raise
            message = process.stderr.read().decode(errors="replace").strip()
        if process.returncode != 0:
            raise CodeMoveError(
                f"The scanner for secrets {scanner} failed ({message or process.returncode}), so nothing is pushed. "
                "Run the same command again; if it fails again, delete the program to have it built again."
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


def _matching(store: ObjectStore, pattern: str, paths: set[str]) -> set[str]:
    try:
        return {os.fsdecode(path) for path in store.ignored([pattern], map(os.fsencode, paths))} if paths else set()
    except GitError:  # a path that cannot be in a work tree: another check reports it
        return set()

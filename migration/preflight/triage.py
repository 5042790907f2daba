"""The secrets that a preflight found, as a file in which people decide about each once."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from migration.errors import PlanError, PlanFault
from migration.preflight.checks.findings import Finding
from migration.preflight.checks.secret_scan import CHECK

_HEADER = """\
# What the preflight takes for secrets, each once, wherever it stands. Decide for each:
#   redact   its text is replaced in the moved histories; the rest of the files stays
#   allow    it stays, for the `reason` that you write: it is not a secret, or it is revoked
#   exclude  the plan leaves its files behind, with `exclude` of the move
# Everybody who can read the monorepo knows them: revoke what is real, whatever you decide.
# `./multirepo preflight --triage` adds new ones, and keeps what you decided.
"""
_EXAMPLE = re.compile(
    r"(^|/)(tests?|testing|fixtures?|examples?|samples?|mocks?|docs?)(/|$)|\.(md|rst|example|sample)$"
)


def update_triage(file: Path, findings: Sequence[Finding], at_head: Mapping[str, frozenset[str]]) -> str:
    """Write the file, with the decisions that it has; a summary in words.

    at_head: by repository, the paths of its newest commit. Raises PlanError when the file cannot be read.
    """
    known = _known(file)
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.check == CHECK and finding.fingerprint:
            found.setdefault(finding.fingerprint, []).append(finding)
    entries = {fingerprint: _entry(fingerprint, same, at_head) for fingerprint, same in found.items()}
    retained = {fingerprint: {**entries.get(fingerprint, {}), **entry} for fingerprint, entry in known.items()}
    secrets = [*retained.values(), *(entry for fingerprint, entry in entries.items() if fingerprint not in retained)]
    text = yaml.safe_dump({"secrets": secrets}, sort_keys=False, allow_unicode=True, width=120)
    file.write_text(_HEADER + text, encoding="utf-8")
    return _summary(secrets, len(entries.keys() - retained.keys()))


def _known(file: Path) -> dict[str, dict[str, Any]]:
    if not file.exists():
        return {}
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        return {entry["fingerprint"]: dict(entry) for entry in document.get("secrets") or []}
    except (UnicodeDecodeError, yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        problem = f"this is not a triage file ({' '.join(str(error).split())}). Nothing was written"
        fault = PlanFault(file=str(file), line=0, column=0, key="", problem=problem, remedy="Correct it, or remove it.")
        raise PlanError([fault]) from None


def _entry(fingerprint: str, same: Sequence[Finding], at_head: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    first = same[0]
    is_example = all(_EXAMPLE.search(finding.path) for finding in same)
    return {
        "fingerprint": fingerprint,
        "decision": "redact",
        "reason": "",
        "rule": first.rule,
        "text": first.problem.partition(",")[0].rpartition(" ")[2],
        "guess": "example or test" if is_example else "real",
        "first": f"{first.repository}: {first.path or 'a message'}" + (f", line {first.line}" if first.line else ""),
        "places": len(same),
        "files_exist": any(finding.path in at_head.get(finding.repository, ()) for finding in same),
    }


def _summary(secrets: Sequence[Mapping[str, Any]], new: int) -> str:
    kinds = Counter(entry.get("rule") for entry in secrets)
    decisions = Counter(str(entry.get("decision")) for entry in secrets)
    in_lost_files = sum(entry.get("files_exist") is False for entry in secrets)
    decided = ", ".join(f"{count} {decision}" for decision, count in sorted(decisions.items())) or "none"
    found = f"{_count(len(secrets), 'secret')} in {_count(len(kinds), 'kind')}, {new} new"
    return f"{found}, {in_lost_files} in files that no longer exist. Decisions: {decided}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

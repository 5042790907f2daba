"""Kingfisher, run on the files of a folder. It validates nothing, and has no access to the network."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import platformdirs
from kingfisher import get_binary_path  # type: ignore[import-untyped]

from migration.errors import CodeMoveError

RULES = Path(__file__).with_name("rules.toml")

_OPTIONS = (
    *("--no-validate", "--no-update-check", "--git-history", "none", "--no-dedup", "--confidence", "medium"),
    *("--no-binary", "--max-file-size", "0", "--ignore-comment", "gitleaks:allow", "--format", "jsonl", "--quiet"),
)
_JOBS = min(8, os.cpu_count() or 1)
"""Threads: each takes about 20 MiB beside the 160 MiB that a scan takes at least."""
_NO_FINDINGS, _FINDINGS = 0, 200
_FORMAT = 1
"""Version of what a match contains: increase it with every change of `_parse_match`."""

_OWN_RULES = "custom."
_OTHER_NAMES = {
    "npmjsaccesstoken": "npm-access-token",
    "digitaloceanapikey": "digitalocean-pat",
    "postmanapikey": "postman-api-token",
    "sendgrid": "sendgrid-api-token",
    "cloudflareapitoken": "cloudflare-api-key",
    "herokuplatformkey": "heroku-api-key-v2",
    "slackappconfigaccesstoken": "slack-config-access-token",
    "slackappconfigrefreshtoken": "slack-config-refresh-token",
    "slackappleveltoken": "slack-app-token",
}
"""The names that gitleaks has for these rules: a fingerprint contains the name, and plans contain fingerprints."""


class SecretMatch(NamedTuple):
    """One secret of a text, without the secret itself.

    line: from 1. start: at most four characters of it. fingerprint: 16 digits of the SHA-256 of rule and secret.
    """

    rule: str
    line: int
    start: str
    fingerprint: str


@dataclass(frozen=True)
class SecretScanner:
    """program: Kingfisher. cache_dir: for the matches of texts that were scanned. rules_dir: for its compiled rules."""

    program: Path
    cache_dir: Path
    rules_dir: Path

    @classmethod
    def installed(cls) -> "SecretScanner":
        """The program of the wheel in requirements.txt, with the user's cache."""
        cache = platformdirs.user_cache_path("multirepo") / "secrets"
        return cls(Path(get_binary_path()), cache, cache / "rules")

    @cached_property
    def version(self) -> str:
        """Equal for equal matches: of the program's version, the options and the rules. Raises CodeMoveError."""
        try:
            reported = subprocess.run(
                [self.program, "--version"], capture_output=True, check=True, env=self._environment
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise self._error(str(error)) from error
        inputs = (reported.stdout, RULES.read_bytes(), repr((_OPTIONS, _OTHER_NAMES, _FORMAT)).encode())
        return hashlib.sha256(b"\0".join(inputs)).hexdigest()[:16]

    @property
    def _environment(self) -> dict[str, str]:
        """Without tokens of the user, settings or proxies."""
        return {"PATH": os.environ.get("PATH", ""), "HOME": str(self.cache_dir), "TMPDIR": str(self.cache_dir)}

    def scan(self, folder: Path) -> dict[str, list[SecretMatch]]:
        """The matches below each entry of a folder, by the entry's name. Raises CodeMoveError."""
        found = _by_entry(self._records(folder))
        return {
            entry: sorted(set(map(_parse_match, records)), key=lambda match: match.line)
            for entry, records in found.items()
        }

    def secrets(self, folder: Path, fingerprints: set[str]) -> dict[str, list[tuple[str, bytes]]]:
        """Rule and secret of the matches with these fingerprints, by entry. Nothing of it may be stored."""
        found: dict[str, list[tuple[str, bytes]]] = {}
        for entry, records in _by_entry(self._records(folder)).items():
            for record in records:
                match = _parse_match(record)
                if match.fingerprint in fingerprints:
                    secret = _place(record)[1].encode(errors="surrogatepass")
                    found.setdefault(entry, []).append((match.rule, secret))
        return found

    def _records(self, folder: Path) -> list[dict[str, Any]]:
        self.cache_dir.mkdir(parents=True, exist_ok=True)
        # The compiled scanner of release 0.1.0.
        shutil.rmtree(self.cache_dir.with_name("secret-scanner"), ignore_errors=True)
        # Relative paths: the filters of some rules read the path, and must not depend on the folder's own.
        command = [str(self.program.absolute()), "scan", ".", *_OPTIONS, "--rules-path", str(RULES.absolute())]
        command += ["--rule-cache-dir", str(self.rules_dir.absolute()), "--jobs", str(_JOBS)]
        try:
            done = subprocess.run(command, capture_output=True, check=False, cwd=folder, env=self._environment)
        except OSError as error:
            raise self._error(str(error)) from error
        message = done.stderr.decode(errors="replace").strip()[-300:]
        if done.returncode not in (_NO_FINDINGS, _FINDINGS):
            raise self._error(message or f"exit status {done.returncode}")
        records = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]
        scans = [
            each["scan"]["status"] for record in records for each in record.get("audit", {}).get("repositories", ())
        ]
        if scans != ["completed"]:
            raise self._error(message or f"the scan is not complete: {scans}")
        return [record for record in records if "finding" in record]

    def _error(self, problem: str) -> CodeMoveError:
        return CodeMoveError(
            f"{self.program}: The secret scanner failed: {problem}. Nothing is pushed. Run the command again. "
            "If it fails again, delete the folder .venv, so that it is installed again."
        )


def _by_entry(records: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    matches: dict[str, list[dict[str, Any]]] = {}
    by_file: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        by_file.setdefault(record["finding"]["path"], []).append(record)
    for path, of_file in by_file.items():
        entry = path.removeprefix("./").split("/", 1)[0]
        matches.setdefault(entry, []).extend(_without_repetition(of_file))
    return matches


def _without_repetition(records: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Without the matches of our general rules where a rule of a provider has the same secret, or a part of it."""
    special = [_place(record) for record in records if not record["rule"]["id"].startswith(_OWN_RULES)]
    general: set[tuple[int, str]] = set()
    for record in records:
        line, secret = _place(record)
        if record["rule"]["id"].startswith(_OWN_RULES):
            known = any(line == place and (secret in other or other in secret) for place, other in special)
            if known or (line, secret) in general:
                continue
            general.add((line, secret))
        yield record


def _place(record: dict[str, Any]) -> tuple[int, str]:
    return record["finding"]["line"], record["finding"]["snippet"]


def _parse_match(record: dict[str, Any]) -> SecretMatch:
    """Kingfisher names a rule after its source: betterleaks.NAME, veles.secrets/NAME, custom.NAME (rules.toml)."""
    line, secret = _place(record)
    name = record["rule"]["id"].partition(".")[2].rpartition("/")[2]
    rule = _OTHER_NAMES.get(name, name)
    digest = hashlib.sha256(f"{rule}\0{secret}".encode(errors="surrogatepass")).hexdigest()
    return SecretMatch(rule, max(line, 1), secret[: min(4, len(secret) // 4)], digest[:16])

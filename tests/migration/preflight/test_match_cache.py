"""A text is scanned once for a user: again only with other rules, or after the cache is lost."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from migration.preflight import SecretScanner
from tests.migration.conftest import MonorepoBuilder
from tests.migration.preflight.conftest import PreflightContext, made_up_token

SECRET = f"t = '{made_up_token('cached')}'\n"


class LoggedScanner:
    """The real scanner with an empty cache, and how often it ran."""

    def __init__(self, scanner: SecretScanner, folder: Path) -> None:
        self.folder = folder
        self.cache_dir = folder / "cache"
        self._log = folder / "log"
        self._real = scanner
        self.scanner = self.of_version("kingfisher")

    def of_version(self, version: str) -> SecretScanner:
        program = self.folder / f"{version}.sh"
        program.write_text(
            f'#!/bin/sh\n[ "$1" = --version ] && {{ echo {version}; exit; }}\n'
            f'find . -type f >> {self._log}\nexec {self._real.program} "$@"\n'
        )
        program.chmod(0o755)
        return replace(self._real, program=program, cache_dir=self.cache_dir)

    def scanned(self) -> list[str]:
        """The names of the files since the last call."""
        names = [Path(line).name for line in self._log.read_text().splitlines()] if self._log.exists() else []
        self._log.unlink(missing_ok=True)
        return sorted(names)


@pytest.fixture
def logged(scanner: SecretScanner, tmp_path: Path) -> LoggedScanner:
    return LoggedScanner(scanner, tmp_path)


@pytest.fixture
def checkout(logged: LoggedScanner, builder: MonorepoBuilder, tmp_path: Path) -> Callable[[str], PreflightContext]:
    """The same monorepo with a workspace of its own."""
    return lambda name: PreflightContext(builder, tmp_path / name, logged.scanner)


def test_another_checkout_and_another_plan_scan_nothing_again(
    logged: LoggedScanner, checkout: Callable[[str], PreflightContext]
) -> None:
    first = checkout("first")
    first.commits({"app/a.py": SECRET, "app/lib/b.py": "1\n"})
    (finding,) = first.findings("secret")
    assert logged.scanned() == ["a.py", "b.py", "messages-0.txt"]
    second = checkout("second")
    second.repositories = [{"name": "other", "moves": [{"from": "app", "to": "src"}]}]
    (same,) = second.findings("secret")
    assert logged.scanned() == []
    assert (same.path, same.fingerprint, same.line) == ("src/a.py", finding.fingerprint, finding.line)


def test_a_new_commit_scans_only_its_blobs_and_its_message(
    logged: LoggedScanner, checkout: Callable[[str], PreflightContext]
) -> None:
    world = checkout("first")
    (base,) = world.commits({"app/a.py": "1\n"})
    world.look()
    logged.scanned()
    world.builder.point("main", world.builder.commit({"app/a.py": "1\n", "app/b.py": SECRET}, base, message="Add b"))
    assert world.paths("secret") == ["b.py"]
    assert logged.scanned() == ["b.py", "messages-0.txt"]


def test_another_version_of_the_scanner_scans_everything_again(
    logged: LoggedScanner, checkout: Callable[[str], PreflightContext]
) -> None:
    world = checkout("first")
    world.commits({"app/a.py": SECRET})
    world.look()
    logged.scanned()
    world.scanner = logged.of_version("kingfisher-next")
    assert world.paths("secret") == ["a.py"]
    assert "a.py" in logged.scanned()


def test_a_damaged_cache_is_replaced_and_the_secret_still_found(
    logged: LoggedScanner, checkout: Callable[[str], PreflightContext]
) -> None:
    world = checkout("first")
    world.commits({"app/a.py": SECRET})
    world.look()
    (database,) = logged.cache_dir.glob("*.sqlite")
    database.write_bytes(b"no database" * 1000)
    assert checkout("second").paths("secret") == ["a.py"]
    assert sqlite3.connect(database).execute("SELECT count(*) FROM scans WHERE name = 'a.py'").fetchone() == (1,)


def test_the_cache_holds_no_more_than_four_characters_of_a_secret(
    logged: LoggedScanner, checkout: Callable[[str], PreflightContext]
) -> None:
    world = checkout("first")
    world.commits({"app/a.py": SECRET})
    world.look()
    contents = b"".join(file.read_bytes() for file in logged.cache_dir.rglob("*") if file.is_file())
    token = made_up_token("cached").encode()
    assert token[:4] in contents
    assert token[:5] not in contents


def test_nothing_that_was_exported_for_the_scanner_stays(checkout: Callable[[str], PreflightContext]) -> None:
    world = checkout("first")
    world.commits({"app/a.py": SECRET})
    world.look()
    assert list(world.workspace.glob("tmp_scan_*")) == []

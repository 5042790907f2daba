"""The made-up monorepo is what it says, and its split is measured."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("synthetic")


@pytest.fixture(scope="module")
def facts(place: Path) -> dict[str, Any]:
    command = [sys.executable, str(PROJECT / "benchmarks" / "growth.py"), "--place", str(place), "--json"]
    numbers = ["--commits", "20", "200", "--folders", "12", "--repositories", "4", "--runs", "1"]
    done = subprocess.run([*command, *numbers], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def git(repository: Path, *arguments: str) -> str:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_each_size_is_split_and_measured(facts: dict[str, Any]) -> None:
    assert [(size["commits"], size["differing"]) for size in facts["sizes"]] == [(20, []), (200, [])]
    assert all(size["git"] > 0 and size["split_seconds"] > 0 for size in facts["sizes"])
    assert all(size["python_peak_rss"] > 1 << 20 for size in facts["sizes"])


@pytest.mark.usefixtures("facts")
def test_the_monorepo_has_the_commits_the_folders_and_a_fifth_of_merges(place: Path) -> None:
    repository = place / "synthetic-200-12.git"
    assert git(repository, "rev-list", "--count", "main") == "200"
    assert 36 <= int(git(repository, "rev-list", "--count", "--merges", "main")) <= 40
    folders = git(repository, "ls-tree", "--name-only", "main").splitlines()
    assert len(folders) == 12
    for folder in folders:
        assert 8 <= len(git(repository, "ls-tree", "-r", "--name-only", f"main:{folder}").splitlines()) <= 40


@pytest.mark.usefixtures("facts")
def test_the_monorepo_is_the_same_on_every_machine(place: Path) -> None:
    assert git(place / "synthetic-20-12.git", "rev-parse", "main") == "0dda4e79c5c369e3072ca1158f15f388187e382c"

"""`./multirepo doctor`: which folders it takes, and that equal findings have one fix."""

from pathlib import Path

import pytest

from command_line.commands.doctor import check_is_clone, describe_troubles
from command_line.terminal.failures import CommandError
from migration.packages.troubles import Trouble, troubles
from tests.conftest import Repository, new_repository


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    file = tmp_path / "plan.yaml"
    file.write_text("monorepo: {name: small}\nrepositories: [{name: engine, moves: [{from: engine}]}]\n")
    return file


@pytest.fixture
def clone(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "clone")


def test_a_folder_that_is_no_repository_is_rejected(tmp_path: Path, plan: Path) -> None:
    with pytest.raises(CommandError, match="Not a Git repository"):
        check_is_clone(tmp_path, plan)
    with pytest.raises(CommandError, match="Not a folder"):
        check_is_clone(plan, plan)


def test_a_clone_of_another_repository_is_rejected_with_those_of_the_plan(clone: Repository, plan: Path) -> None:
    clone.git("remote", "add", "origin", "https://github.com/acme/other.git")
    with pytest.raises(CommandError, match=r"Not a clone of a repository of plan.yaml. It has: engine"):
        check_is_clone(clone.path, plan)


@pytest.mark.parametrize("address", ["https://github.com/acme/engine.git", "git@github.com:acme/engine", "/x/engine/"])
def test_a_clone_of_a_repository_of_the_plan_is_taken(clone: Repository, plan: Path, address: str) -> None:
    clone.git("remote", "add", "upstream", address)
    check_is_clone(clone.path, plan)


def test_equal_problems_are_printed_once_with_one_fix(tmp_path: Path) -> None:
    for number in range(30):
        cache = tmp_path / f"module{number:02}" / "__pycache__"
        cache.mkdir(parents=True)
        (cache / "old.pyc").touch()
    other = Trouble(place="Dockerfile", problem="it copies 'x'", remedy="Copy what is here.")
    printed = describe_troubles(tmp_path, [*sorted(troubles(tmp_path), key=lambda each: each.place), other])
    assert printed[1] == "✗ Dockerfile: it copies 'x'.\n  Copy what is here."
    lines = printed[0].splitlines()
    assert lines[0].startswith("✗ 30 places: only Python's cache is left")
    assert lines[1:3] == ["    module00", "    module01"]
    assert lines[11] == "    … and 20 more"
    assert lines[12].count("rm -r ") == 1
    assert all(f"{tmp_path}/module{number:02}" in lines[12] for number in range(30))
    assert len(lines) == 13

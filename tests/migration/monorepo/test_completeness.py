"""A monorepo that lacks objects is refused, with what lacks and the command that fetches it."""

import re
import shlex
from pathlib import Path

import pytest

from migration.desired_state.code_selection import CodeSelection, FolderMove
from migration.errors import SplitError
from migration.monorepo.completeness import demand_complete
from migration.proof import prove_split
from migration.split.splitting import split_monorepo
from tests.migration.conftest import MonorepoBuilder, git

SELECTIONS = {"new": CodeSelection(moves=(FolderMove(source="a"),))}


@pytest.fixture
def commits(builder: MonorepoBuilder) -> list[str]:
    first = builder.commit({"a/f": "1", "a/sub/g": "1", "b/f": "1"})
    second = builder.commit({"a/f": "2", "a/sub/g": "1", "b/f": "1"}, first)
    builder.point("main", second)
    return [first, second]


def lose(repository: Path, *names: str) -> None:
    for name in names:
        object_id = git(repository, "rev-parse", name)
        (repository / "objects" / object_id[:2] / object_id[2:]).unlink()


def refusal(monorepo: Path, memory: Path | None = None) -> str:
    with pytest.raises(SplitError) as refused:
        demand_complete(monorepo, memory)
    return str(refused.value)


@pytest.mark.usefixtures("commits")
def test_a_complete_monorepo_passes_and_is_not_read_twice(builder: MonorepoBuilder, tmp_path: Path) -> None:
    memory = tmp_path / "memory" / "complete.json"
    demand_complete(builder.path, memory)
    lose(builder.path, "main:a/f")
    demand_complete(builder.path, memory)
    assert "1 object is missing" in refusal(builder.path)


@pytest.mark.usefixtures("commits")
def test_new_history_is_read(builder: MonorepoBuilder, tmp_path: Path) -> None:
    memory = tmp_path / "complete.json"
    demand_complete(builder.path, memory)
    builder.point("main", builder.commit({"a/f": "3"}, git(builder.path, "rev-parse", "main")))
    lose(builder.path, "main:a/f")
    assert "a/f (commit" in refusal(builder.path, memory)


def test_lost_files_are_counted_and_three_named_with_their_commits(builder: MonorepoBuilder) -> None:
    first = builder.commit({f"a/{number}": f"text {number}" for number in range(5)})
    builder.point("main", builder.commit({"b": "b"}, first))
    lose(builder.path, *(f"{first}:a/{number}" for number in range(5)))
    message = refusal(builder.path)
    assert ": 5 objects are missing in its branches and tags, such as a/" in message
    assert message.count(f"(commit {first[:12]})") == 3


def test_lost_folders_and_commits_are_reported(builder: MonorepoBuilder, commits: list[str]) -> None:
    lose(builder.path, "main:a/sub")
    assert "1 object is missing" in refusal(builder.path)
    lose(builder.path, commits[0])
    assert "Commits are missing" in refusal(builder.path)


@pytest.mark.usefixtures("commits")
@pytest.mark.parametrize("kind", ["blob:none", "tree:0"])
def test_the_command_in_the_message_makes_a_partial_clone_whole(
    builder: MonorepoBuilder, tmp_path: Path, kind: str
) -> None:
    git(builder.path, "config", "uploadpack.allowFilter", "true")
    git(builder.path, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(tmp_path, "clone", "--quiet", "--no-checkout", f"--filter={kind}", builder.path.as_uri(), "clone")
    with pytest.raises(SplitError, match=r"missing in its branches and tags") as refused:
        split_monorepo(tmp_path / "clone", "main", SELECTIONS, tmp_path / "w")
    command = re.search(r"Fetch them: (git .*?)\. Then", str(refused.value))
    assert command
    git(tmp_path, *shlex.split(command[1])[1:], "--quiet")
    demand_complete(tmp_path / "clone")
    split = split_monorepo(tmp_path / "clone", "main", SELECTIONS, tmp_path / "w")
    assert split.histories["new"].commits == 2


@pytest.mark.usefixtures("commits")
def test_the_look_at_a_partial_clone_fetches_nothing(builder: MonorepoBuilder, tmp_path: Path) -> None:
    git(builder.path, "config", "uploadpack.allowFilter", "true")
    git(builder.path, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--filter=blob:none", builder.path.as_uri(), "clone")
    packs = tmp_path / "clone" / ".git" / "objects" / "pack"
    before = sorted(packs.iterdir())
    refusal(tmp_path / "clone")
    assert sorted(packs.iterdir()) == before


@pytest.mark.usefixtures("commits")
def test_without_a_remote_another_clone_is_asked_for(builder: MonorepoBuilder, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", builder.path.as_uri(), "whole")
    lose(builder.path, "main:a/f")
    command = re.search(r": (git -C .*?)\. Then", refusal(builder.path))
    assert command
    git(tmp_path, *shlex.split(command[1].replace("CLONE", str(tmp_path / "whole")))[1:], "--quiet")
    demand_complete(builder.path)


@pytest.mark.usefixtures("commits")
def test_a_split_with_missing_files_is_not_proved(builder: MonorepoBuilder, tmp_path: Path) -> None:
    split = split_monorepo(builder.path, "main", SELECTIONS, tmp_path / "w")
    lost = git(builder.path, "rev-parse", "main:a/f")
    lose(builder.path, "main:a/f")
    failures = prove_split(split, builder.path, SELECTIONS).failures
    assert failures == (f"new: objects of its history do not exist: 1, such as {lost}.",)

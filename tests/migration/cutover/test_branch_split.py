"""A branch of the monorepo goes to the repositories that it is about."""

from pathlib import Path

import pytest

from migration.cutover.branch_split import carry_branch, repositories_of, split_branch
from migration.desired_state.code_selection import CodeSelection, FolderMove
from migration.errors import CarryRefusedError, SplitError
from migration.git.remote import Remote
from migration.split.splitting import split_monorepo
from tests.conftest import Repository

SELECTIONS = {
    "engine": CodeSelection(moves=(FolderMove(source="engine"),)),
    "site": CodeSelection(moves=(FolderMove(source="site", target="web"),)),
}


@pytest.fixture
def topic(monorepo: Repository) -> Repository:
    """A branch with two commits to the engine."""
    monorepo.git("switch", "--quiet", "--create", "topic")
    monorepo.commit("Engine: try it", engine__trial="1\n")
    monorepo.commit("Engine: try it again", engine__trial="2\n")
    monorepo.git("switch", "--quiet", "main")
    return monorepo


def carried(monorepo: Repository, folder: Path) -> tuple[Repository, bool]:
    server = Repository(folder / "engine.git")
    if not server.path.exists():
        monorepo.git("init", "--quiet", "--bare", "--initial-branch=main", str(server.path))
        split = split_monorepo(monorepo.path, "main", SELECTIONS, folder / "split")
        Remote(url=str(server.path)).push(split.git_dir, {"refs/heads/main": split.histories["engine"].head})
    made = split_branch(monorepo.path, "topic", "main", "engine", SELECTIONS["engine"], folder / "branches")
    assert made.commits == 2
    return server, carry_branch(made, "topic", Remote(url=str(server.path)))


def test_its_commits_are_split_and_go_on_from_the_repository_s_own(topic: Repository, tmp_path: Path) -> None:
    assert repositories_of(topic.path, "topic", "main", SELECTIONS) == (("engine",), ())
    server, pushed = carried(topic, tmp_path)
    assert pushed
    assert server.git("log", "--format=%an: %s", "main..topic").splitlines() == [
        "Zoë Łukasz: Engine: try it again",
        "Zoë Łukasz: Engine: try it",
    ]
    assert server.git("show", "topic:trial") == "2"
    assert server.git("merge-base", "main", "topic") == server.git("rev-parse", "main")


def test_a_second_time_pushes_nothing(topic: Repository, tmp_path: Path) -> None:
    carried(topic, tmp_path)
    assert carried(topic, tmp_path)[1] is False


def test_a_branch_that_people_have_gone_on_with_stays_theirs(topic: Repository, tmp_path: Path) -> None:
    server, _ = carried(topic, tmp_path)
    topic.git("clone", "--quiet", "--branch", "topic", str(server.path), str(tmp_path / "person"))
    person = Repository(tmp_path / "person", commits=90)
    theirs = person.commit("On", more="m\n")
    person.git("push", "--quiet", "origin", "topic")
    assert carried(topic, tmp_path)[1] is False
    person.git("reset", "--quiet", "--hard", "HEAD^^")
    person.commit("Another way", trial="x\n")
    person.git("push", "--quiet", "--force", "origin", "topic")
    with pytest.raises(CarryRefusedError, match="there with other commits"):
        carried(topic, tmp_path)
    assert server.git("rev-parse", "topic") != theirs


def test_a_branch_about_several_repositories_goes_to_each_and_the_rest_is_named(
    topic: Repository, tmp_path: Path
) -> None:
    topic.git("switch", "--quiet", "topic")
    topic.commit("And more", site__index="b\n", engine__trial="3\n", README="b\n")
    topic.git("switch", "--quiet", "main")
    names, elsewhere = repositories_of(topic.path, "topic", "main", SELECTIONS)
    assert (names, elsewhere) == (("engine", "site"), ("README",))
    for name, folder in (("engine", "engine"), ("site", "site")):
        made = split_branch(topic.path, "topic", "main", name, SELECTIONS[name], tmp_path / name)
        assert made.commits == int(topic.git("rev-list", "--count", "main..topic", "--", folder))


def test_the_commits_are_those_that_git_counts_when_the_branch_lacks_the_tip(topic: Repository, tmp_path: Path) -> None:
    topic.commit("Engine: go on", engine__main="9\n")
    made = split_branch(topic.path, "topic", "main", "engine", SELECTIONS["engine"], tmp_path / "w")
    assert made.commits == int(topic.git("rev-list", "--count", "main..topic", "--", "engine")) == 2


def test_a_branch_about_no_repository_is_refused(topic: Repository) -> None:
    topic.git("switch", "--quiet", "--create", "words", "main")
    topic.commit("Words", README="b\n")
    with pytest.raises(SplitError, match="touches no repository's folder, only README"):
        repositories_of(topic.path, "words", "main", SELECTIONS)


def test_an_unknown_branch_and_one_with_nothing_new_are_told_apart(topic: Repository) -> None:
    with pytest.raises(SplitError, match="has no branch 'tpoic'"):
        repositories_of(topic.path, "tpoic", "main", SELECTIONS)
    topic.git("branch", "old", "main")
    with pytest.raises(SplitError, match="nothing to carry"):
        repositories_of(topic.path, "old", "main", SELECTIONS)

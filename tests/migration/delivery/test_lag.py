"""How far a repository is behind the monorepo, as its refs at the server show."""

from pathlib import Path

import pytest

from migration.delivery.lag import Lag, standing_of
from tests.migration.conftest import MonorepoBuilder, Splitter, git
from tests.migration.delivery.test_vendor_tip import Scene, shouting


@pytest.fixture
def scene(builder: MonorepoBuilder, splitter: Splitter, tmp_path: Path) -> Scene:
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "server.git")
    scene = Scene(builder, splitter, tmp_path)
    scene.commit(a__f="path 1\n")
    return scene


def standing(scene: Scene) -> Lag:
    split = scene.split()
    return standing_of(split.git_dir, scene.remote, "main", split.histories["new"].head or "")


def test_a_repository_that_is_in_step(scene: Scene) -> None:
    scene.carry()
    assert standing(scene) == Lag(exists=True, behind=0)


def test_commits_that_are_still_to_be_carried_are_counted_behind_a_transform_too(scene: Scene) -> None:
    assert standing(scene) == Lag(exists=True, behind=1)
    scene.carry(shouting)
    scene.commit(a__f="path 2\n")
    scene.commit(a__f="path 3\n")
    assert standing(scene) == Lag(exists=True, behind=2)


def test_a_vendor_branch_of_somebody_else(scene: Scene) -> None:
    scene.carry()
    person = scene.person()
    person.commit("Theirs", f="theirs\n")
    person.git("push", "--quiet", "--force", "origin", "HEAD:monorepo")
    assert standing(scene) == Lag(exists=True, behind=None)


def test_a_conflict_is_seen_until_it_is_resolved(scene: Scene) -> None:
    scene.carry()
    person = scene.person()
    person.commit("Ours", f="ours\n")
    person.git("push", "--quiet", "origin", "main")
    scene.commit(a__f="path 2\n")
    scene.carry()
    assert standing(scene) == Lag(exists=True, behind=0, in_conflict=True)
    person.git("fetch", "--quiet")
    person.git("merge", "--quiet", "--strategy-option=ours", "--message", "Resolve", "origin/merge-monorepo")
    person.git("push", "--quiet", "origin", "main")
    assert standing(scene) == Lag(exists=True, behind=0)

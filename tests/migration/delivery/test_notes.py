"""The commit map as it arrives in a repository: git notes that git itself shows."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from migration.delivery.notes import NOTES_REF
from migration.delivery.push import PushTarget, carry
from migration.desired_state.code_selection import FolderMove
from migration.git.remote import Remote
from tests.migration.conftest import MonorepoBuilder, Splitter, git


@dataclass
class Scene:
    """A monorepo, its split, and the repository at the server."""

    builder: MonorepoBuilder
    splitter: Splitter
    server: Path
    commits: list[str] = field(default_factory=list)

    def commit(self, content: str) -> None:
        self.commits.append(self.builder.commit({"a/f": content}, *self.commits[-1:]))
        self.builder.point("main", self.commits[-1])

    def carry(self, notes: bool = True) -> None:
        split = self.splitter.split_one(FolderMove(source="a"))
        head = split.histories["new"].head
        assert head
        carried = PushTarget(repository="new", default_branch="main", head=head, tags={}, notes=notes)
        carry(carried, split.git_dir, Remote(url=str(self.server)))

    def noted_commits(self) -> list[str]:
        """The notes of the commits, newest first, as git shows them."""
        return git(self.server, "log", "--notes=monorepo", "--format=%N", "main").split()


@pytest.fixture
def scene(builder: MonorepoBuilder, splitter: Splitter, tmp_path: Path) -> Scene:
    server = tmp_path / "server.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(server))
    scene = Scene(builder, splitter, server)
    scene.commit("1")
    scene.commit("2")
    return scene


def test_each_commit_says_which_it_was(scene: Scene) -> None:
    scene.carry()
    assert scene.noted_commits() == scene.commits[::-1]
    git(scene.server, "fsck", "--strict")


def test_notes_are_fast_forwarded(scene: Scene) -> None:
    scene.carry()
    first = git(scene.server, "rev-parse", NOTES_REF)
    scene.commit("3")
    scene.carry()
    assert scene.noted_commits() == scene.commits[::-1]
    assert git(scene.server, "rev-parse", f"{NOTES_REF}^") == first


def test_the_same_notes_are_not_pushed_again(scene: Scene) -> None:
    scene.carry()
    first = git(scene.server, "rev-parse", NOTES_REF)
    scene.carry()
    assert git(scene.server, "rev-parse", NOTES_REF) == first


def test_another_machine_makes_the_same_notes_and_goes_on_from_them(scene: Scene, tmp_path: Path) -> None:
    scene.carry()
    first = git(scene.server, "rev-parse", NOTES_REF)
    git(scene.server, "update-ref", "-d", NOTES_REF)
    elsewhere = Scene(scene.builder, Splitter(scene.builder, tmp_path / "elsewhere"), scene.server, scene.commits)
    elsewhere.carry()
    assert git(scene.server, "rev-parse", NOTES_REF) == first
    scene.commit("3")
    yet_another = Scene(scene.builder, Splitter(scene.builder, tmp_path / "another"), scene.server, scene.commits)
    yet_another.carry()
    assert git(scene.server, "rev-parse", f"{NOTES_REF}^") == first


def test_a_saved_split_is_still_trusted_after_its_notes_were_pushed(scene: Scene) -> None:
    scene.carry()
    stamp = (scene.splitter.workspace / "split.git" / "multirepo-split.json").stat().st_mtime_ns
    scene.carry()
    assert (scene.splitter.workspace / "split.git" / "multirepo-split.json").stat().st_mtime_ns == stamp


def test_two_commits_that_became_one_are_both_named(scene: Scene) -> None:
    builder = scene.builder
    begin = builder.commit({"a/f": "1"})
    aside = builder.commit({"a/f": "1", "b/f": "1"}, begin)
    left = builder.commit({"a/f": "2"}, begin, message="same")
    builder.commits -= 1
    right = builder.commit({"a/f": "2", "b/f": "1"}, aside, message="same")
    merge = builder.commit({"a/f": "2", "b/f": "1"}, left, right)
    builder.point("main", merge)
    scene.carry()
    first, *both, last = scene.noted_commits()
    assert (first, sorted(both), last) == (merge, sorted([left, right]), begin)


def test_without_notes_none_are_pushed(scene: Scene) -> None:
    scene.carry(notes=False)
    assert git(scene.server, "for-each-ref", "--format=%(refname)") == "refs/heads/main\nrefs/heads/monorepo"


def test_a_repository_of_sha256_has_notes(tmp_path: Path) -> None:
    builder = MonorepoBuilder(tmp_path / "monorepo.git", "sha256")
    server = tmp_path / "server.git"
    git(tmp_path, "init", "--quiet", "--bare", "--object-format=sha256", "--initial-branch=main", str(server))
    scene = Scene(builder, Splitter(builder, tmp_path / "workspace"), server)
    scene.commit("1")
    scene.carry()
    assert scene.noted_commits() == scene.commits

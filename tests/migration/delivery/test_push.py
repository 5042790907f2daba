"""Carrying a history to a repository where people work: everything arrives, nothing is overwritten."""

from pathlib import Path

import pytest

from migration.delivery.push import PushResult, PushTarget, carry
from migration.errors import CarryRefusedError, CodeMoveError, RemoteError
from migration.git.remote import Remote
from tests.conftest import Repository, new_repository


class Scene:
    """The split history on this machine, the repository at the server, and a person's clone of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.history = new_repository(folder / "history")
        self.history.commit("Begin", main="1\n2\n3\n")
        self.history.git("tag", "--annotate", "--message", "First", "v1")
        self.server = Repository(folder / "server.git")
        self.history.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.server.path))

    def carry(self, **tags: str) -> str:
        return self.outcome(**tags).head

    def outcome(self, **tags: str) -> PushResult:
        carried = PushTarget(
            repository="engine",
            default_branch="main",
            head=self.history.git("rev-parse", "HEAD"),
            tags=tags or {"v1": self.history.git("rev-parse", "v1")},
        )
        return carry(carried, self.history.path, Remote(url=str(self.server.path)))

    def person(self, name: str = "person") -> Repository:
        path = self.folder / name
        self.history.git("clone", "--quiet", str(self.server.path), str(path))
        return Repository(path, commits=100)

    def refs(self) -> dict[str, str]:
        lines = self.server.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return dict(line.split() for line in lines)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_an_empty_repository_gets_vendor_branch_default_branch_and_tags(scene: Scene) -> None:
    head = scene.carry()
    assert scene.refs() == {
        "refs/heads/main": head,
        "refs/heads/monorepo": head,
        "refs/tags/v1": scene.history.git("rev-parse", "v1"),
    }


def test_new_commits_fast_forward_both_branches(scene: Scene) -> None:
    scene.carry()
    newer = scene.history.commit("More", main="1\n2\n3\n4\n")
    assert scene.carry() == newer
    assert scene.refs()["refs/heads/main"] == scene.refs()["refs/heads/monorepo"] == newer


def test_work_of_people_is_merged_and_stays(scene: Scene) -> None:
    scene.carry()
    person = scene.person()
    theirs = person.commit("Ours", people="work\n")
    person.git("push", "--quiet", "origin", "main")
    newer = scene.history.commit("More", main="1\n2\n3\n4\n")
    merged = scene.carry()
    assert scene.server.git("show", "--no-patch", "--format=%P", merged) == f"{theirs} {newer}"
    assert scene.server.git("show", f"{merged}:people") == "work"
    assert scene.server.git("show", f"{merged}:main") == "1\n2\n3\n4"


def test_work_of_people_alone_changes_nothing(scene: Scene) -> None:
    scene.carry()
    person = scene.person()
    theirs = person.commit("Ours", people="work\n")
    person.git("push", "--quiet", "origin", "main")
    assert scene.carry() == theirs


def test_the_same_merge_has_the_same_id_when_it_is_made_again(scene: Scene) -> None:
    scene.carry()
    person = scene.person()
    theirs = person.commit("Ours", people="work\n")
    person.git("push", "--quiet", "origin", "main")
    scene.history.commit("More", main="1\n2\n3\n4\n")
    merged = scene.carry()
    scene.server.git("update-ref", "refs/heads/main", theirs)
    assert scene.carry() == merged


def in_conflict(scene: Scene) -> tuple[Repository, str, str]:
    """A person and the monorepo changed one line: the person's clone, their commit, and the monorepo's."""
    scene.carry()
    person = scene.person()
    theirs = person.commit("Ours", main="1\npeople\n3\n")
    person.git("push", "--quiet", "origin", "main")
    return person, theirs, scene.history.commit("Theirs", main="1\nmonorepo\n3\n")


def test_a_conflict_leaves_the_default_branch_alone_and_tells_both_sides(scene: Scene) -> None:
    _, theirs, newer = in_conflict(scene)
    outcome = scene.outcome()
    assert outcome.head == theirs
    assert outcome.conflict
    assert (outcome.conflict.paths, outcome.conflict.tip) == (("main",), newer)
    assert [line.partition(" ")[2] for line in outcome.conflict.people_commits] == ["Ours"]
    assert [line.partition(" ")[2] for line in outcome.conflict.monorepo_commits] == ["Theirs"]
    assert "git merge origin/main" in outcome.conflict.body
    assert scene.refs()["refs/heads/main"] == theirs
    assert scene.refs()["refs/heads/monorepo"] == scene.refs()["refs/heads/merge-monorepo"] == newer


def test_a_conflict_that_is_still_there_pushes_nothing(scene: Scene) -> None:
    in_conflict(scene)
    first = scene.outcome()
    before = scene.refs()
    assert scene.outcome() == first
    assert scene.refs() == before


def test_what_people_resolve_on_the_branch_stays_and_more_of_the_monorepo_is_merged_into_it(scene: Scene) -> None:
    person, _, _ = in_conflict(scene)
    scene.outcome()
    person.git("fetch", "--quiet")
    person.git("switch", "--quiet", "merge-monorepo")
    person.git("merge", "--quiet", "--strategy-option=theirs", "--message", "Resolve", "origin/main")
    person.git("push", "--quiet", "origin", "merge-monorepo")
    resolved = scene.refs()["refs/heads/merge-monorepo"]
    newer = scene.history.commit("More", other="1\n")
    assert scene.outcome().conflict
    merged = scene.refs()["refs/heads/merge-monorepo"]
    assert scene.server.git("show", "--no-patch", "--format=%P", merged) == f"{resolved} {newer}"
    assert scene.server.git("show", f"{merged}:main") == "1\npeople\n3"


def test_a_resolution_that_conflicts_again_is_left_to_people(scene: Scene) -> None:
    person, _, _ = in_conflict(scene)
    scene.outcome()
    person.git("fetch", "--quiet")
    person.git("switch", "--quiet", "merge-monorepo")
    resolved = person.commit("Half done", main="1\nhalf\n3\n")
    person.git("push", "--quiet", "origin", "merge-monorepo")
    scene.history.commit("Again", main="1\nagain\n3\n")
    assert scene.outcome().conflict
    assert scene.refs()["refs/heads/merge-monorepo"] == resolved


def test_after_a_person_resolved_the_conflict_the_next_sync_goes_on(scene: Scene) -> None:
    person, _, _ = in_conflict(scene)
    assert scene.outcome().conflict
    person.git("fetch", "--quiet")
    person.git("merge", "--quiet", "--strategy-option=ours", "--message", "Resolve", "origin/monorepo")
    person.git("push", "--quiet", "origin", "main")
    outcome = scene.outcome()
    assert (outcome.head, outcome.conflict) == (person.git("rev-parse", "HEAD"), None)


def test_a_vendor_branch_that_somebody_wrote_to_is_refused_and_left(scene: Scene) -> None:
    scene.carry()
    person = scene.person()
    foreign = person.commit("On the wrong branch", people="work\n")
    person.git("push", "--quiet", "origin", "HEAD:monorepo")
    with pytest.raises(CarryRefusedError, match="branch monorepo is at"):
        scene.carry()
    assert scene.refs()["refs/heads/monorepo"] == foreign


def test_a_rewritten_monorepo_is_refused(scene: Scene) -> None:
    old = scene.carry()
    scene.history.git("commit", "--quiet", "--amend", "--message", "Begin otherwise")
    with pytest.raises(CarryRefusedError, match="not part of the history"):
        scene.carry()
    assert scene.refs()["refs/heads/main"] == scene.refs()["refs/heads/monorepo"] == old


def test_a_tag_that_exists_elsewhere_is_refused_and_nothing_is_pushed(scene: Scene) -> None:
    old = scene.carry()
    newer = scene.history.commit("More", main="1\n2\n3\n4\n")
    with pytest.raises(CarryRefusedError, match=r"tags that exist with another content: v1 "):
        scene.carry(v1=newer)
    assert scene.refs()["refs/heads/main"] == old


def test_branches_tags_that_went_missing_come_back(scene: Scene) -> None:
    head = scene.carry()
    before = scene.refs()
    for ref in before:
        scene.server.git("update-ref", "-d", ref)
    assert scene.carry() == head
    assert scene.refs() == before


def test_a_repository_that_is_not_there_is_told_apart_from_other_failures(tmp_path: Path, scene: Scene) -> None:
    with pytest.raises(RemoteError) as failure:
        Remote(url=str(tmp_path / "nowhere")).refs()
    assert str(tmp_path / "nowhere") in str(failure.value)


def test_the_token_appears_in_no_representation_of_a_remote() -> None:
    assert "s3cret" not in repr(Remote(url="https://github.com/maestro/engine.git", token="s3cret"))


def test_the_first_release_is_tagged_once_on_the_complete_default_branch(scene: Scene) -> None:
    carried = PushTarget(
        repository="engine",
        default_branch="main",
        head=scene.history.git("rev-parse", "HEAD"),
        tags={},
        first_release="v2",
    )
    head = carry(carried, scene.history.path, Remote(url=str(scene.server.path))).head
    assert scene.server.git("rev-parse", "v2^{commit}") == head
    before = scene.refs()
    scene.history.commit("On", main="4\n")
    scene.carry(v1=scene.history.git("rev-parse", "v1"))
    assert scene.refs()["refs/tags/v2"] == before["refs/tags/v2"]


def lose(repository: Repository, name: str) -> None:
    """As when a disk was full while it was written, or somebody tidied up."""
    object_id = repository.git("rev-parse", name)
    (repository.path / ".git" / "objects" / object_id[:2] / object_id[2:]).unlink()


def test_what_an_interrupted_fetch_left_is_fetched_again(scene: Scene) -> None:
    scene.carry()
    person = scene.person()
    theirs = person.commit("Ours", people="work\n")
    person.git("push", "--quiet", "origin", "main")
    assert scene.carry() == theirs
    lose(scene.history, f"{theirs}^{{tree}}")
    scene.history.commit("More", main="1\n2\n3\n4\n")
    merged = scene.carry()
    assert scene.server.git("show", f"{merged}:people") == "work"
    assert scene.server.git("show", f"{merged}:main") == "1\n2\n3\n4"


def test_git_that_fails_while_it_merges_is_no_conflict_and_changes_no_branch(scene: Scene) -> None:
    scene.carry()
    person = scene.person()
    person.commit("Ours", main="0\n1\n2\n3\n")
    person.git("push", "--quiet", "origin", "main")
    scene.history.commit("More", main="1\n2\n3\n4\n")
    before = scene.refs()
    lose(scene.history, "HEAD:main")
    with pytest.raises(CodeMoveError, match="merge-tree"):
        scene.carry()
    assert scene.refs() == before

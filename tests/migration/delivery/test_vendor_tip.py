"""The transform commit at the tip of a vendor branch: made once, carried on, merged with people's work, never lost."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from migration.delivery.push import PushTarget, carry, vendor_branch
from migration.delivery.vendor_tip import Tip
from migration.desired_state.code_selection import FolderMove
from migration.errors import CarryRefusedError, CodeMoveError
from migration.git.remote import Remote
from migration.git.tree_changes import Changes, Files, Transform, transformed_tree
from migration.split.splitting import Split
from migration.transforms.blame_ignore_revs import blame_ignore_revs
from tests.conftest import Repository
from tests.migration.conftest import MonorepoBuilder, Splitter, git

REVS = ".git-blame-ignore-revs"


def shouting(files: Files) -> Changes:
    """A transform that touches a line which the monorepo changes, too."""
    return Changes(contents={"f": files["f"].replace(b"path", b"version"), "added": b"by the plan\n"})


@dataclass
class Scene:
    """A monorepo whose folder `a` goes to a repository on a server."""

    builder: MonorepoBuilder
    splitter: Splitter
    folder: Path
    commits: list[str] = field(default_factory=list)

    @property
    def server(self) -> Path:
        return self.folder / "server.git"

    @property
    def remote(self) -> Remote:
        return Remote(url=str(self.server))

    def commit(self, **files: str) -> str:
        whole = {name.replace("__", "/"): content for name, content in files.items()}
        self.commits.append(self.builder.commit(whole, *self.commits[-1:]))
        self.builder.point("main", self.commits[-1])
        return self.commits[-1]

    def split(self) -> Split:
        return self.splitter.split_one(FolderMove(source="a"))

    def carry(self, *transforms: Transform) -> str:
        """Split, transform, push; the default branch's commit afterwards."""
        split = self.split()
        head = split.histories["new"].head
        assert head
        tree = transformed_tree(split.git_dir, head, transforms)
        carried = PushTarget(repository="new", default_branch="main", head=head, tree=tree, tags={})
        return carry(carried, split.git_dir, self.remote).head

    def read_tip(self, *expected: Transform) -> tuple[str, str]:
        split = self.split()
        return vendor_branch(self.remote.refs(), split.histories["new"].head or "", split.git_dir, self.remote)

    def file(self, path: str, revision: str = "main") -> str:
        return git(self.server, "show", f"{revision}:{path}")

    def person(self) -> Repository:
        git(self.folder, "clone", "--quiet", str(self.server), "person")
        return Repository(self.folder / "person", commits=100)


@pytest.fixture
def scene(builder: MonorepoBuilder, splitter: Splitter, tmp_path: Path) -> Scene:
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "server.git")
    scene = Scene(builder, splitter, tmp_path)
    scene.commit(a__f="path 1\n\n\n\n\nend\n")
    return scene


def test_the_transforms_are_one_commit_after_the_split(scene: Scene) -> None:
    tip = scene.carry(shouting)
    assert scene.file("f").splitlines()[0] == "version 1"
    assert scene.file("added") == "by the plan"
    assert git(scene.server, "rev-parse", "monorepo", "main") == f"{tip}\n{tip}"
    assert git(scene.server, "rev-parse", "main^@") == scene.split().histories["new"].head
    git(scene.server, "fsck", "--strict")


def test_the_same_transforms_are_the_same_commit_and_nothing_to_push(scene: Scene) -> None:
    tip = scene.carry(shouting)
    assert scene.carry(shouting) == tip
    git(scene.server, "update-ref", "-d", "refs/heads/monorepo")
    git(scene.server, "update-ref", "-d", "refs/heads/main")
    assert scene.carry(shouting) == tip


def test_a_transform_that_changes_nothing_makes_no_commit(scene: Scene) -> None:
    assert scene.carry(lambda files: Changes(contents={"f": files["f"]})) == scene.split().histories["new"].head


def test_new_commits_go_on_from_the_last_tip(scene: Scene) -> None:
    before = scene.carry(shouting)
    scene.commit(a__f="path 2\n\n\n\n\nend\n")
    after = scene.carry(shouting)
    assert git(scene.server, "rev-parse", f"{after}^@").split() == [before, scene.split().histories["new"].head]
    assert scene.file("f").splitlines()[0] == "version 2"


def test_people_who_work_beside_a_transform_never_meet_it_as_a_conflict(scene: Scene) -> None:
    scene.carry(shouting)
    person = scene.person()
    person.commit("Ours", f="version 1\n\n\n\n\nour end\n")
    person.git("push", "--quiet", "origin", "main")
    scene.commit(a__f="path 2\npath 3\n\n\n\nend\n")
    scene.carry(shouting)
    assert scene.file("f").split() == ["version", "2", "version", "3", "our", "end"]


def test_a_changed_transform_is_a_commit_after_the_last_tip(scene: Scene) -> None:
    before = scene.carry(shouting)
    after = scene.carry(shouting, lambda _: Changes(contents={"added": None}))
    assert git(scene.server, "rev-parse", f"{after}^@") == before
    assert git(scene.server, "ls-tree", "--name-only", "main") == "f"


def test_transforms_that_are_taken_back_leave_the_folder_as_it_is(scene: Scene) -> None:
    before = scene.carry(shouting)
    after = scene.carry()
    assert git(scene.server, "rev-parse", f"{after}^@") == before
    assert git(scene.server, "rev-parse", "main^{tree}") == git(scene.builder.path, "rev-parse", "main:a")


def test_a_mode_stays(scene: Scene) -> None:
    scene.commits.append(scene.builder.commit({"a/f": ("100755", "path\n")}, scene.commits[-1]))
    scene.builder.point("main", scene.commits[-1])
    scene.carry(shouting)
    assert git(scene.server, "ls-tree", "--format=%(objectmode) %(path)", "main") == "100644 added\n100755 f"


def test_a_file_that_moves_stays_executable(scene: Scene) -> None:
    scene.commits.append(scene.builder.commit({"a/sh/ü": ("100755", "run\n")}, scene.commits[-1]))
    scene.builder.point("main", scene.commits[-1])
    scene.carry(lambda files: Changes(contents={"sh/ü": None, "bin/ü": files["sh/ü"]}, moves={"sh/ü": "bin/ü"}))
    assert git(scene.server, "-c", "core.quotePath=no", "ls-tree", "-r", "main").startswith("100755 blob")
    assert git(scene.server, "-c", "core.quotePath=no", "ls-tree", "-r", "--name-only", "main") == "bin/ü"


def test_a_look_at_github_tells_the_split_and_the_tree(scene: Scene, tmp_path: Path) -> None:
    tip = scene.carry(shouting)
    head, tree = scene.split().histories["new"].head, git(scene.server, "rev-parse", f"{tip}^{{tree}}")
    assert scene.read_tip() == (head, tree)
    elsewhere = vendor_branch(scene.remote.refs(), head or "", tmp_path / "no-split-here.git", scene.remote)
    assert elsewhere == (head, tree)


def test_a_branch_without_transforms_is_seen_as_its_commit(scene: Scene) -> None:
    head = scene.carry()
    assert scene.read_tip() == (head, "")
    git(scene.server, "update-ref", "-d", "refs/heads/monorepo")
    assert scene.read_tip() == ("", "")


@pytest.mark.parametrize("change", [["--amend", "--no-edit"], ["--allow-empty", "--message", "Ours"]])
def test_a_tip_that_somebody_rewrote_or_went_on_from_is_refused_and_left(scene: Scene, change: list[str]) -> None:
    scene.carry(shouting)
    person = scene.person()
    person.git("switch", "--quiet", "monorepo")
    person.git("commit", "--quiet", *change)
    person.git("push", "--quiet", "--force", "origin", "monorepo")
    foreign = git(scene.server, "rev-parse", "monorepo")
    scene.commit(a__f="path 2\n")
    with pytest.raises(CarryRefusedError, match="somebody pushed to monorepo"):
        scene.carry(shouting)
    assert git(scene.server, "rev-parse", "monorepo") == foreign


def test_a_rewritten_monorepo_is_refused_behind_a_tip_too(scene: Scene) -> None:
    tip = scene.carry(shouting)
    scene.commits.clear()
    scene.commit(a__f="path otherwise\n")
    with pytest.raises(CarryRefusedError, match="give the repository another name in the plan"):
        scene.carry(shouting)
    assert git(scene.server, "rev-parse", "monorepo") == tip


def test_a_damaged_split_is_one_sentence(scene: Scene) -> None:
    split = scene.split()
    carried = PushTarget(repository="new", default_branch="main", head="1" * 40, tree="2" * 40, tags={})
    with pytest.raises(CodeMoveError, match="Nothing was pushed") as failure:
        carry(carried, split.git_dir, scene.remote)
    assert str(split.git_dir) in str(failure.value)


def test_a_list_of_commits_to_ignore_names_the_new_ones(scene: Scene) -> None:
    reformatted = scene.commit(a__f="PATH 1\n")
    elsewhere = scene.commit(a__f="PATH 1\n", b__f="1\n")
    listed = f"# Upper case\n{reformatted}\n\n# Not here\n{elsewhere}\n"
    scene.commits.append(scene.builder.commit({"a/f": "PATH 1\n", f"a/{REVS}": listed}, elsewhere))
    scene.builder.point("main", scene.commits[-1])
    split = scene.split()
    scene.carry(blame_ignore_revs(split.git_dir, "new", split.monorepo_head))
    assert scene.file(REVS).rstrip() == f"# Upper case\n{git(scene.server, 'rev-parse', 'main~2')}"


def test_a_list_at_the_root_of_the_monorepo_follows_what_moved(scene: Scene) -> None:
    reformatted = scene.commit(a__f="PATH 1\n")
    scene.commits.append(scene.builder.commit({"a/f": "PATH 1\n", REVS: f"{reformatted}\n"}, reformatted))
    scene.builder.point("main", scene.commits[-1])
    split = scene.split()
    scene.carry(blame_ignore_revs(split.git_dir, "new", split.monorepo_head))
    assert scene.file(REVS) == git(scene.server, "rev-parse", "main^")


def test_a_root_list_of_which_nothing_moved_is_not_added(scene: Scene) -> None:
    elsewhere = scene.commit(a__f="path 1\n\n\n\n\nend\n", b__f="1\n")
    scene.commits.append(scene.builder.commit({"a/f": "path\n", REVS: f"# All\n\n{elsewhere}\n"}, elsewhere))
    scene.builder.point("main", scene.commits[-1])
    split = scene.split()
    transform = blame_ignore_revs(split.git_dir, "new", split.monorepo_head)
    assert transformed_tree(split.git_dir, split.histories["new"].head or "", [transform]) is None


def test_any_other_commit_is_no_tip(scene: Scene) -> None:
    assert Tip.read(scene.builder.path, scene.commits[0]) is None

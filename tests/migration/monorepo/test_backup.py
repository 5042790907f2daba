"""The copy of the monorepo before it is touched: complete, proved, and enough to go back to."""

import re
import subprocess
from pathlib import Path

import pytest

from migration.desired_state.code_selection import CodeSelection, FolderMove
from migration.errors import BackupError
from migration.git.remote import Remote
from migration.monorepo.backup import Backup, back_up
from migration.split.splitting import split_monorepo
from tests.conftest import Repository


@pytest.fixture
def copy(monorepo: Repository, tmp_path: Path) -> Repository:
    monorepo.git("init", "--quiet", "--bare", "--initial-branch=main", str(tmp_path / "copy.git"))
    return Repository(tmp_path / "copy.git")


def backed_up(monorepo: Repository, copy: Repository) -> Backup:
    return back_up(monorepo.path, "main", Remote(url=str(monorepo.path)), Remote(url=str(copy.path)))


def refs(repository: Repository) -> set[str]:
    return set(repository.git("for-each-ref", "--format=%(objectname) %(refname)").splitlines())


def test_the_copy_has_every_ref_and_the_monorepo_gets_the_same_annotated_tag(
    monorepo: Repository, copy: Repository
) -> None:
    monorepo.git("notes", "add", "--message", "Looked at", "HEAD")
    made = backed_up(monorepo, copy)
    assert refs(copy) == refs(monorepo)
    assert re.fullmatch(r"pre-migration-\d{8}", made.tag)
    assert monorepo.git("cat-file", "-t", made.tag) == "tag"
    assert made.commit == monorepo.git("rev-parse", "main")
    assert monorepo.git("status", "--porcelain") == ""


def test_what_one_clone_keeps_for_itself_stays_behind(monorepo: Repository, copy: Repository) -> None:
    monorepo.git("update-ref", "refs/remotes/origin/main", "main")
    backed_up(monorepo, copy)
    assert "refs/remotes" not in " ".join(refs(copy))


def test_a_second_time_keeps_the_first_tag_although_the_monorepo_has_moved_on(
    monorepo: Repository, copy: Repository
) -> None:
    first, before = backed_up(monorepo, copy), refs(copy)
    monorepo.commit("Engine: another", engine__main="3\n")
    assert backed_up(monorepo, copy) == first
    assert refs(copy) == before


def test_a_run_that_was_killed_before_the_monorepo_got_its_tag_is_finished(
    monorepo: Repository, copy: Repository
) -> None:
    first = backed_up(monorepo, copy)
    monorepo.git("tag", "--delete", first.tag)
    monorepo.commit("Engine: another", engine__main="3\n")
    assert backed_up(monorepo, copy) == first
    assert monorepo.git("rev-parse", f"{first.tag}^{{commit}}") == first.commit


@pytest.mark.parametrize("damage", [("update-ref", "-d", "refs/tags/v1.0.0"), ("branch", "-f", "other", "main")])
def test_a_copy_that_somebody_changed_is_refused(
    monorepo: Repository, copy: Repository, damage: tuple[str, ...]
) -> None:
    backed_up(monorepo, copy)
    copy.git(*damage)
    with pytest.raises(BackupError, match="does not have the refs that its tag"):
        backed_up(monorepo, copy)


def test_a_repository_with_something_else_in_it_is_left_alone(monorepo: Repository, copy: Repository) -> None:
    monorepo.git("push", "--quiet", str(copy.path), "main:main")
    before = refs(copy)
    with pytest.raises(BackupError, match="holds something else"):
        backed_up(monorepo, copy)
    assert refs(copy) == before
    assert "pre-migration" not in monorepo.git("tag")


def test_the_emergency_rollback_of_a_plan_is_a_clone_and_a_checkout(
    monorepo: Repository, copy: Repository, tmp_path: Path
) -> None:
    made = backed_up(monorepo, copy)
    monorepo.commit("Break everything", engine__main="broken\n")
    monorepo.git("clone", "--quiet", str(copy.path), str(tmp_path / "again"))
    again = Repository(tmp_path / "again")
    again.git("checkout", "--quiet", made.tag)
    assert (again.path / "engine" / "main").read_text() == "2\n"


def test_its_tag_follows_into_no_new_repository(monorepo: Repository, copy: Repository, tmp_path: Path) -> None:
    selections = {"engine": CodeSelection(moves=(FolderMove(source="engine"),))}
    before = split_monorepo(monorepo.path, "main", selections, tmp_path / "workspace")
    backed_up(monorepo, copy)
    after = split_monorepo(monorepo.path, "main", selections, tmp_path / "workspace")
    assert after.histories == before.histories


def test_commits_that_git_calls_malformed_are_kept_wherever_the_monorepo_is(
    monorepo: Repository, copy: Repository, tmp_path: Path
) -> None:
    commit = monorepo.git("cat-file", "commit", "main").replace(" +0100\ncommitter", " +051\ncommitter")
    (tmp_path / "commit").write_text(f"{commit}\n")
    odd = monorepo.git("hash-object", "-t", "commit", "-w", "--literally", str(tmp_path / "commit"))
    monorepo.git("update-ref", "refs/heads/main", odd)
    mirror = Repository(tmp_path / "mirror.git")
    monorepo.git("init", "--quiet", "--bare", "--initial-branch=elsewhere", str(mirror.path))
    monorepo.git("push", "--quiet", str(mirror.path), "main")
    assert "badTimezone" in subprocess.run(["git", "-C", mirror.path, "fsck"], capture_output=True, text=True).stderr
    assert backed_up(mirror, copy).commit == odd

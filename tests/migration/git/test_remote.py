"""Pushing many refs at once, and whatever a clone has set for itself alone."""

from pathlib import Path

import pytest

from migration.errors import RemoteError
from migration.git.command import GitError, run_git
from migration.git.remote import Remote
from tests.conftest import Repository


def test_more_refs_than_a_command_line_holds_are_pushed_and_deleted_in_one_push(
    monorepo: Repository, tmp_path: Path
) -> None:
    monorepo.git("init", "--quiet", "--bare", str(tmp_path / "server.git"))
    server, head = Repository(tmp_path / "server.git"), monorepo.git("rev-parse", "main")
    Remote(url=str(server.path)).push(monorepo.path, {"refs/heads/gone": head})
    many = {f"refs/tags/{number:05}-{'long' * 40}": head for number in range(12_000)}
    assert sum(map(len, many)) > 2**21
    Remote(url=str(server.path)).push(monorepo.path, many | {"refs/heads/gone": None})
    assert server.git("for-each-ref", "--format=%(refname)").splitlines() == sorted(many)


def test_grafts_hide_no_parents_from_a_push_and_no_error_talks_of_them(monorepo: Repository, tmp_path: Path) -> None:
    monorepo.git("init", "--quiet", "--bare", str(tmp_path / "server.git"))
    server, head = Repository(tmp_path / "server.git"), monorepo.git("rev-parse", "main")
    commits = monorepo.git("rev-list", "--count", "main")
    (monorepo.path / ".git" / "info").mkdir(exist_ok=True)
    (monorepo.path / ".git" / "info" / "grafts").write_text(f"{head}\n")
    Remote(url=str(server.path)).push(monorepo.path, {"refs/heads/main": head})
    assert server.git("rev-list", "--count", "main") == commits
    with pytest.raises(RemoteError) as refused:
        Remote(url=str(tmp_path / "nowhere")).push(monorepo.path, {"refs/heads/main": head})
    with pytest.raises(GitError) as failed:
        run_git("cat-file", "-p", "nothing", directory=monorepo.path)
    assert "deprecated" not in f"{refused.value} {failed.value}"

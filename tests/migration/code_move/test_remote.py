"""Pushing many refs at once."""

from pathlib import Path

from migration.code_move.remote import Remote
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

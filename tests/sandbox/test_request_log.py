"""The request log: what a person follows and a test asserts on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sandbox.daemon.administration import TenantAccess
from sandbox.daemon.process import Running
from sandbox.network.request_log import Request, read_requests
from tests.sandbox.conftest import Git


def test_every_answer_has_its_line_as_soon_as_it_is_there(
    server: Running, world: TenantAccess, api: httpx.Client, anonymous: httpx.Client
) -> None:
    created = api.post("orgs/maestro/repos", json={"name": "engine"})
    anonymous.get("repos/maestro/nothing?x=%2F")
    post, get = read_requests(server.root, world.name)
    assert (post.user, post.method, post.path, post.status) == (
        "maestro-owner",
        "POST",
        "/api/v3/orgs/maestro/repos",
        201,
    )
    assert (post.received, post.sent) == (len(created.request.content), len(created.content))
    assert abs(datetime.now(UTC) - post.time) < timedelta(minutes=1)
    assert 0 < post.milliseconds < 10_000
    assert (get.user, get.path, get.status) == ("-", "/api/v3/repos/maestro/nothing?x=%2F", 404)


def test_writes_are_told_from_reads(
    server: Running, world: TenantAccess, api: httpx.Client, git: Git, work: str
) -> None:
    def writes() -> list[str]:
        return [request.method for request in read_requests(server.root, world.name) if request.is_write]

    api.post("orgs/maestro/repos", json={"name": "engine"})
    address = world.clone_url("engine")
    git(work, "push", "--quiet", address, "main")
    done = writes()
    assert done == ["POST", "POST"]
    git("clone", "clone", "--quiet", address, ".")
    git(work, "push", "--quiet", address, "main")
    api.get("repos/maestro/engine")
    httpx.post(world.graphql_url, json={"query": "{viewer{login}}"})
    assert writes() == done


def test_no_token_is_ever_written(server: Running, world: TenantAccess, api: httpx.Client, git: Git, work: str) -> None:
    api.post("orgs/maestro/repos", json={"name": "engine"})
    git(work, "push", "--quiet", world.clone_url("engine"), "main")
    api.get(f"user?access_token={world.token}")
    httpx.get(f"{server.address}/{world.token}/x")
    log = (server.root / "requests.log").read_text()
    assert world.token not in log
    assert server.token not in log
    assert "/api/v3/user?access_token=***" in log


def test_a_line_that_was_cut_is_left_out(tmp_path: Path) -> None:
    line = "2025-11-23T00:11:22.123Z w maestro-owner GET /api/v3/user 200 3.2ms 0B 5301B"
    (tmp_path / "requests.log").write_text(f"{line[:30]}{line}\n{line}\n{line[:40]}")
    [request] = read_requests(tmp_path)
    assert request.line() == line
    assert request.time == datetime(2025, 11, 23, 0, 11, 22, 123000, UTC)
    assert read_requests(tmp_path, "other") == []
    assert read_requests(tmp_path / "absent") == []


@pytest.mark.parametrize(
    ("method", "path", "is_write"),
    [
        ("PATCH", "/api/v3/repos/o/r", True),
        ("DELETE", "/api/v3/repos/o/r", True),
        ("HEAD", "/api/v3/user", False),
        ("POST", "/o/r.git/git-receive-pack", True),
        ("GET", "/o/r.git/info/refs?service=git-receive-pack", False),
        ("POST", "/o/r.git/git-upload-pack", False),
        ("POST", "/api/graphql", False),
    ],
)
def test_what_counts_as_a_write(method: str, path: str, is_write: bool) -> None:
    request = Request.parse(f"2025-11-23T00:11:22.123Z w u {method} {path} 200 3.2ms 0B 1B")
    assert request.is_write is is_write

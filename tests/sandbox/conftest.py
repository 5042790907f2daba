"""A REST client and a git command line for the world of each test."""

import base64
import http.client
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest

from sandbox.daemon.administration import TenantAccess, create_app_token, create_token
from sandbox.daemon.process import Running
from tests.sandbox.descriptions import check

Git = Callable[..., str]


def git_environment(home: Path, token: str | None) -> dict[str, str]:
    """git as a user has it, without settings of this machine; the token goes into a header, as in CI."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "Zoë",
        "GIT_AUTHOR_EMAIL": "zoe@maestro.example",
        "GIT_AUTHOR_DATE": "1600000000 +0200",
        "GIT_COMMITTER_NAME": "Robot",
        "GIT_COMMITTER_EMAIL": "robot@maestro.example",
        "GIT_COMMITTER_DATE": "1600000000 +0000",
    }
    if token:
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        environment |= {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
        }
    return environment


def client(world: TenantAccess, token: str | None) -> httpx.Client:
    """A client whose requests and replies are all held against GitHub's description."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=f"{world.api_url}/", headers=headers, event_hooks={"response": [check]})


def half_a_push(port: int, address: str, token: str) -> http.client.HTTPConnection:
    """A connection over which a push has begun that promises more than it has sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.putrequest("POST", address.partition(str(port))[2] + "/git-receive-pack")
    basic = base64.b64encode(f"x:{token}".encode()).decode()
    for name, value in (
        ("Authorization", f"Basic {basic}"),
        ("Content-Type", "application/x-git-receive-pack-request"),
        ("Content-Length", "1000000"),
    ):
        connection.putheader(name, value)
    connection.endheaders(b"0065" + b"0" * 40 + b" " + b"1" * 40 + b" refs/heads/main\0")
    return connection


@pytest.fixture
def api(world: TenantAccess) -> Iterator[httpx.Client]:
    """The API as the organization's owner."""
    with client(world, world.token) as opened:
        yield opened


@pytest.fixture
def anonymous(world: TenantAccess) -> Iterator[httpx.Client]:
    """The API without a token."""
    with client(world, None) as opened:
        yield opened


@pytest.fixture
def git(tmp_path: Path, world: TenantAccess) -> Git:
    """Run git as the organization's owner in a folder (below tmp_path); what it printed."""

    def run(folder: str, *arguments: str, token: str | None = world.token) -> str:
        (tmp_path / folder).mkdir(exist_ok=True)
        done = subprocess.run(
            ["git", *arguments],
            cwd=tmp_path / folder,
            env=git_environment(tmp_path, token),
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"git {arguments} ended with {done.returncode}: {done.stderr}")
        return done.stdout.strip()

    return run


@pytest.fixture
def work(git: Git, tmp_path: Path) -> str:
    """A folder with one commit on main and an annotated tag v1."""
    git("work", "init", "--quiet", "--initial-branch=main")
    (tmp_path / "work/README").write_text("hello\n")
    git("work", "add", "--all")
    git("work", "commit", "--quiet", "--message", "First")
    git("work", "tag", "--annotate", "--message", "One", "v1")
    return "work"


Token = Callable[..., str]


@pytest.fixture
def token(server: Running, world: TenantAccess) -> Token:
    """Make a token: token("zoe", role="outsider")."""

    def make(login: str, role: Literal["admin", "member", "outsider"] = "member", **settings: Any) -> str:
        return create_token(server, world.name, login, role=role, **settings)

    return make


@pytest.fixture
def as_user(world: TenantAccess, token: Token) -> Iterator[Callable[..., httpx.Client]]:
    """The API as another user: as_user("zoe", role="outsider")."""
    with ExitStack() as stack:
        yield lambda login, **settings: stack.enter_context(client(world, token(login, **settings)))


@pytest.fixture
def repository(git: Git, work: str, api: httpx.Client, world: TenantAccess) -> str:
    """The repository "engine" with one commit on main and the tag v1; its path in the API."""
    api.post("orgs/maestro/repos", json={"name": "engine"})
    git(work, "push", "--quiet", "--follow-tags", world.clone_url("engine"), "main")
    return "repos/maestro/engine"


@pytest.fixture
def push(git: Git, world: TenantAccess) -> Callable[..., str | None]:
    """Push from a folder to "engine"; what git complained of, None when it was let in."""

    def run(folder: str, *arguments: str, **settings: Any) -> str | None:
        try:
            git(folder, "push", world.clone_url("engine"), *arguments, **settings)
        except AssertionError as refused:
            return str(refused)
        return None

    return run


@pytest.fixture
def app(server: Running, world: TenantAccess) -> Iterator[httpx.Client]:
    """The API as GitHub Actions, which may write to every repository of the organization."""
    with client(world, create_app_token(server, world.name)) as opened:
        yield opened

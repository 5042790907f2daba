"""The package registry beside the local GitHub: a daemon like it, with devpi-server inside."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.daemon import process
from sandbox.errors import SandboxError
from sandbox.registry import registry_process as registry
from sandbox.registry.registry_process import RunningRegistry


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "sandbox"
    registry.stop(tmp_path / "sandbox")


def as_root(running: RunningRegistry) -> httpx.Client:
    return httpx.Client(base_url=running.address, auth=("root", running.root_password))


def test_it_is_stopped_and_started_on_its_port_with_what_it_held(root: Path) -> None:
    first = registry.start(root, port=0)
    assert registry.start(root) == first
    with as_root(first) as client:
        assert client.put("/maestro", json={"password": "p"}).status_code == 201
    assert registry.stop(root)
    assert registry.status(root) is None
    again = registry.start(root)
    assert (again.port, again.root_password) == (first.port, first.root_password)
    with as_root(again) as client:
        assert client.get("/maestro").status_code == 200
    assert not registry.stop(root.parent / "another")


def test_it_goes_with_the_sandbox_that_is_reset(root: Path) -> None:
    process.start(root, port=0)
    registry.start(root, port=0)
    process.reset(root)
    assert not root.exists()


def test_what_it_keeps_is_for_its_owner_alone(registry_server: RunningRegistry) -> None:
    for path in registry_server.folder.rglob("*"):
        if path.name not in ("start.lock", "devpi.log"):
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    command_line = Path(f"/proc/{registry_server.pid}/cmdline").read_bytes()
    assert registry_server.root_password.encode() not in command_line


def test_it_listens_on_loopback_alone(registry_server: RunningRegistry) -> None:
    log = (registry_server.folder / "devpi.log").read_text()
    assert f"Serving on http://127.0.0.1:{registry_server.port}" in log


def test_a_registry_that_cannot_start_says_so_with_its_log(root: Path) -> None:
    (root / "registry" / "data").mkdir(parents=True)  # no database of devpi
    with pytest.raises(SandboxError, match=r"The registry did not start: .* See .*devpi\.log"):
        registry.start(root, port=0)


def test_a_port_that_somebody_else_takes_meanwhile_is_left_to_him(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken: int = other.getsockname()[1]
        found = registry._free_port
        ports = iter([taken])
        monkeypatch.setattr(registry, "_free_port", lambda *ports_: next(ports, None) or found(*ports_))
        assert registry.start(root, port=0).port != taken


def test_a_stranger_makes_neither_users_nor_indexes(registry_server: RunningRegistry) -> None:
    with httpx.Client(base_url=registry_server.address) as stranger:
        assert stranger.put("/stranger", json={"password": "p"}).status_code in (401, 403)
        assert stranger.put("/root/own", json={}).status_code in (401, 403)
    with as_root(registry_server) as client:
        assert client.get("/stranger").status_code == 404
        assert client.put("/known", json={"password": "p"}).status_code == 201
    with httpx.Client(base_url=registry_server.address, auth=("known", "p")) as known:
        assert known.put("/known/own", json={}).is_client_error, "only the administrator adds indexes"
        assert known.put("/friend", json={"password": "p"}).is_client_error
    with as_root(registry_server) as client:
        assert client.get("/known/own").status_code == 404
        assert client.get("/friend").status_code == 404


def test_a_stranger_learns_neither_folder_nor_version(registry_server: RunningRegistry) -> None:
    with httpx.Client(base_url=registry_server.address) as stranger:
        for path in ("/+status", "/+status/"):
            assert stranger.get(path).status_code in (403, 404)
        answer = stranger.get("/+api")
        assert answer.status_code == 200
        assert not [name for name in answer.headers if "version" in name and name != "x-devpi-api-version"]
    with as_root(registry_server) as client:
        assert client.get("/+status").json()["result"]["serverdir"] == str(registry_server.folder / "data")

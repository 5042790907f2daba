"""The daemon: start, status, stop, reset, and what survives a kill."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from sandbox.daemon import process, state_folder
from sandbox.daemon.administration import TenantAccess, create_tenant
from sandbox.daemon.process import Running, reset, start, status, stop
from sandbox.errors import SandboxError
from sandbox.network.listening import inherited
from tests.sandbox.conftest import client, git_environment, half_a_push

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A folder for a sandbox of its own, which is stopped in the end."""
    folder = tmp_path / "root"
    yield folder
    stop(folder)


def kill(running: Running) -> None:
    """kill -9, and wait until the kernel has let go of everything."""
    os.kill(running.pid, signal.SIGKILL)
    while state_folder.is_served(running.root):
        time.sleep(0.005)


def test_it_starts_answers_and_stops(root: Path) -> None:
    assert status(root) is None
    began = time.monotonic()
    running = start(root, port=0)
    assert time.monotonic() - began < 10
    assert status(root) == running
    assert httpx.get(f"{running.address}/_sandbox").status_code == 401
    assert running.ask("GET", "/_sandbox")[1]["pid"] == running.pid
    assert stop(root) is True
    assert stop(root) is False
    assert status(root) is None
    with pytest.raises(SandboxError, match="No sandbox answers"):
        running.ask("GET", "/_sandbox")


def test_it_outlives_the_process_that_started_it(root: Path) -> None:
    program = (
        "import sys, pathlib; from sandbox.daemon.process import start; print(start(pathlib.Path(sys.argv[1]), 0).pid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(root)], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    running = status(root)
    assert running is not None
    assert running.pid == int(done.stdout)


def test_starting_again_returns_the_one_that_runs(root: Path) -> None:
    running = start(root, port=0)
    assert start(root) == running
    assert start(root, port=running.port) == running
    with pytest.raises(SandboxError, match=f"already runs on port {running.port}, not on 1"):
        start(root, port=1)


def test_two_starts_at_once_make_one_daemon(root: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        first, second = pool.starmap(start, [(root, 0), (root, 0)])
    assert first == second


def test_it_comes_back_on_the_port_it_had(root: Path) -> None:
    port = start(root, port=0).port
    stop(root)
    assert start(root).port == port
    stop(root)
    with socket.create_server(("127.0.0.1", port)):
        assert start(root).port != port


def test_a_taken_port_that_was_asked_for_is_an_error(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SandboxError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use. Stop"):
            start(root, port=port)
    with pytest.raises(SandboxError, match="from 1 to 65535"):
        start(root, port=70000)


def test_it_listens_on_this_machine_only() -> None:
    with socket.create_server(("0.0.0.0", 0)) as anywhere:
        descriptor = os.dup(anywhere.fileno())
        with pytest.raises(SandboxError, match=r"127\.0\.0\.1 only, not on 0\.0\.0\.0"):
            inherited(descriptor)


def test_every_acknowledged_write_survives_a_kill(root: Path, tmp_path: Path) -> None:
    running = start(root, port=0)
    world = create_tenant(running, "w")
    push(world, tmp_path)
    with client(world, world.token) as api:
        for number in range(20):
            assert api.post("orgs/maestro/repos", json={"name": f"r{number}"}).status_code == 201
        before = api.get("orgs/maestro/repos?per_page=100").json()
    kill(running)
    again = start(root)
    assert (again.port, again.token) == (running.port, running.token)
    assert create_tenant(again, "w") == world
    with client(world, world.token) as api:
        assert api.get("orgs/maestro/repos?per_page=100").json() == before
        assert api.get("repos/maestro/pushed").json()["default_branch"] == "trunk"
        assert len(api.get("repos/maestro/pushed/branches").json()) == 1


def push(world: TenantAccess, folder: Path) -> None:
    with client(world, world.token) as api:
        api.post("orgs/maestro/repos", json={"name": "pushed"})
    for command in (
        ["init", "--quiet", "--initial-branch=trunk"],
        ["commit", "--quiet", "--allow-empty", "--message", "One"],
        ["push", "--quiet", world.clone_url("pushed"), "trunk"],
    ):
        environment = git_environment(folder, world.token)
        subprocess.run(["git", *command], cwd=folder, env=environment, check=True)


def wait_until_no_git_serves(root: Path) -> None:
    """A git that went on without its sandbox would spin or write behind the back of the next one."""
    for _ in range(200):
        serving = [
            candidate
            for candidate in psutil.process_iter(["name", "cmdline"])
            if candidate.info["name"].startswith("git")
        ]
        if not any(
            str(root) in " ".join([*(candidate.info["cmdline"] or []), *environment_of(candidate)])
            for candidate in serving
        ):
            return
        time.sleep(0.05)
    raise AssertionError("git still serves a request of the killed sandbox")


def environment_of(process: psutil.Process) -> list[str]:
    try:
        return list(process.environ().values())
    except psutil.Error:
        return []


def test_a_push_that_a_kill_cut_off_can_be_repeated(root: Path, tmp_path: Path) -> None:
    running = start(root, port=0)
    world = create_tenant(running, "w")
    with client(world, world.token) as api:
        api.post("orgs/maestro/repos", json={"name": "pushed"})
    connection = half_a_push(running.port, world.clone_url("pushed"), world.token)
    kill(running)
    connection.close()
    wait_until_no_git_serves(root)
    start(root)
    push(world, tmp_path)
    with client(world, world.token) as api:
        assert len(api.get("repos/maestro/pushed/branches").json()) == 1


def test_what_a_kill_left_half_done_after_a_push_is_finished_at_the_start(root: Path, tmp_path: Path) -> None:
    """The refs are there, the records do not know yet: as if killed between the two."""
    running = start(root, port=0)
    world = create_tenant(running, "w")
    with client(world, world.token) as api:
        number = api.post("orgs/maestro/repos", json={"name": "engine", "auto_init": True}).json()["id"]
    kill(running)
    bare = root / "worlds/w" / f"{number}.git"
    subprocess.run(["git", f"--git-dir={bare}", "branch", "-m", "main", "trunk"], check=True)
    start(root)
    with client(world, world.token) as api:
        assert api.get("repos/maestro/engine").json()["default_branch"] == "trunk"


def test_a_process_number_left_by_a_dead_daemon_misleads_nobody(root: Path) -> None:
    running = start(root, port=0)
    kill(running)
    innocent = state_folder.Serving(pid=os.getpid(), port=running.port, code=state_folder.code_version())
    state_folder.write_serving(root, innocent)
    assert status(root) is None
    assert stop(root) is False
    assert start(root).pid != os.getpid()


def test_a_daemon_with_other_code_is_replaced_and_keeps_its_state(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = start(root, port=0)
    world = create_tenant(running, "w")
    monkeypatch.setattr(process, "code_version", lambda: "newer")
    replaced = start(root)
    assert (replaced.port, replaced.pid == running.pid) == (running.port, False)
    assert create_tenant(replaced, "w") == world


def test_a_reset_deletes_all_that_the_sandbox_made(root: Path) -> None:
    create_tenant(start(root, port=0), "w")
    reset(root)
    assert not root.exists()
    assert status(root) is None
    reset(root)


def test_a_reset_keeps_what_others_put_into_the_folder(root: Path) -> None:
    start(root, port=0)
    (root / "notes").write_text("mine")
    reset(root)
    assert [path.name for path in root.iterdir()] == ["notes"]


def test_a_folder_of_somebody_else_is_neither_used_nor_reset(root: Path) -> None:
    root.mkdir()
    (root / "thesis").write_text("ten years")
    with pytest.raises(SandboxError, match="'thesis', which the sandbox did not make"):
        start(root)
    with pytest.raises(SandboxError, match="Not a sandbox folder"):
        reset(root)
    assert [path.name for path in root.iterdir()] == ["thesis"]


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SandboxError, match=r"cannot use .*file: File exists"):
        start(tmp_path / "file")


def test_its_secrets_are_readable_by_their_owner_only(root: Path) -> None:
    running = start(root, port=0)
    for name in ("", "token", "sandbox.json", "sandbox.sqlite3", "worlds", "requests.log"):
        assert (root / name).stat().st_mode & 0o077 == 0, name
    assert running.token not in repr(running)
    assert running.token not in repr(create_tenant(running, "w"))


def test_a_second_server_on_the_same_folder_is_refused(root: Path) -> None:
    start(root, port=0)
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", str(root), "--port", "0"], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "A sandbox already serves" in done.stderr
    assert "Traceback" not in done.stderr

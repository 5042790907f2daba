"""What goes wrong on a bad day: one clear error, no traceback, nothing lost, an exit code that says who must act."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.daemon import process
from sandbox.daemon.administration import create_tenant, create_token, imitate
from tests.conftest import Checkout, Repository
from tests.end_to_end.conftest import Stack

INPUT, OUTSIDE = 2, 3


def error_of(checkout: Checkout, *arguments: str, code: int) -> str:
    done = checkout.run("./multirepo", *arguments, code=code)
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.stderr


@pytest.fixture
def fresh(checkout: Checkout) -> Iterator[Checkout]:
    yield checkout
    process.stop(checkout.path / ".multirepo" / "sandbox")


def test_every_fault_of_a_plan_is_told_with_its_place_before_anything_is_made(fresh: Checkout) -> None:
    plan = "monorepo: {name: small}\nrepositories:\n  - name: a/b\n    moves: [{form: engine}]\n"
    (fresh.path / "bad.yaml").write_text(plan)
    error = error_of(fresh, "rehearse", "--plan", "bad.yaml", code=INPUT)
    assert "bad.yaml:3:" in error
    assert "bad.yaml:4:" in error
    assert "from" in error
    assert not (fresh.path / ".multirepo").exists()


def test_a_plan_that_is_not_there_is_named(fresh: Checkout) -> None:
    assert "nowhere.yaml" in error_of(fresh, "rehearse", "--plan", "nowhere.yaml", code=INPUT)


def test_a_monorepo_that_is_no_repository_is_named(fresh: Checkout, tmp_path: Path) -> None:
    assert str(tmp_path) in error_of(fresh, "rehearse", "--monorepo", str(tmp_path), code=INPUT)


def test_a_folder_that_the_monorepo_does_not_have_is_named_with_the_nearest(
    fresh: Checkout, monorepo: Repository
) -> None:
    plan = "monorepo: {name: small}\nrepositories: [{name: engine, moves: [{from: engin}]}]\n"
    (fresh.path / "small.yaml").write_text(plan)
    error = error_of(fresh, "rehearse", "--monorepo", str(monorepo.path), "--plan", "small.yaml", code=INPUT)
    assert "'engin'" in error
    assert "engine" in error


def test_an_address_where_no_monorepo_is_is_named(fresh: Checkout) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/maestro/platform.git"
        assert address in error_of(fresh, "rehearse", "--monorepo", address, code=OUTSIDE)


def test_a_taken_port_is_named(fresh: Checkout) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert str(port) in error_of(fresh, "sandbox", "start", "--port", str(port), code=OUTSIDE)


def test_an_unknown_option_is_the_users_input(fresh: Checkout) -> None:
    assert "--nope" in error_of(fresh, "rehearse", "--nope", code=INPUT)


def test_a_rehearsal_never_touches_a_real_github(fresh: Checkout) -> None:
    settings = fresh.path / "Pulumi.dev.yaml"
    settings.write_text(settings.read_text().replace("sandbox/dev", "https://github.com"))
    assert "not the sandbox" in error_of(fresh, "rehearse", code=INPUT)


def test_a_wrong_token_is_told_in_a_preview(stack: Stack) -> None:
    result = stack.pulumi("preview", code=1, GITHUB_TOKEN="wrong")
    assert "rejected the token in GITHUB_TOKEN" in result.stdout + result.stderr
    assert "unhandled error" not in result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert "wrong" not in stack.state()


def test_a_missing_token_is_told_in_a_preview(stack: Stack) -> None:
    result = stack.pulumi("preview", code=1, GITHUB_TOKEN="")
    assert "GITHUB_TOKEN is not set" in result.stdout + result.stderr


def test_a_github_that_does_not_answer_is_told_in_a_preview(stack: Stack) -> None:
    settings = stack.checkout.path / "Pulumi.test.yaml"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.write_text(settings.read_text().replace(str(stack.server.port), str(unused.getsockname()[1])))
        result = stack.pulumi("preview", code=1)
    assert "Cannot query the repositories of maestro" in result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr


def test_variables_that_would_redirect_the_provider_are_refused(stack: Stack) -> None:
    result = stack.pulumi("preview", code=1, GITHUB_OWNER="somebody")
    assert "unset GITHUB_OWNER" in result.stdout + result.stderr


def test_a_token_that_may_not_push_is_told_and_what_was_done_stays(stack: Stack) -> None:
    stack.up()
    before = stack.refs("engine")
    stack.monorepo.commit("Engine: another", engine__main="3\n")
    reader = create_token(stack.server, stack.world.name, "reader", scopes=["read:org"], role="member")
    result = stack.up(code=1, GITHUB_TOKEN=reader)
    assert "Traceback" not in result
    assert stack.refs("engine") == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or os.geteuid() != 0 or subprocess.run(mount, check=False).returncode:
        pytest.skip("only root can make a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_while_pushing_is_told_and_the_next_up_finishes(stack: Stack, small_disk: Path) -> None:
    (stack.monorepo.path / "engine" / "noise").write_bytes(os.urandom(8_000_000))
    stack.monorepo.commit("Engine: much")
    server = process.start(small_disk / "sandbox", port=0)
    try:
        world = create_tenant(server, stack.world.name)
        settings = stack.checkout.path / "Pulumi.test.yaml"
        settings.write_text(settings.read_text().replace(str(stack.server.port), str(server.port)))
        result = stack.up(code=1, GITHUB_TOKEN=world.token)
        assert "No space left on device" in result
        assert "Traceback" not in result
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
        stack.up(GITHUB_TOKEN=world.token)
        stack.pulumi("preview", "--refresh", "--expect-no-changes", GITHUB_TOKEN=world.token)
    finally:
        process.stop(server.root)


def test_all_that_github_would_refuse_is_told_at_once_and_nothing_is_written(stack: Stack) -> None:
    """The token, a missing person, the owner's plan: `up` and `./multirepo preflight` say the same."""
    imitate(stack.server, stack.world.name, plan="free")
    token = create_token(stack.server, stack.world.name, "zoe", scopes=["repo"], role="admin")
    engine = {"name": "engine", "moves": [{"from": "engine"}], "teams": {"core": "push"}, "protection": {}}
    owned = {"code_owners": {"*": ["core", "@ghost"]}}
    stack.write_plan({"monorepo": {"name": "small"}, "teams": [{"name": "core"}], "repositories": [engine | owned]})
    findings = (
        "token-scope: maestro: the token lacks the scope write:org, to create the teams core",
        "people: engine: GitHub knows no @ghost",
    )

    refused = stack.up(code=1, GITHUB_TOKEN=token)
    preflight = stack.checkout.run("./multirepo", "preflight", "--stack", "test", code=1, GITHUB_TOKEN=token).stdout

    for finding in findings:
        assert finding in refused
        assert finding.partition(": ")[2].partition(": ")[2] in preflight
    assert "Nothing was written" in refused
    assert "Traceback" not in refused
    assert not [request for request in stack.requests() if request.is_write]


def test_when_the_rate_limit_will_not_do_it_is_told_before_up(stack: Stack) -> None:
    imitate(stack.server, stack.world.name, remaining=10)
    output = stack.pulumi("preview").stdout
    assert " of 5,000 are left" in output
    assert "The provider waits for the next hour" in output

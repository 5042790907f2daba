"""Building: progress, one build for many starts, nothing half made, errors that say what to do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from engine import EngineError, ensure_engine
from engine.go_build import SOURCES
from tests.engine.conftest import Machine
from tests.engine.fake_go import builds, install_fake_go

START = "from engine import ensure_engine; print(ensure_engine(lambda message, share: print(message)).pulumi)"


def ignore(message: str, share: float | None) -> None:
    pass


def start() -> subprocess.Popen[str]:
    """ensure_engine in a process of its own, as a second terminal would."""
    return subprocess.Popen(
        [sys.executable, "-c", START],
        cwd=SOURCES.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A shell that runs the tests in the background has its children ignore Ctrl-C, and theirs.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_cache_holds_engine_launchers_host_and_plugin(machine: Machine) -> None:
    install_fake_go(machine)

    engine = ensure_engine(ignore)

    assert {file.name for file in engine.path_entries[0].iterdir()} == {
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "pulumi-resource-pulumi-python",
        "language_host.py",
    }
    assert engine.home is not None
    plugin = engine.home / "plugins" / "resource-github-v6.15.0" / "pulumi-resource-github"
    for program in (engine.pulumi, plugin, engine.path_entries[0] / "pulumi-language-python"):
        assert os.access(program, os.X_OK)


def test_progress_tells_downloads_and_then_the_share_compiled(machine: Machine) -> None:
    install_fake_go(machine)
    messages: list[tuple[str, float | None]] = []

    ensure_engine(lambda message, share: messages.append((message, share)))

    assert messages[0] == ("Downloading Go modules for the Pulumi engine (1 so far)", None)
    shares = [share or 0 for message, share in messages if message.startswith("Building ")]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert any(message.startswith("Building pulumi: 1 of 2 packages (once, about ") for message, share in messages)


def test_two_starts_at_once_build_once_and_the_second_says_that_it_waits(machine: Machine) -> None:
    install_fake_go(machine, before_linking="sleep 0.5")

    first, second = start(), start()
    outputs = [first.communicate()[0], second.communicate()[0]]

    assert (first.returncode, second.returncode) == (0, 0), outputs
    assert builds(machine) == 2
    assert sorted("waiting for it" in output for output in outputs) == [False, True]
    assert outputs[0].splitlines()[-1] == outputs[1].splitlines()[-1]


def test_a_killed_build_leaves_nothing_that_is_taken_for_done(machine: Machine) -> None:
    install_fake_go(machine, before_linking='[ "$(cat "$here/builds")" != "$$" ] || sleep 3')
    killed = start()
    wait_until(lambda: builds(machine) == 1)
    killed.kill()
    killed.communicate()
    assert [found.suffix for found in machine.engine_cache.iterdir() if found.is_dir()] == [".unfinished"]

    engine = ensure_engine(ignore)

    assert engine.pulumi.exists()
    assert not list(machine.engine_cache.glob("*.unfinished"))


def test_an_interrupted_build_takes_the_compilers_with_it(machine: Machine) -> None:
    install_fake_go(machine, before_linking='sleep 30 & echo "$!" >"$here/compiler"; wait')
    noted = machine.programs / "compiler"
    interrupted = start()
    wait_until(lambda: noted.exists() and noted.read_text() != "")
    compiler = int(noted.read_text())
    assert is_running(compiler)

    interrupted.send_signal(signal.SIGINT)
    interrupted.communicate(timeout=20)

    wait_until(lambda: not is_running(compiler))


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("write /x: no space left on device", "make room and start again"),
        ("dial tcp: lookup proxy.example: no such host", "Check the network and GOPROXY"),
        ("main.go:3:1: syntax error", "install Pulumi"),
    ],
)
def test_a_failing_go_is_quoted_with_what_to_do_and_the_log(machine: Machine, output: str, advice: str) -> None:
    install_fake_go(machine, before_linking=f"echo '{output}' >&2; exit 1")

    with pytest.raises(EngineError) as failure:
        ensure_engine(ignore)

    assert output in str(failure.value)
    assert advice in str(failure.value)
    (log,) = machine.engine_cache.glob("*.log")
    assert str(log) in str(failure.value)
    assert output in log.read_text()


def test_a_failed_build_is_tried_again(machine: Machine) -> None:
    install_fake_go(machine, before_linking="exit 1")
    with pytest.raises(EngineError):
        ensure_engine(ignore)

    install_fake_go(machine)

    assert ensure_engine(ignore).built

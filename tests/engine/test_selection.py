"""Which engine is used: the installed one, the cached one, a new one, or none."""

from __future__ import annotations

import time

import pytest

from engine import EngineError, ensure_engine
from engine.pulumi_build import pulumi_version
from tests.engine.conftest import Machine
from tests.engine.fake_go import install_fake_go


def ignore(message: str, share: float | None) -> None:
    pass


@pytest.mark.parametrize("version", [pulumi_version(), "3.999.0", "3.999.0-alpha.x1234"])
def test_a_pulumi_that_is_new_enough_is_used_as_it_is(machine: Machine, version: str) -> None:
    installed = machine.install("pulumi", f"echo v{version}")

    engine = ensure_engine(ignore)

    assert engine.pulumi == installed
    assert engine.version == version.split("-")[0]
    assert not engine.built
    assert (engine.path_entries, engine.home) == ((), None)
    assert not machine.engine_cache.exists()


@pytest.mark.parametrize("script", ["echo v3.99.0", "echo v2.999.0", "echo v4.0.0", "exit 1", "echo no version"])
def test_a_pulumi_that_is_too_old_too_new_or_broken_is_passed_over(machine: Machine, script: str) -> None:
    old = machine.install("pulumi", script)
    install_fake_go(machine)

    engine = ensure_engine(ignore)

    assert engine.built
    assert engine.pulumi != old
    assert engine.version == pulumi_version()


def test_an_old_pulumi_is_named_before_minutes_are_spent_on_a_build(machine: Machine) -> None:
    old = machine.install("pulumi", "echo v3.99.0")
    install_fake_go(machine)
    messages: list[str] = []

    ensure_engine(lambda message, share: messages.append(message))

    assert messages[0] == f"{old} is 3.99.0, and {pulumi_version()} to below 4 is needed: not used"


def test_our_own_build_on_path_is_not_taken_for_an_installed_pulumi(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_fake_go(machine)
    first = ensure_engine(ignore)
    first.pulumi.write_text("#!/bin/sh\necho v9.9.9\n")
    monkeypatch.setenv("PATH", str(first.pulumi.parent), prepend=":")

    assert ensure_engine(ignore) == first


def test_a_second_start_builds_nothing_and_needs_no_go(machine: Machine) -> None:
    go = install_fake_go(machine)
    first = ensure_engine(ignore)
    go.unlink()

    begin = time.monotonic()
    second = ensure_engine(ignore)

    assert second == first
    assert time.monotonic() - begin < 0.5


def test_without_pulumi_and_go_one_error_names_both_remedies(machine: Machine) -> None:
    with pytest.raises(EngineError, match=r"neither Pulumi nor Go") as failure:
        ensure_engine(ignore)

    assert f"Install Pulumi {pulumi_version()} or later" in str(failure.value)
    assert "go 1.26 or later" in str(failure.value)


def test_a_go_that_is_too_old_is_named_with_both_remedies(machine: Machine) -> None:
    machine.install("go", "echo go version go1.9.7 linux/amd64")

    messages: list[str] = []

    with pytest.raises(EngineError, match=r"Go .* cannot be installed from the package index") as failure:
        ensure_engine(lambda message, share: messages.append(message))

    assert "older than 1.26: not used" in messages[0]
    assert "Install Pulumi" in str(failure.value)


def test_a_cache_that_cannot_be_written_is_named(machine: Machine) -> None:
    install_fake_go(machine)
    machine.caches.write_text("a file where the folder should be")

    with pytest.raises(EngineError, match="cannot be written"):
        ensure_engine(ignore)

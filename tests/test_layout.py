"""The shape of the house: who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
STAGES = ("plan", "desired_state", "code_move", "packages", "transforms", "cutover", "verification")
ROOMS = ("__main__", "components", "migration", "policies", "sandbox", "engine", "command_line")
ALLOWED = {
    "__main__": {"components", "migration"},
    "components": {"components", "migration", "engine"},
    "migration": {"migration"},
    "policies": {"policies"},
    "sandbox": {"sandbox"},
    "engine": {"engine"},
    "command_line": {"command_line", "components", "migration", "sandbox", "engine"},
}


def modules(room: str) -> Iterator[Path]:
    if room == "__main__":
        yield PROJECT / "__main__.py"
        return
    for module in sorted((PROJECT / room).rglob("*.py")):
        # The sample's files are somebody else's programs: material, not part of this one.
        if "files" not in module.relative_to(PROJECT).parts:
            yield module


def imported(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import; write it whole"
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_one_way(room: str) -> None:
    for module in modules(room):
        rooms = {name.split(".")[0] for name in imported(module)} & set(ROOMS)
        assert rooms <= ALLOWED[room], f"{module.relative_to(PROJECT)} imports {rooms - ALLOWED[room]}"


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_only_itself_and_earlier_stages(stage: str) -> None:
    earlier = set(STAGES[: STAGES.index(stage) + 1])
    for module in modules(f"migration/{stage}"):
        stages = {name.split(".")[1] for name in imported(module) if name.startswith("migration.")}
        assert stages <= earlier, f"{module.relative_to(PROJECT)} imports {stages - earlier}"


def test_the_stack_fits_a_screen() -> None:
    assert len((PROJECT / "__main__.py").read_text().splitlines()) <= 50

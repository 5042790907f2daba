"""The programs that this machine has, and where those come from that it lacks."""

import platform
import shutil
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

from rich.table import Table

from engine import GO, TOOLS, WheelTool, find_engine
from engine.pulumi_build import pulumi_version


class MachineProgram(NamedTuple):
    """One program. found: its version and place, "" where there is none. source: where it comes from then."""

    name: str
    used_for: str
    found: str
    source: str = ""


_USED_FOR = {"Go": "building the engine", "Node": "checks of web pages and contracts", "Java": "checks of contracts"}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")


def machine_programs() -> Iterator[MachineProgram]:
    """Looks alone: nothing is installed."""
    yield MachineProgram("Python", "everything", f"{platform.python_version()}, the one that runs this")
    yield MachineProgram("Git", "everything", _version_of("git", "--version"))
    engine = find_engine()
    found = f"{engine.version}, {engine.pulumi}" if engine else ""
    yield MachineProgram(
        "Pulumi", "every stack", found, f"{pulumi_version()}: built from Go modules, about 4 minutes on 2 processors"
    )
    for tool in TOOLS:
        needed = "" if tool is not GO or engine is None else " (not needed: there is an engine)"
        yield MachineProgram(tool.name, _USED_FOR[tool.name] + needed, _find_tool(tool), _wheel(tool))
    browser = next(filter(None, map(shutil.which, _BROWSERS)), "")
    yield MachineProgram(
        "Chromium", "checks of web pages", browser, "Debian package chromium, as root; else install it"
    )
    docker = _version_of("docker", "--version")
    yield MachineProgram("Docker", "verify --docker (optional)", docker, "install it, or leave --docker out")


def table_of(programs: Iterator[MachineProgram]) -> Table:
    """One row each."""
    table = Table(box=None, pad_edge=False)
    for title in ("program", "used for", "found", "otherwise"):
        table.add_column(title, overflow="fold")
    for program in programs:
        table.add_row(program.name, program.used_for, program.found or "–", "" if program.found else program.source)
    return table


def _find_tool(tool: WheelTool) -> str:
    if tool.is_on_path:
        program = next(iter(tool.programs))
        return _version_of(program, "version" if tool is GO else "--version")
    return f"{tool.version}, {tool.folder}" if tool.is_installed else ""


def _wheel(tool: WheelTool) -> str:
    return f"{tool.version}: a wheel of the Python package index, {tool.megabytes} MB, on first need"


def _version_of(program: str, option: str) -> str:
    """The first line that it prints, and its place; "" where it is missing or fails."""
    found = shutil.which(program)
    if not found:
        return ""
    answer = subprocess.run([found, option], capture_output=True, text=True, check=False)
    lines = answer.stdout.splitlines()
    return f"{lines[0]}, {found}" if lines and answer.returncode == 0 else ""

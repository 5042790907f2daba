"""The page of private interfaces names what the code uses."""

import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
PAGE = (PROJECT / "docs" / "private-interfaces.md").read_text(encoding="utf-8")
USES = {
    "pulumi.runtime.proto": r"from pulumi\.runtime\.proto",
    "pulumi.runtime.stack": r"from pulumi\.runtime import stack",
    "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "PULUMI_ENABLE_STREAMING_JSON_PREVIEW",
    "PULUMI_DEBUG_COMMANDS": "PULUMI_DEBUG_COMMANDS:",
    "--save-plan": "--save-plan",
    "?metadata=skip": r"\?metadata=skip",
    "GITHUB_LEGACY_CLIENT": '"GITHUB_LEGACY_CLIENT":',
}
FOLDERS = ("__main__.py", "components", "command_line/pulumi_cli", "engine", "policies", ".github")


@pytest.mark.parametrize("file", sorted(set(re.findall(r"`((?:\.?[\w-]+/)+[\w.-]+\.(?:py|yml))`", PAGE))))
def test_every_file_of_the_page_is_there(file: str) -> None:
    assert (PROJECT / file).is_file()


@pytest.mark.parametrize("interface", USES)
def test_an_interface_is_used_in_the_files_that_its_row_names_and_in_no_others(interface: str) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith("|") and interface in line.split("|")[1]]
    named = set(re.findall(r"`([^`]+)`", row.split("|")[2]))
    command = ["git", "grep", "--untracked", "-lP", "-e", USES[interface], "--", *FOLDERS]
    found = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split()
    assert found
    assert {file for file in found if not file.endswith(".md")} <= named

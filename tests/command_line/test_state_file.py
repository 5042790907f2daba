"""A state file that a full disk cut off."""

import os
from pathlib import Path

import pytest

from command_line.pulumi_cli.state_file import restore_whole_state

WHOLE = '{"version": 3, "checkpoint": {}}\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / ".pulumi" / "stacks" / "multirepo" / "dev.json"
    made.parent.mkdir(parents=True)
    made.write_text(WHOLE[:9])
    return made


def backup(state: Path, name: str, text: str, age: int) -> Path:
    made = state / ".pulumi" / "backups" / "multirepo" / "dev" / name
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text(text)
    os.utime(made, (2_000_000_000 - age, 2_000_000_000 - age))
    return made


def test_the_newest_whole_copy_takes_the_place_of_what_was_cut_off(tmp_path: Path, file: Path) -> None:
    backup(tmp_path, "dev.1.json", WHOLE, age=30)
    newest = backup(tmp_path, "dev.2.json", WHOLE.replace("3", "4"), age=20)
    backup(tmp_path, "dev.3.json", WHOLE[:12], age=10)
    file.with_name("dev.json.bak").write_text("")
    assert restore_whole_state(tmp_path, "dev") == f"Restored from {newest}."
    assert file.read_text() == newest.read_text()
    assert file.with_name("dev.json.cut-off").read_text() == WHOLE[:9]


def test_a_whole_file_stays(tmp_path: Path, file: Path) -> None:
    file.write_text(WHOLE)
    backup(tmp_path, "dev.1.json", WHOLE.replace("3", "4"), age=10)
    assert restore_whole_state(tmp_path, "dev") == ""
    assert file.read_text() == WHOLE


def test_without_a_whole_copy_the_stack_begins_anew(tmp_path: Path, file: Path) -> None:
    backup(tmp_path, "dev.1.json", "", age=10)
    assert "starts empty" in restore_whole_state(tmp_path, "dev")
    assert not file.exists()
    assert file.with_name("dev.json.cut-off").read_text() == WHOLE[:9]

"""The workspace is for its owner alone."""

import stat
from pathlib import Path

import pytest

from components.stack import workspace
from components.stack.settings import SettingsError


@pytest.mark.parametrize("before", [None, 0o755, 0o777])
def test_it_is_closed_to_other_users(before: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ".multirepo"
    monkeypatch.setattr(workspace, "WORKSPACE", folder)
    if before is not None:
        folder.mkdir()
        folder.chmod(before)
    workspace.make_workspace_private()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_path_that_is_no_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".multirepo").write_text("")
    monkeypatch.setattr(workspace, "WORKSPACE", tmp_path / ".multirepo")
    with pytest.raises(SettingsError, match=r"\.multirepo: File exists\. .* folder of your own"):
        workspace.make_workspace_private()


@pytest.mark.parametrize("stored", [True, False])
def test_a_command_that_stores_nothing_leaves_no_folder(
    stored: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "WORKSPACE", tmp_path / ".multirepo")
    with workspace.private_workspace():
        if stored:
            (tmp_path / ".multirepo" / "state").write_text("")
    assert (tmp_path / ".multirepo").exists() is stored

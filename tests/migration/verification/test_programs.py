"""Programs that refuse to run as root."""

import os
import subprocess
from pathlib import Path

import pytest

from migration.verification.compose.programs import as_user_without_rights


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_without_rights_reaches_a_folder_inside_a_private_one(tmp_path: Path) -> None:
    folder = tmp_path / "private" / "inner"
    folder.mkdir(parents=True)
    (folder / "program").write_text("")
    folder.parent.chmod(0o700)
    command = as_user_without_rights(folder)
    subprocess.run([*map(str, command), "ls", folder / "program"], check=True, capture_output=True)
    assert folder.parent.stat().st_mode & 0o077 == 0o001

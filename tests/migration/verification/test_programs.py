"""Programs of the moved code: as which user they run, and what of the caller's environment they get."""

import os
import subprocess
from pathlib import Path

import pytest

from migration.verification.compose.programs import as_user_without_rights
from migration.verification.harness.commands import clean_environment


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_without_rights_reaches_a_folder_inside_a_private_one(tmp_path: Path) -> None:
    folder = tmp_path / "private" / "inner"
    folder.mkdir(parents=True)
    (folder / "program").write_text("")
    folder.parent.chmod(0o700)
    command = as_user_without_rights(folder)
    subprocess.run([*map(str, command), "ls", folder / "program"], check=True, capture_output=True)
    assert folder.parent.stat().st_mode & 0o077 == 0o001


def test_moved_code_gets_no_secret_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        *("GITHUB_TOKEN", "PULUMI_CONFIG_PASSPHRASE", "DEVPI_PASSWORD", "AWS_SECRET_ACCESS_KEY", "REGISTRY_READ_TOKEN"),
        *("NPM_TOKEN", "AZURE_CLIENT_SECRET", "GOOGLE_APPLICATION_CREDENTIALS", "OPENAI_API_KEY", "SSH_AUTH_SOCK"),
        *("PGPASSWORD", "Sonar_Token", "MULTIREPO_DATABASE_PASSWD"),
    }
    for name in secrets:
        monkeypatch.setenv(name, "s3cr3t")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    printed = subprocess.run(["env"], env=clean_environment(), capture_output=True, text=True, check=True).stdout
    assert "s3cr3t" not in printed
    assert "LC_ALL=C.UTF-8\n" in printed
    assert f"PATH={os.environ['PATH']}\n" in printed
    assert (
        "NPM_TOKEN=given\n"
        in subprocess.run(
            ["env"], env=clean_environment(NPM_TOKEN="given"), capture_output=True, text=True, check=True
        ).stdout
    )

"""The scanner itself: what it ignores, what it opens, and that it asks nobody about a secret."""

import hashlib
import io
import socket
import subprocess
import zipfile
from pathlib import Path
from subprocess import DEVNULL

import pytest

from migration.errors import CodeMoveError
from migration.preflight import SecretScanner
from migration.secrets.scanner import SecretMatch
from tests.migration.preflight.conftest import made_up_token

TOKEN = made_up_token("scanner")


def scan(scanner: SecretScanner, folder: Path, **files: str | bytes) -> dict[str, list[SecretMatch]]:
    for name, content in files.items():
        place = folder / name
        place.mkdir()
        (place / "a.py").write_bytes(content.encode() if isinstance(content, str) else content)
    return scanner.scan(folder)


def test_the_fingerprint_is_the_one_that_plans_contain_since_the_first_version(
    scanner: SecretScanner, tmp_path: Path
) -> None:
    digest = hashlib.sha256(f"github-pat\0{TOKEN}".encode()).hexdigest()
    found = scan(scanner, tmp_path, one=f"\n\nt = '{TOKEN}'\n")
    assert found == {"one": [SecretMatch("github-pat", 3, TOKEN[:4], digest[:16])]}


def test_a_comment_in_the_line_allows_its_secret(scanner: SecretScanner, tmp_path: Path) -> None:
    assert scan(scanner, tmp_path, one=f"t = '{TOKEN}'  # gitleaks:allow\n", two=f"t = '{TOKEN}'\n").keys() == {"two"}


def test_archives_are_opened(scanner: SecretScanner, tmp_path: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("inside.py", f"t = '{TOKEN}'\n")
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.zip").write_bytes(archive.getvalue())
    assert [match.rule for match in scanner.scan(tmp_path)["one"]] == ["github-pat"]


def test_a_file_of_ignore_rules_hides_nothing(scanner: SecretScanner, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / ".gitignore").write_text(f"*\n# {TOKEN}\n")
    assert scanner.scan(tmp_path).keys() == {"one"}


def test_nothing_is_sent_to_anybody(scanner: SecretScanner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By itself, Kingfisher asks the provider whether a token is valid. The proxy hears of nothing."""
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.py").write_text(f"t = '{TOKEN}'\n")
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        environment = {**scanner._environment, "HTTPS_PROXY": address, "HTTP_PROXY": address}
        monkeypatch.setattr(SecretScanner, "_environment", environment)
        assert scanner.scan(tmp_path)
        with pytest.raises(BlockingIOError):
            proxy.accept()
        proxy.settimeout(60)
        with subprocess.Popen([scanner.program, "scan", tmp_path, "-q"], env=environment, stdout=DEVNULL) as validating:
            proxy.accept()[0].close()
            validating.kill()


def test_an_incomplete_scan_is_an_error(scanner: SecretScanner, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    with pytest.raises(CodeMoveError, match=r"the scan is not complete[\s\S]*Nothing is pushed"):
        SecretScanner(program, tmp_path / "cache", tmp_path / "rules").scan(tmp_path)

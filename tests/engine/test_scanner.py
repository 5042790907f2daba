"""The scanner for secrets: built once, and what it answers."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from engine import EngineError, ensure_secret_scanner
from tests.engine.conftest import Machine
from tests.engine.fake_go import builds, install_fake_go

TOKEN = "ghp" + "_" + hashlib.sha256(b"token").hexdigest()[:36]


def ignore(message: str, share: float | None) -> None:
    pass


def test_it_is_built_once(machine: Machine) -> None:
    go = install_fake_go(machine)
    messages: list[str] = []
    first = ensure_secret_scanner(lambda message, share: messages.append(message))
    assert builds(machine) == 1
    assert messages[0] == "Downloading Go modules for the scanner for secrets (1 so far)"
    assert any(message.startswith("Building secret-scanner: 1 of 2 packages") for message in messages)
    go.unlink()
    assert ensure_secret_scanner(ignore) == first


def test_without_go_the_error_says_what_for_and_what_to_do(machine: Machine) -> None:
    with pytest.raises(EngineError, match=r"searched for secrets .* no Go on PATH\. Go .* Install go 1\.26 or later"):
        ensure_secret_scanner(ignore)


def test_a_failing_build_is_quoted(machine: Machine) -> None:
    install_fake_go(machine, before_linking="echo 'main.go:3:1: syntax error' >&2; exit 1")
    with pytest.raises(EngineError, match=r"Building the scanner for secrets failed[\s\S]*syntax error"):
        ensure_secret_scanner(ignore)


@pytest.fixture(scope="session")
def scanner() -> Path:
    return ensure_secret_scanner(ignore)


def answers(scanner: Path, *blobs: tuple[str, str]) -> list[dict[str, object]]:
    """What it finds in these contents, each with its path."""
    stream = "".join(f"{len(content.encode())} {path}\n{content}\n" for path, content in blobs)
    done = subprocess.run([scanner], input=stream.encode(), capture_output=True, check=True)
    assert TOKEN[:5].encode() not in done.stdout + done.stderr
    return [answer for answer in map(json.loads, done.stdout.splitlines()) if "rule" in answer]


def test_a_finding_is_masked_numbered_and_fingerprinted(scanner: Path) -> None:
    (found,) = answers(scanner, ("a.py", "x\n"), ("b.py", f"\n\nt = '{TOKEN}'\n"))
    digest = hashlib.sha256(f"github-pat\0{TOKEN}".encode()).hexdigest()
    assert found == {"blob": 1, "line": 3, "rule": "github-pat", "shown": TOKEN[:4], "fingerprint": digest[:16]}


def test_only_what_is_new_in_a_version_is_read_again(scanner: Path) -> None:
    far = "".join(f"line {number}\n" for number in range(20))
    secret = f"t = '{TOKEN}'\n"
    first, second = ("a.py", secret + far), ("a.py", secret + far + "new\n")
    assert [found["blob"] for found in answers(scanner, first, second)] == [0]
    assert sorted(str(found["blob"]) for found in answers(scanner, first, ("b.py", second[1]))) == ["0", "1"]


def test_a_secret_across_old_and_new_lines_is_found(scanner: Path) -> None:
    key = "\n".join(hashlib.sha256(str(number).encode()).hexdigest() for number in range(8))
    head = f"-----BEGIN RSA PRIVATE {'KEY'}-----\n"
    tail = f"-----END RSA PRIVATE {'KEY'}-----\n"
    (found,) = answers(scanner, ("key", head), ("key", f"{head}{key}\n{tail}"))
    assert (found["blob"], found["rule"]) == (1, "private-key")


def test_encoded_secrets_and_key_stores_are_found(scanner: Path) -> None:
    encoded = subprocess.run(["base64", "-w0"], input=TOKEN.encode(), capture_output=True, check=True).stdout.decode()
    found = answers(scanner, ("k8s.yaml", f"data: {encoded}\n"), ("store.p12", "\0\1\2"))
    assert {answer["rule"] for answer in found} >= {"github-pat", "pkcs12-file"}


def test_a_stream_that_breaks_off_is_an_error(scanner: Path) -> None:
    for broken in (b"12 a.py\nshort", b"abc missing\n", b"no newline"):
        done = subprocess.run([scanner], input=broken, capture_output=True, check=False)
        assert done.returncode == 1
        assert b"git" in done.stderr

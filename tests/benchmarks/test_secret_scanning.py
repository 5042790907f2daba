"""The corpus: what people leak is found, and what only looks like it is not."""

import subprocess
import sys

from tests.conftest import PROJECT


def test_every_planted_secret_but_one_is_found_and_no_decoy() -> None:
    """The one is a password of letters alone, in the query of an address."""
    command = [sys.executable, str(PROJECT / "benchmarks" / "secret_scanning" / "scanners.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "| Kingfisher with our rules | 112 of 113 | 0 of 44 |" in done.stdout.splitlines()
    assert "Kingfisher with our rules misses: jdbc-query" in done.stderr.splitlines()

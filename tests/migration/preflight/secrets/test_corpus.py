"""What people leak is found, and what only looks like it is not: the corpus of benchmarks/secret_scanning."""

from pathlib import Path

from benchmarks.secret_scanning.corpus import read_corpus
from migration.preflight import SecretScanner

NOT_FOUND = {"jdbc-query"}
"""A password of letters alone, in the query of an address."""


def test_every_planted_secret_but_one_is_found_and_no_decoy(scanner: SecretScanner, tmp_path: Path) -> None:
    cases = read_corpus()
    for position, case in enumerate(cases):
        file = tmp_path / str(position) / (case.path.rpartition("/")[2] or "message.txt")
        file.parent.mkdir()
        file.write_bytes(case.content)
    matches = scanner.scan(tmp_path)
    found = {case.name for position, case in enumerate(cases) if str(position) in matches}
    planted = {case.name for case in cases if case.is_secret}
    assert len(planted) > 100
    assert planted - found == NOT_FOUND
    assert found - planted == set()

"""`python benchmarks/secret_scanning/scanners.py [REPOSITORY ...]`: a table of scanners, as Markdown.

Columns: planted secrets found, decoys reported, then for each repository the seconds for all versions of all files of
its branch and the processor's seconds. Betterleaks takes part if its program is on PATH.
"""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from corpus import CorpusCase, read_corpus

sys.path.insert(0, str(Path(__file__).parents[2]))

from migration.preflight import SecretScanner

Scan = Callable[[Path], Mapping[str, set[str]]]
"""The names of the rules that match below each entry of a folder."""


@dataclass(frozen=True)
class ScanCost:
    """Of one scan. seconds: of the clock; processor_seconds: of all children."""

    seconds: float
    processor_seconds: float


def main(repositories: list[Path]) -> None:
    """Print the table."""
    scanners = dict(_scanners())
    cases = read_corpus()
    print("| scanner | planted secrets | decoys |" + "".join(f" {each.name} |" for each in repositories))
    print("|---|---|---|" + "---|" * len(repositories))
    with tempfile.TemporaryDirectory() as folder:
        corpus = _write(cases, Path(folder) / "corpus")
        exports = [_export(repository, Path(folder) / repository.name) for repository in repositories]
        for name, scan in scanners.items():
            rules = scan(corpus)
            counts = _counts(cases, rules)
            costs = [_cost(scan, export) for export in exports]
            cells = [f"{cost.seconds:.1f} s, {cost.processor_seconds:.1f} s of processors" for cost in costs]
            print("| " + " | ".join([name, *counts, *cells]) + " |", flush=True)
            missed = [case.name for number, case in enumerate(cases) if case.is_secret and str(number) not in rules]
            print(f"{name} misses: {' '.join(missed)}", file=sys.stderr)


def _scanners() -> Iterator[tuple[str, Scan]]:
    scanner = SecretScanner.installed()
    yield "Kingfisher with our rules", lambda folder: _preflight(scanner, folder)
    yield "Kingfisher", lambda folder: _kingfisher(scanner, folder)
    if betterleaks := shutil.which("betterleaks"):
        for confidence in ("medium", "low"):
            yield f"Betterleaks, {confidence}", partial(_betterleaks, betterleaks, confidence)


def _preflight(scanner: SecretScanner, folder: Path) -> dict[str, set[str]]:
    return {entry: {match.rule for match in matches} for entry, matches in scanner.scan(folder).items()}


def _kingfisher(scanner: SecretScanner, folder: Path) -> dict[str, set[str]]:
    command = [str(scanner.program), "scan", str(folder), "--no-validate", "--no-update-check", "--no-binary"]
    command += ["--git-history", "none", "--no-dedup", "--format", "jsonl", "--quiet"]
    done = subprocess.run(command, capture_output=True, check=False)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return _by_entry(folder, [(each["finding"]["path"], each["rule"]["id"]) for each in records if "finding" in each])


def _betterleaks(program: str, confidence: str, folder: Path) -> dict[str, set[str]]:
    command = [program, "filesystem", str(folder), "--no-banner", "--silent", "--confidence", confidence, "-o"]
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as report:
        subprocess.run([*command, report.name], capture_output=True, check=False)
        records = [json.loads(line) for line in Path(report.name).read_text().splitlines()]
    findings = [each["finding"] for each in records if "finding" in each]
    return _by_entry(folder, [(each["location"]["path"], each["rule_id"]) for each in findings])


def _by_entry(folder: Path, matches: list[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path, rule in matches:
        found.setdefault(Path(path).relative_to(folder).parts[0], set()).add(rule)
    return found


def _counts(cases: list[CorpusCase], rules: Mapping[str, set[str]]) -> Iterator[str]:
    for is_secret in (True, False):
        positions = [str(number) for number, case in enumerate(cases) if case.is_secret is is_secret]
        yield f"{sum(position in rules for position in positions)} of {len(positions)}"


def _write(cases: list[CorpusCase], folder: Path) -> Path:
    for position, case in enumerate(cases):
        file = folder / str(position) / (case.path or "message.txt")
        file.parent.mkdir(parents=True)
        file.write_bytes(case.content)
    return folder


def _export(repository: Path, folder: Path) -> Path:
    """All versions of all files of the current branch, each as NUMBER/NAME."""
    git = ("git", "-C", str(repository))
    listed = subprocess.check_output([*git, "rev-list", "--objects", "--missing=allow-any", "HEAD"])
    objects = [line.partition(b" ")[::2] for line in listed.splitlines()]
    asked = [*git, "cat-file", "--buffer", "--batch=%(objecttype) %(objectsize)"]
    with tempfile.TemporaryFile() as request:
        request.writelines(object_id + b"\n" for object_id, _ in objects)
        request.seek(0)
        with subprocess.Popen(asked, stdin=request, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for number, (_, path) in enumerate(objects):
                kind, size = process.stdout.readline().split()[-2:]
                if size == b"missing":
                    continue
                content = process.stdout.read(int(size) + 1)[:-1]
                if kind == b"blob":
                    place = folder / str(number)
                    place.mkdir(parents=True)
                    (place / path.decode(errors="replace").rpartition("/")[2][-100:]).write_bytes(content)
    return folder


def _cost(scan: Scan, folder: Path) -> ScanCost:
    def processor_seconds() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before, started = processor_seconds(), time.monotonic()
    scan(folder)
    return ScanCost(time.monotonic() - started, processor_seconds() - before)


if __name__ == "__main__":
    main([Path(each) for each in sys.argv[1:]])

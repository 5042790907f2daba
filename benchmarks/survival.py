"""Whether a migration survives: it is killed wherever something was written, and has to end as if nothing had been.

python benchmarks/survival.py [--runs N] [--people N] [--worlds N] [--results FILE]

A whole migration is played once without a fault: backup and first move, people's work on both sides, cutover, archive,
rollback, the start again, and packages. Each write of it, on GitHub or in the registry, is a point. Then for a point
the world is put back to where its `up` began, a fault is injected there, and `up` runs again until it ends well.
What is in the world then, refs, trees, commits, settings, rules, packages, is compared with the one without a fault.
"""

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from survival_people import with_people
from survival_runs import MODES, Result, play, progress, run_with_fault


def work(folder: Path, runs: int, people: Sequence[int], share: slice) -> Iterator[Result]:
    """One world's share of so many runs with a fault, and of those with people."""
    played = play(folder)
    every = [(point, mode) for point in played.points for mode in MODES[point.of]]
    if not played.world.has_own_disk:
        progress.print("Nobody but root can make a small disk: no disk is filled.")
        every = [(point, mode) for point, mode in every if mode != "full disk"]
    progress.print(f"{folder.name}: {len(played.points)} points, {len(every)} runs with a fault in all")
    random.Random(1).shuffle(every)  # so that a run that is stopped has looked everywhere
    for point, mode in every[:runs][share]:
        yield run_with_fault(played, point, mode)
    for seed in people[share]:
        yield with_people(played, seed)
    played.world.close()


def table_of(results: Sequence[Result]) -> Table:
    """A line for each phase, kind of write, and mode."""
    table = Table("phase", "write", "fault", box=box.MARKDOWN)
    for title in ("runs", "differences", "most ups"):
        table.add_column(title, justify="right")
    groups: dict[tuple[str, str, str], list[Result]] = {}
    for result in results:
        groups.setdefault((result.point.phase, result.point.of, result.mode), []).append(result)
    for group, runs_of_group in sorted(groups.items()):
        bad = sum(bool(result.difference) for result in runs_of_group)
        table.add_row(*group, str(len(runs_of_group)), str(bad), str(max(result.ups for result in runs_of_group)))
    return table


def main() -> int:
    """Run, print the table; exit code 1 when a world came out different."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=40, help="how many runs have a fault, spread over all points")
    parser.add_argument("--people", type=int, default=2, help="how many runs have people commit at random moments")
    parser.add_argument("--worlds", type=int, default=2, help="how many run side by side")
    parser.add_argument("--results", type=Path, help="a file that gets a line of JSON for each run")
    arguments = parser.parse_args()
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(arguments.worlds) as pool:

        def in_world(number: int) -> None:
            points = slice(number, None, arguments.worlds)
            for result in work(Path(scratch, f"world-{number}"), arguments.runs, range(arguments.people), points):
                results.append(result)
                point = f"{result.point.phase} {result.point.of} {result.point.number}"
                summary = f"{point} {result.mode}: {result.difference or 'same'}"
                progress.print(f"{summary} ({result.seconds:.0f} s)", markup=False)
                if arguments.results:
                    with arguments.results.open("a") as file:
                        file.write(json.dumps(asdict(result)) + "\n")

        list(pool.map(in_world, range(arguments.worlds)))
    Console(width=160).print(table_of(results))
    counts = Counter(bool(result.difference) for result in results)
    print(f"{sum(counts.values())} runs, {counts[True]} differences")
    return 1 if counts[True] else 0


if __name__ == "__main__":
    sys.exit(main())

"""Whether a migration survives: it is killed wherever something was written, and has to end as if nothing had been.

python benchmarks/survival.py [--runs N] [--people N] [--worlds N] [--results FILE]

A whole migration is played once, undisturbed: backup and first move, people's work on both sides, cutover, archive,
rollback, the start again, and packages. Each write of it, at GitHub or in the registry, is a point. Then for a point
the world is put back to where its `up` began, that `up` is disturbed there, and `up` runs again until it ends well.
What is in the world then, refs, trees, commits, settings, rules, packages, is compared with the undisturbed one.
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
from survival_runs import MODES, Result, disturbed, play, progress


def work(folder: Path, runs: int, people: Sequence[int], share: slice) -> Iterator[Result]:
    """One world's share of so many disturbed runs, and of those with people."""
    played = play(folder)
    every = [(point, mode) for point in played.points for mode in MODES[point.of]]
    if not played.world.has_own_disk:
        progress.print("Nobody but root can make a small disk: no disk is filled.")
        every = [(point, mode) for point, mode in every if mode != "full disk"]
    progress.print(f"{folder.name}: {len(played.points)} points, {len(every)} disturbed runs in all")
    random.Random(1).shuffle(every)  # so that a run that is stopped has looked everywhere
    for point, mode in every[:runs][share]:
        yield disturbed(played, point, mode)
    for seed in people[share]:
        yield with_people(played, seed)
    played.world.close()


def table_of(results: Sequence[Result]) -> Table:
    """A line for each phase, kind of write, and mode."""
    table = Table("phase", "write", "disturbed by", box=box.MARKDOWN)
    for title in ("runs", "differences", "most ups"):
        table.add_column(title, justify="right")
    groups: dict[tuple[str, str, str], list[Result]] = {}
    for one in results:
        groups.setdefault((one.point.phase, one.point.of, one.mode), []).append(one)
    for group, ours in sorted(groups.items()):
        bad = sum(bool(one.difference) for one in ours)
        table.add_row(*group, str(len(ours)), str(bad), str(max(one.ups for one in ours)))
    return table


def main() -> int:
    """Run, print the table; exit code 1 when a world came out different."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=40, help="how many runs are disturbed, spread over all points")
    parser.add_argument("--people", type=int, default=2, help="how many runs have people commit at random moments")
    parser.add_argument("--worlds", type=int, default=2, help="how many run side by side")
    parser.add_argument("--results", type=Path, help="a file that gets a line of JSON for each run")
    arguments = parser.parse_args()
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(arguments.worlds) as pool:

        def in_world(number: int) -> None:
            ours = slice(number, None, arguments.worlds)
            for result in work(Path(scratch, f"world-{number}"), arguments.runs, range(arguments.people), ours):
                results.append(result)
                point = f"{result.point.phase} {result.point.of} {result.point.number}"
                told = f"{point} {result.mode}: {result.difference or 'same'}"
                progress.print(f"{told} ({result.seconds:.0f} s)", markup=False)
                if arguments.results:
                    with arguments.results.open("a") as file:
                        file.write(json.dumps(asdict(result)) + "\n")

        list(pool.map(in_world, range(arguments.worlds)))
    Console(width=160).print(table_of(results))
    counts = Counter(bool(one.difference) for one in results)
    print(f"{sum(counts.values())} runs, {counts[True]} differences")
    return 1 if counts[True] else 0


if __name__ == "__main__":
    sys.exit(main())

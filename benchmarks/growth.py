"""How the split grows with the length of the history, beside git's own walk over it: see benchmarks/README.md.

python benchmarks/growth.py [--commits N ...] [--folders N] [--repositories N]
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from comparison import MEBIBYTE
from measuring import NO_LIMIT, MeasuredCommandError, git, interruptible
from plot import line_chart
from rich import box
from rich.console import Console
from rich.table import Table
from split import commits, differing, warm_page_cache
from synthetic import folder_names, synthetic_monorepo
from tools import OURS, REFERENCES

progress = Console(stderr=True, highlight=False)


@dataclass(frozen=True, kw_only=True)
class Size:
    """The split of a monorepo of so many commits, and `git log --full-history` over the same folders beside it.

    git, split_seconds: median wall seconds. ratio: median of their ratios within a round. Memory in bytes, the largest.
    kept_commits: commits of all new repositories together.
    """

    commits: int
    kept_commits: int
    git: float
    split_seconds: float
    ratio: float
    cpu: float
    peak_rss: int
    python_peak_rss: int
    differing: list[str]
    load: float


def measure_size(repository: Path, total: int, prefixes: Sequence[str], runs: int) -> Size:
    """Measure git and ours by turns, each time on a fresh clone."""
    rounds = []
    for number in range(1, runs + 1):
        with tempfile.TemporaryDirectory(dir=repository.parent) as folder:
            place = Path(folder)
            clone = place / "monorepo.git"
            git("clone", "--quiet", "--bare", str(repository), str(clone))
            reference = REFERENCES[0].split(place, prefixes, NO_LIMIT)
            result = OURS.split(place, prefixes, NO_LIMIT)
            progress.print(
                f"{total:,} commits, round {number}: git {reference.usage.wall:.2f} s, "
                f"ours {result.usage.wall:.2f} s, load {os.getloadavg()[0]:.1f}"
            )
            rounds.append((reference.usage, result.usage, result.python_peak_rss or 0))
            kept_commits, wrong = commits(result), differing(clone, prefixes, result)
    return Size(
        commits=total,
        kept_commits=kept_commits,
        git=median(git_used.wall for git_used, _, _ in rounds),
        split_seconds=median(used.wall for _, used, _ in rounds),
        ratio=median(used.wall / git_used.wall for git_used, used, _ in rounds),
        cpu=median(used.cpu for _, used, _ in rounds),
        peak_rss=max(used.peak_rss for _, used, _ in rounds),
        python_peak_rss=max(python for _, _, python in rounds),
        differing=wrong,
        load=os.getloadavg()[0],
    )


def sizes(arguments: argparse.Namespace, prefixes: Sequence[str]) -> Iterator[Size]:
    """Make each monorepo and measure it."""
    for total in sorted(arguments.commits):
        progress.print(f"Making {total:,} commits")
        repository = synthetic_monorepo(arguments.place.resolve(), total, arguments.folders)
        warm_page_cache(repository)
        yield measure_size(repository, total, prefixes, arguments.runs)


def table(measured: Sequence[Size]) -> Table:
    """The sizes as a table of Markdown."""
    summary = Table(box=box.MARKDOWN)
    for title in ("commits", "git log", "ours", "of git log", "ours, per 1,000 commits", "CPU", "peak RSS", "kept"):
        summary.add_column(title, justify="right", no_wrap=True)
    summary.add_column("head trees")
    for size in measured:
        summary.add_row(
            f"{size.commits:,}",
            f"{size.git:.2f} s",
            f"{size.split_seconds:.2f} s",
            f"{size.ratio:.2f}",
            f"{size.split_seconds / size.commits * 1_000_000:.0f} ms",
            f"{size.cpu:.1f} s",
            f"{size.peak_rss / MEBIBYTE:.0f} MiB (Python {size.python_peak_rss / MEBIBYTE:.0f})",
            f"{size.kept_commits:,}",
            f"DIFFER: {', '.join(size.differing)}" if size.differing else "equal",
        )
    return summary


def chart(measured: Sequence[Size]) -> str:
    """Wall times over the number of commits."""
    lines = {
        "multirepo": [(size.commits, size.split_seconds) for size in measured],
        "git log --full-history": [(size.commits, size.git) for size in measured],
    }
    return line_chart("Wall seconds over commits of the monorepo, both logarithmic", lines)


def main() -> None:
    """Measure all sizes, then show them."""
    interruptible()
    arguments = parse()
    prefixes = folder_names(arguments.folders)[: arguments.repositories]
    try:
        measured = list(sizes(arguments, prefixes))
    except MeasuredCommandError as error:
        sys.exit(str(error))
    Console(stderr=arguments.json, width=250).print(table(measured))
    if arguments.plot:
        arguments.plot.write_text(chart(measured))
    if arguments.json:
        facts = {"folders": arguments.folders, "repositories": len(prefixes), "cpus": os.cpu_count()}
        print(json.dumps(facts | {"sizes": [asdict(size) for size in measured]}, indent=1))


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--commits", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], metavar="N")
    parser.add_argument("--folders", type=int, default=300, help="top-level folders (%(default)s)")
    parser.add_argument("--repositories", type=int, default=100, help="of so many folders (%(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="rounds for each size (%(default)s)")
    parser.add_argument(
        "--place",
        type=Path,
        default=Path(tempfile.gettempdir()) / "multirepo-benchmark",
        help="where the monorepos are kept for the next time (%(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON; the table goes to standard error")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="write a plot of the growth")
    return parser.parse_args()


if __name__ == "__main__":
    main()

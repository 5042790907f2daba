"""What was measured, summed up: as a table and as a plot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from plot import Bar, bar_chart
from rich import box
from rich.table import Table
from tools import OURS, REFERENCE, REFERENCES

MEBIBYTE = 1 << 20
FIRST = "first"


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One run of a tool: seconds, bytes, and what it made.

    load: the machine's mean load of the minute before. finished: False where it was stopped at its time limit.
    prefixes: how many folders it was given. commits: of all new histories; of the references, what they printed.
    differing: the prefixes whose head tree is missing or not that of the monorepo.
    """

    tool: str
    scenario: str
    round: int
    load: float
    wall: float
    cpu: float
    peak_rss: int
    python_peak_rss: int | None
    finished: bool
    prefixes: int
    commits: int
    differing: list[str]


@dataclass(frozen=True, kw_only=True)
class Row:
    """All runs of a tool in one scenario.

    wall, cpu: median seconds. fastest, slowest: wall seconds. peak_rss, python_peak_rss: the largest, bytes.
    to_reference, to_ours: median of the ratios of wall times, each within one round; None where one was stopped.
    """

    tool: str
    scenario: str
    runs: int
    wall: float
    fastest: float
    slowest: float
    cpu: float
    peak_rss: int
    python_peak_rss: int | None
    to_reference: float | None
    to_ours: float | None
    finished: bool
    prefixes: int
    commits: int
    differing: list[str]


def summary(measured: Sequence[Measurement]) -> list[Row]:
    """One row for each tool and scenario, in the order in which they were measured first."""
    walls = {(run.tool, run.scenario, run.round): run.wall for run in measured if run.finished}
    order = list(dict.fromkeys((run.tool, run.scenario) for run in measured))
    of = {key: [run for run in measured if (run.tool, run.scenario) == key] for key in order}

    def ratio(runs: Sequence[Measurement], tool: str, scenario: str) -> float | None:
        pairs = [(run, walls.get((tool, scenario, run.round))) for run in runs]
        ratios = [run.wall / other for run, other in pairs if other and run.finished]
        return median(ratios) if ratios else None

    return [
        Row(
            tool=tool,
            scenario=scenario,
            runs=len(runs),
            wall=median(run.wall for run in runs),
            fastest=min(run.wall for run in runs),
            slowest=max(run.wall for run in runs),
            cpu=median(run.cpu for run in runs),
            peak_rss=max(run.peak_rss for run in runs),
            python_peak_rss=max((run.python_peak_rss or 0 for run in runs), default=0) or None,
            to_reference=ratio(runs, REFERENCE, FIRST),
            to_ours=ratio(runs, OURS.name, scenario),
            finished=all(run.finished for run in runs),
            prefixes=runs[0].prefixes,
            commits=runs[0].commits,
            differing=sorted({prefix for run in runs for prefix in run.differing}),
        )
        for (tool, scenario), runs in of.items()
    ]


def table(rows: Sequence[Row], not_measured: Mapping[str, str]) -> Table:
    """The rows as a table of Markdown; the tools that could not be measured come last, with the reason."""
    summary = Table(box=box.MARKDOWN)
    for title in (
        "tool",
        "run",
        "folders",
        "wall",
        "of git log",
        "of ours",
        "CPU",
        "peak RSS",
        "commits",
        "head trees",
    ):
        summary.add_column(title, justify="left" if title in ("tool", "run", "head trees") else "right", no_wrap=True)
    for row in rows:
        summary.add_row(
            row.tool,
            row.scenario,
            str(row.prefixes),
            _wall(row),
            _times(row.to_reference),
            _times(row.to_ours),
            f"{row.cpu:.2f} s",
            _memory(row),
            f"{row.commits:,}",
            _trees(row),
        )
    for name, reason in not_measured.items():
        summary.add_row(name, f"not measured: {reason}")
    return summary


def _wall(row: Row) -> str:
    if not row.finished:
        return f"stopped after {row.wall:.0f} s"
    spread = f" ({row.fastest:.2f}–{row.slowest:.2f})" if row.runs > 1 else ""
    return f"{row.wall:.2f} s{spread}"


def _times(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def _memory(row: Row) -> str:
    """For ours, whose largest process can be git's, the Python process is named too."""
    python = f" (Python {row.python_peak_rss / MEBIBYTE:.0f})" if row.python_peak_rss else ""
    return f"{row.peak_rss / MEBIBYTE:.0f} MiB{python}"


def _trees(row: Row) -> str:
    if not row.finished or row.tool in {reference.name for reference in REFERENCES}:
        return "–"
    return f"DIFFER: {', '.join(row.differing)}" if row.differing else "equal"


def bars(rows: Sequence[Row]) -> str:
    """The first splits as a chart of wall times."""
    first = [row for row in rows if row.scenario == FIRST]
    most = max(row.prefixes for row in first)
    labels = [row.tool + (f" ({row.prefixes} of {most} folders)" if row.prefixes < most else "") for row in first]
    return bar_chart(
        "Wall time of one split, seconds (logarithmic)",
        [
            Bar(label, row.wall, _wall(row), highlighted=row.tool == OURS.name)
            for label, row in zip(labels, first, strict=True)
        ],
    )

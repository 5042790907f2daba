"""Our split and the tools people use today, on the same history, in one run: see benchmarks/README.md.

python benchmarks/split.py REPOSITORY --prefix FOLDER [--prefix FOLDER ...]
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from comparison import FIRST, Measurement, bars, summary, table
from measuring import NO_LIMIT, MeasuredCommandError, git, interruptible
from rich.console import Console
from tools import OURS, PEERS, REFERENCES, Tool, ToolResult

NEW_COMMITS = 10
progress = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Race:
    """What is split. A round runs each tool once, one after the other, each on a clone of its own.

    limit: seconds that a peer may take for one split of all prefixes.
    """

    repository: Path
    prefixes: Sequence[str]
    limit: float
    failed: dict[str, str] = field(default_factory=dict)
    """Tools that ended with an error. They are not tried again; the others go on."""

    def round(self, number: int, tools: Sequence[Tool]) -> Iterator[Measurement]:
        """Measure each tool: on a fresh clone; if it goes on from there, once more as it is, and with new commits."""
        for tool in tools:
            if (tool.once and number > 1) or tool.name in self.failed:
                continue
            with tempfile.TemporaryDirectory() as folder:
                try:
                    yield from self._turn(number, tool, Path(folder))
                except MeasuredCommandError as error:
                    if tool in (*REFERENCES, OURS):
                        raise
                    progress.print(str(error), markup=False)
                    self.failed[tool.name] = "failed"

    def _turn(self, number: int, tool: Tool, place: Path) -> Iterator[Measurement]:
        clone = place / "monorepo.git"
        git("clone", "--quiet", "--bare", "--single-branch", "--no-tags", str(self.repository), str(clone))
        first = self._measure(number, tool, FIRST, place)
        yield first
        if tool.goes_on and first.finished:
            yield self._measure(number, tool, "nothing new", place)
            add_commits(clone, self.prefixes[0])
            yield self._measure(number, tool, f"{NEW_COMMITS} new commits", place)

    def _measure(self, number: int, tool: Tool, scenario: str, place: Path) -> Measurement:
        prefixes = self.prefixes[: tool.prefixes]
        load = os.getloadavg()[0]
        outcome = tool.split(place, prefixes, self.limit if tool in PEERS else NO_LIMIT)
        usage = outcome.usage
        progress.print(f"round {number}: {tool.name}, {scenario}: {usage.wall:.2f} s, load before {load:.1f}")
        return Measurement(
            tool=tool.name,
            scenario=scenario,
            round=number,
            load=load,
            wall=usage.wall,
            cpu=usage.cpu,
            peak_rss=usage.peak_rss,
            python_peak_rss=outcome.python_peak_rss,
            finished=usage.finished,
            prefixes=len(prefixes),
            commits=commits(outcome) if tool not in REFERENCES else usage.output.count("\n"),
            differing=differing(place / "monorepo.git", prefixes, outcome) if tool not in REFERENCES else [],
        )


def commits(outcome: ToolResult) -> int:
    """The commits of all new histories together."""
    return sum(int(git("rev-list", "--count", head, directory=place)) for place, head in outcome.heads.values())


def differing(clone: Path, prefixes: Sequence[str], outcome: ToolResult) -> list[str]:
    """The prefixes whose new head does not have the very tree that the folder has in the monorepo."""
    expected = {prefix: git("rev-parse", f"HEAD:{prefix}", directory=clone) for prefix in prefixes}
    trees = {
        prefix: git("rev-parse", f"{head}^{{tree}}", directory=place) for prefix, (place, head) in outcome.heads.items()
    }
    return [prefix for prefix in prefixes if trees.get(prefix) != expected[prefix]]


def add_commits(clone: Path, prefix: str) -> None:
    """New commits on the clone's branch, each with a new file in the folder `prefix`."""
    branch = git("symbolic-ref", "HEAD", directory=clone)
    date = int(git("log", "-1", "--format=%ct", "HEAD", directory=clone))
    parent = git("rev-parse", "HEAD", directory=clone)
    stream = ""
    for number in range(1, NEW_COMMITS + 1):
        stream += (
            f"commit {branch}\nmark :{number}\ncommitter Benchmark <benchmark@example.com> {date + number} +0000\n"
        )
        stream += f"data <<END\nCommit {number}\nEND\nfrom {parent}\nM 644 inline {prefix}/benchmark-{number}.txt\n"
        stream += "data <<END\nnew\nEND\n"
        parent = f":{number}"
    git("fast-import", "--quiet", directory=clone, standard_input=stream.encode())


def warm_page_cache(repository: Path) -> None:
    """Read the packs once: the clones are hard links to them."""
    for file in Path(git("rev-parse", "--path-format=absolute", "--git-path", "objects", directory=repository)).glob(
        "pack/*"
    ):
        with file.open("rb") as pack:
            while pack.read(1 << 24):
                pass


def main() -> None:
    """Measure all that is installed, then show it."""
    interruptible()
    arguments = parse()
    chosen = [OURS, *(peer for peer in PEERS if arguments.peers is None or peer.name in arguments.peers)]
    not_measured = {tool.name: "not installed" for tool in chosen if not tool.installed()}
    tools = [*REFERENCES, *(tool for tool in chosen if tool.installed())]
    race = Race(arguments.repository.resolve(), arguments.prefix, arguments.limit)
    try:
        warm_page_cache(race.repository)
        measured = [row for number in range(1, arguments.runs + 1) for row in race.round(number, tools)]
        head, total = git("rev-parse", "HEAD", directory=race.repository), measured_commits(measured)
    except MeasuredCommandError as error:
        sys.exit(str(error))
    rows = summary(measured)
    not_measured |= race.failed
    Console(stderr=arguments.json, width=250).print(table(rows, not_measured))
    if arguments.plot:
        arguments.plot.write_text(bars(rows))
    if arguments.json:
        facts = {
            "head": head,
            "commits": total,
            "prefixes": arguments.prefix,
            "cpus": os.cpu_count(),
            "git": git("--version"),
            "python": sys.version,
            "not_measured": not_measured,
            "measurements": [asdict(row) for row in measured],
            "summary": [asdict(row) for row in rows],
        }
        print(json.dumps(facts, indent=1))


def measured_commits(measured: Sequence[Measurement]) -> int:
    """The commits of the monorepo: as many as the graph has lines."""
    return next(row.commits for row in measured if row.tool == REFERENCES[1].name)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("repository", type=Path, help="a local repository; its HEAD is split, and it is only read")
    parser.add_argument("--prefix", action="append", required=True, metavar="FOLDER", help="a folder to split; repeat")
    parser.add_argument("--runs", type=int, default=3, help="rounds (%(default)s)")
    parser.add_argument(
        "--limit", type=float, default=900, help="seconds that a peer may take for one split (%(default)s)"
    )
    parser.add_argument(
        "--peers", nargs="*", choices=[peer.name for peer in PEERS], metavar="NAME", help="only these, default all"
    )
    parser.add_argument("--json", action="store_true", help="print JSON; the table goes to standard error")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="write a plot of the first splits")
    return parser.parse_args()


if __name__ == "__main__":
    main()

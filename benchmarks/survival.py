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
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from survival_contents import contents_of, difference
from survival_plan import NAME
from survival_worlds import SurvivalWorld, start_sandbox

from sandbox.administration import add_fault, clear_faults
from sandbox.faults import Fault

progress = Console(stderr=True, highlight=False)
UP = ("up", "--yes", "--skip-preview")
MOST_UPS = 4
"""After a disturbance, `up` must end well within so many runs; people who push meanwhile may cost one more."""

FAULTS = {
    "502": Fault(kind="status", status=502),
    "answer lost": Fault(kind="reset", after=True),
    "connection reset": Fault(kind="reset"),
    "rate limit": Fault(kind="secondary_rate_limit", seconds=1),
}
MODES = {
    "GitHub": ("kill", "kill GitHub", *FAULTS, "full disk"),
    "registry": ("kill", "kill registry", "full disk"),
}
"""How an `up` is disturbed at a write, by where that write is."""


@dataclass(frozen=True)
class Phase:
    """One `up` of the migration. prepare: what happens before it: a stage is set, people commit."""

    name: str
    prepare: Callable[[SurvivalWorld], None]


@dataclass(frozen=True)
class Point:
    """One write of an undisturbed `up`. of: where it is, "GitHub" or "registry". number: from 0, in this `up`."""

    phase: str
    of: str
    number: int


@dataclass(frozen=True)
class Result:
    """One run. difference: where the world differs from the undisturbed one; "" where it does not."""

    point: Point
    mode: str
    ups: int
    seconds: float
    difference: str


def _moving(world: SurvivalWorld) -> None:
    world.set_stage("moving")


def _people(world: SurvivalWorld) -> None:
    world.commit(NAME, "engine/extra.py", "import motor\n", "Ravi")
    world.commit("engine", "theirs.py", "import acme_motor\n", "Ana")
    world.commit("site", "web/theirs.html", "<p>2</p>\n", "Ana")


def _cutover(world: SurvivalWorld) -> None:
    world.commit(NAME, "site/last.html", "<p>3</p>\n", "Ravi")
    world.set_stage("cutover")


def _archive(world: SurvivalWorld) -> None:
    world.pulumi("config", "set", "multirepo:archive", "true")


def _rollback(world: SurvivalWorld) -> None:
    world.commit("engine", "since.py", "from acme_motor import start\n", "Ana")
    world.pulumi("config", "set", "multirepo:archive", "false")
    world.set_stage("rolled_back")


PHASES = (
    Phase("first move", _moving),
    Phase("people's work", _people),
    Phase("cutover", _cutover),
    Phase("archive", _archive),
    Phase("rollback", _rollback),
    Phase("start again", _moving),
    Phase("packages", SurvivalWorld.add_packages),
)


@dataclass
class Played:
    """The undisturbed migration in one world: for each phase its writes, and what is in the world after it.

    writes: at GitHub, method and path. registry_writes: how many.
    """

    world: SurvivalWorld
    writes: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    registry_writes: dict[str, int] = field(default_factory=dict)
    contents: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def points(self) -> list[Point]:
        """All of them."""
        counts = {"GitHub": {phase: len(writes) for phase, writes in self.writes.items()}}
        counts["registry"] = self.registry_writes
        return [
            Point(phase, of, number)
            for of, phases in counts.items()
            for phase, count in phases.items()
            for number in range(count)
        ]


def play(folder: Path) -> Played:
    """Play it once, and keep the world before each `up`."""
    world = SurvivalWorld(folder)
    world.make()
    played = Played(world)
    for phase in PHASES:
        phase.prepare(world)
        world.save(phase.name)
        before = _written(world)
        world.pulumi(*UP)
        after = _written(world)
        played.writes[phase.name] = [(one.method, one.path) for one in world.writes()[before["GitHub"] :]]
        played.registry_writes[phase.name] = after["registry"] - before["registry"]
        played.contents[phase.name] = contents_of(world)
        counts = f"{len(played.writes[phase.name])} at GitHub, {played.registry_writes[phase.name]} in the registry"
        progress.print(f"{folder.name}: {phase.name}: points: {counts}")
    return played


def _written(world: SurvivalWorld) -> dict[str, int]:
    return {"GitHub": len(world.writes()), "registry": world.registry_writes() if world.has_registry else 0}


def disturbed(played: Played, point: Point, mode: str) -> Result:
    """One run."""
    started, world = time.monotonic(), played.world
    world.restore(point.phase)
    if mode in FAULTS:
        method, path = played.writes[point.phase][point.number]
        fault = Fault(**{**asdict(FAULTS[mode]), "method": method, "path": path})
        add_fault(start_sandbox(world.sandbox), "survival", fault)
        world.pulumi(*UP, check=False)
        clear_faults(start_sandbox(world.sandbox), "survival")
    else:
        _struck(world, point, mode)
    ups, told = 0, ""
    while ups < MOST_UPS:
        ups += 1
        start_sandbox(world.sandbox)
        world.pulumi("cancel", "--yes", check=False)
        done = world.pulumi(*UP, check=False)
        if done.returncode == 0:
            told = difference(played.contents[point.phase], contents_of(world))
            break
        told = f"up failed: {' '.join(done.stdout.split())[-1500:]}"
    return Result(point, mode, ups, time.monotonic() - started, told)


def _struck(world: SurvivalWorld, point: Point, mode: str) -> None:
    """Start `up`, and let it happen when the point's write is made. What was killed comes back, but for the engine."""
    wanted = _written(world)[point.of] + point.number + 1
    command = ["pulumi", *UP, "--non-interactive"]
    running = subprocess.Popen(
        command, cwd=world.checkout, env=world.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while _written(world)[point.of] < wanted and running.poll() is None:
        time.sleep(0.003)
    match mode:
        case "kill":
            running.send_signal(signal.SIGKILL)
        case "kill GitHub":
            world.kill_sandbox()
            time.sleep(0.5)
            start_sandbox(world.sandbox)
        case "kill registry":
            world.kill_registry()
            running.wait()
            world.start_registry()
        case "full disk":
            world.fill_disk()
            running.wait()
            world.empty_disk()
    running.wait()


def with_people(played: Played, seed: int) -> Result:
    """The whole migration, with people who commit to both sides at random moments. Each line must be found."""
    started, world, chance = time.monotonic(), played.world, random.Random(seed)
    world.restore(PHASES[0].name)
    lines: list[tuple[str, str]] = []
    ups = 0
    for phase in PHASES[:3]:
        phase.prepare(world)
        stop = threading.Event()
        writer = threading.Thread(target=_write_at_random, args=(world, chance, stop, lines, phase.name))
        writer.start()
        done = world.pulumi(*UP, check=False)
        stop.set()
        writer.join()
        ups += 1
        while done.returncode and ups < 3 * MOST_UPS:
            done = world.pulumi(*UP, check=False)
            ups += 1
    told = "; ".join(_lost(world, lines))
    return Result(Point("people", "GitHub", seed), "random commits", ups, time.monotonic() - started, told)


def _write_at_random(
    world: SurvivalWorld, chance: random.Random, stop: threading.Event, lines: list[tuple[str, str]], phase: str
) -> None:
    while not stop.wait(chance.uniform(0.2, 2.0)):
        number = len(lines)
        sides = [NAME] if phase == PHASES[0].name else [NAME, "engine"]
        repository = chance.choice(sides)
        path = f"engine/written/{number}.txt" if repository == NAME else f"written/{number}.txt"
        text = f"{repository} {phase} {number} {chance.random()}"
        world.commit(repository, path, f"{text}\n", chance.choice(("Ravi", "Ana", "Zoe")))
        lines.append((text, path.removeprefix("engine/")))


def _lost(world: SurvivalWorld, lines: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Lines that are not in the new repository, and that nobody told of: what came after the freezing is told."""
    warned = world.pulumi("preview", check=False)
    clone = world.folder / "people" / "engine"
    world.commit("engine", "looked.txt", "looked\n")
    late = "not carried over" in warned.stdout + warned.stderr
    monorepo = world.folder / "people" / NAME
    world.commit(NAME, "looked.txt", "looked\n")
    for text, path in lines:
        here = clone / path
        there = monorepo / "engine" / path
        if here.exists() and text in here.read_text():
            continue
        if not (late and there.exists() and text in there.read_text()):
            yield f"lost: {text}"


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

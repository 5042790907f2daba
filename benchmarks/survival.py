"""Whether a migration survives: it is killed wherever something was written, and has to end as if nothing had been.

python benchmarks/survival.py [--points N] [--modes kill …] [--people N] [--worlds N] [--results FILE]

A whole migration is played once, undisturbed: backup and first move, people's work on both sides, cutover, archive,
rollback, and the start again. Each write of it is a point. Then for a point the world is put back to where its `up`
began, that `up` is disturbed there, and `up` runs again until it ends well. What is in the world then, refs, trees,
commits, settings, rules, is compared with the undisturbed one.
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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from survival_worlds import NAME, SurvivalWorld, start_sandbox

from sandbox import process
from sandbox.administration import add_fault, clear_faults
from sandbox.faults import Fault

progress = Console(stderr=True, highlight=False)
UP = ("up", "--yes", "--skip-preview")
MOST_UPS = 4
"""After a disturbance, `up` must end well within so many runs; people who push meanwhile may cost one more."""

MODES: dict[str, Fault | None] = {
    "kill": None,
    "kill GitHub": None,
    "502": Fault(kind="status", status=502),
    "answer lost": Fault(kind="reset", after=True),
    "connection reset": Fault(kind="reset"),
    "rate limit": Fault(kind="secondary_rate_limit", seconds=1),
}


@dataclass(frozen=True)
class Phase:
    """One `up` of the migration. prepare: what happens before it: a stage is set, people commit."""

    name: str
    prepare: Callable[[SurvivalWorld], None]


@dataclass(frozen=True)
class Result:
    """One run. difference: where the world differs from the undisturbed one; "" where it does not."""

    phase: str
    point: int
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
)


@dataclass
class Played:
    """The undisturbed migration in one world: for each phase its writes, and what is in the world after it."""

    world: SurvivalWorld
    writes: dict[str, list[tuple[str, str]]]
    contents: dict[str, dict[str, Any]]


def play(folder: Path) -> Played:
    """Play it once, and keep the world before each `up`."""
    world = SurvivalWorld(folder)
    world.make()
    played = Played(world, {}, {})
    for phase in PHASES:
        phase.prepare(world)
        settings = (world.checkout / "Pulumi.survival.yaml").read_text()
        world.save(phase.name)
        (folder / "saved" / phase.name / "settings.yaml").write_text(settings)
        before = len(world.writes())
        world.pulumi(*UP)
        played.writes[phase.name] = [(one.method, one.path) for one in world.writes()[before:]]
        played.contents[phase.name] = world.contents()
        progress.print(f"{folder.name}: {phase.name}: {len(played.writes[phase.name])} points")
    return played


def disturbed(played: Played, phase: str, point: int, mode: str) -> Result:
    """One run. point: from 0, of the phase's writes."""
    started, world = time.monotonic(), played.world
    world.restore(phase)
    (world.checkout / "Pulumi.survival.yaml").write_text((world.folder / "saved" / phase / "settings.yaml").read_text())
    running = start_sandbox(world.sandbox)
    fault = MODES[mode]
    if fault:
        method, path = played.writes[phase][point]
        add_fault(running, "survival", Fault(**{**asdict(fault), "method": method, "path": path}))
        world.pulumi(*UP, check=False)
        clear_faults(start_sandbox(world.sandbox), "survival")
    else:
        _killed(world, point + 1, github=mode == "kill GitHub")
    ups, told = 0, ""
    while ups < MOST_UPS:
        ups += 1
        start_sandbox(world.sandbox)
        world.pulumi("cancel", "--yes", check=False)
        done = world.pulumi(*UP, check=False)
        if done.returncode == 0:
            told = difference(played.contents[phase], world.contents())
            break
        told = f"up failed: {' '.join(done.stdout.split())[-1500:]}"
    return Result(phase, point, mode, ups, time.monotonic() - started, told)


def _killed(world: SurvivalWorld, writes: int, github: bool) -> None:
    """Start `up`; when GitHub has answered so many writes, kill the engine, or GitHub, which then comes back."""
    wanted = len(world.writes()) + writes
    command = ["pulumi", *UP, "--non-interactive"]
    running = subprocess.Popen(
        command, cwd=world.checkout, env=world.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while len(world.writes()) < wanted and running.poll() is None:
        time.sleep(0.003)
    if github:
        world.kill_sandbox()
        time.sleep(0.5)
        start_sandbox(world.sandbox)
    else:
        running.send_signal(signal.SIGKILL)
    running.wait()


def difference(expected: dict[str, Any], found: dict[str, Any], where: str = "") -> str:
    """The first places that differ."""
    if isinstance(expected, dict) and isinstance(found, dict):
        told = [
            difference(expected.get(key), found.get(key), f"{where}/{key}")  # type: ignore[arg-type]
            for key in sorted(expected.keys() | found.keys())
            if expected.get(key) != found.get(key)
        ]
        return "; ".join(told[:3])
    return f"{where}: {json.dumps(expected, default=str)[:400]} became {json.dumps(found, default=str)[:400]}"


def with_people(played: Played, seed: int) -> Result:
    """The whole migration, with people who commit to both sides at random moments. Each line must be found."""
    started, world, chance = time.monotonic(), played.world, random.Random(seed)
    world.restore(PHASES[0].name)
    settings = world.folder / "saved" / PHASES[0].name / "settings.yaml"
    (world.checkout / "Pulumi.survival.yaml").write_text(settings.read_text())
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
    return Result("people", seed, "random commits", ups, time.monotonic() - started, told)


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


def work(
    folder: Path, jobs: list[tuple[float, str]], points: int, modes: Sequence[str], people: Sequence[int]
) -> Iterator[Result]:
    """One world's share: jobs are (place among all points from 0 to 1, mode)."""
    played = play(folder)
    every = [(phase, point) for phase, writes in played.writes.items() for point in range(len(writes))]
    progress.print(f"{folder.name}: {len(every)} points in all")
    for share, mode in jobs:
        phase, point = every[min(int(share * len(every)), len(every) - 1)]
        yield disturbed(played, phase, point, mode)
    for seed in people:
        yield with_people(played, seed)
    process.stop(played.world.sandbox)


def table_of(results: Sequence[Result]) -> Table:
    """A line for each phase and mode."""
    table = Table("phase", "mode", box=box.MARKDOWN)
    for title in ("runs", "differences", "most ups"):
        table.add_column(title, justify="right")
    for phase, mode in dict.fromkeys(
        (one.phase, one.mode) for one in sorted(results, key=lambda one: (one.phase, one.mode))
    ):
        ours = [one for one in results if (one.phase, one.mode) == (phase, mode)]
        bad = sum(bool(one.difference) for one in ours)
        table.add_row(phase, mode, str(len(ours)), str(bad), str(max(one.ups for one in ours)))
    return table


def main() -> int:
    """Run, print the table; exit code 1 when a world came out different."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=40, help="how many runs are disturbed, spread over all points")
    parser.add_argument("--modes", nargs="+", choices=list(MODES), default=list(MODES), help="how, by turns")
    parser.add_argument("--people", type=int, default=2, help="how many runs have people commit at random moments")
    parser.add_argument("--worlds", type=int, default=2, help="how many run side by side")
    parser.add_argument("--results", type=Path, help="a file that gets a line of JSON for each run")
    arguments = parser.parse_args()
    jobs = [
        ((number + 0.5) / arguments.points, arguments.modes[number % len(arguments.modes)])
        for number in range(arguments.points)
    ]
    random.Random(1).shuffle(jobs)  # so that a run that is stopped has looked everywhere
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(arguments.worlds) as pool:

        def share(number: int) -> None:
            people = range(number, arguments.people, arguments.worlds)
            ours = jobs[number :: arguments.worlds]
            for result in work(Path(scratch, f"world-{number}"), ours, arguments.points, arguments.modes, people):
                results.append(result)
                told = f"{result.phase} {result.point} {result.mode}: {result.difference or 'same'}"
                progress.print(f"{told} ({result.seconds:.0f} s)", markup=False)
                if arguments.results:
                    with arguments.results.open("a") as file:
                        file.write(json.dumps(asdict(result)) + "\n")

        list(pool.map(share, range(min(arguments.worlds, max(1, arguments.points)))))
    Console(width=160).print(table_of(results))
    counts = Counter(bool(one.difference) for one in results)
    print(f"{sum(counts.values())} runs, {counts[True]} differences")
    return 1 if counts[True] else 0


if __name__ == "__main__":
    sys.exit(main())

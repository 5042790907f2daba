"""A migration that is played without a fault, and then again with one fault at one of its writes."""

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from survival_contents import contents_of, difference
from survival_plan import NAME
from survival_worlds import SurvivalWorld, start_sandbox

from sandbox.daemon.administration import add_fault, clear_faults
from sandbox.network.faults import Fault

progress = Console(stderr=True, highlight=False)
UP = ("up", "--yes", "--skip-preview")
MOST_UPS = 4
"""After a fault, `up` must end well within so many runs; people who push meanwhile may cost one more."""

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
"""Which fault is injected at a write, by where that write is."""


@dataclass(frozen=True)
class Phase:
    """One `up` of the migration. prepare: what happens before it: a stage is set, people commit."""

    name: str
    prepare: Callable[[SurvivalWorld], None]


@dataclass(frozen=True)
class Point:
    """One write of an `up` without a fault. of: where it is, "GitHub" or "registry". number: from 0, in this `up`."""

    phase: str
    of: str
    number: int


@dataclass(frozen=True)
class Result:
    """One run. difference: where the world differs from the one without a fault; "" where it does not."""

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
    """The migration without a fault in one world: for each phase its writes, and what is in the world after it.

    writes: on GitHub, method and path. registry_writes: how many.
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
        before = _write(world)
        world.pulumi(*UP)
        after = _write(world)
        played.writes[phase.name] = [(request.method, request.path) for request in world.writes()[before["GitHub"] :]]
        played.registry_writes[phase.name] = after["registry"] - before["registry"]
        played.contents[phase.name] = contents_of(world)
        counts = f"{len(played.writes[phase.name])} on GitHub, {played.registry_writes[phase.name]} in the registry"
        progress.print(f"{folder.name}: {phase.name}: points: {counts}")
    return played


def _write(world: SurvivalWorld) -> dict[str, int]:
    return {"GitHub": len(world.writes()), "registry": world.registry_writes() if world.has_registry else 0}


def run_with_fault(played: Played, point: Point, mode: str) -> Result:
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
    ups, outcome = 0, ""
    while ups < MOST_UPS:
        ups += 1
        start_sandbox(world.sandbox)
        world.pulumi("cancel", "--yes", check=False)
        done = world.pulumi(*UP, check=False)
        if done.returncode == 0:
            outcome = difference(played.contents[point.phase], contents_of(world))
            break
        outcome = f"up failed: {' '.join((done.stdout + done.stderr).split())[-1500:]}"
    return Result(point, mode, ups, time.monotonic() - started, outcome)


def _struck(world: SurvivalWorld, point: Point, mode: str) -> None:
    """Start `up`, and let it happen when the point's write is made. What was killed comes back, but for the engine."""
    expected_writes = _write(world)[point.of] + point.number + 1
    command = ["pulumi", *UP, "--non-interactive"]
    running = subprocess.Popen(
        command, cwd=world.checkout, env=world.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while _write(world)[point.of] < expected_writes and running.poll() is None:
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
            world.repair_state()
    running.wait()

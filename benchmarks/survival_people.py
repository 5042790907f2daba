"""A migration with people who commit to both sides at random moments."""

import random
import threading
import time
from collections.abc import Iterator, Sequence

from survival_plan import NAME
from survival_runs import MOST_UPS, PHASES, UP, Played, Point, Result
from survival_worlds import SurvivalWorld


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

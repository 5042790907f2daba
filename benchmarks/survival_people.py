"""A migration, taken back and begun again, with people who commit to both sides at random moments."""

import random
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial

from survival_plan import NAME
from survival_runs import MOST_UPS, PHASES, UP, Played, Point, Result
from survival_worlds import SurvivalWorld

LEDGER = "ledger.txt"
"""A file that everybody writes in: people of the monorepo on top, those of the new repository at the end."""
BETWEEN = "between\n" * 10


def with_people(played: Played, seed: int) -> Result:
    """All `up`s to the second start, while people commit at random moments. At the end each line is there, once."""
    started, world, chance = time.monotonic(), played.world, random.Random(seed)
    world.restore(PHASES[0].name)
    world.commit(NAME, f"engine/{LEDGER}", BETWEEN)
    lines: list[tuple[str, str]] = []
    ups = 0
    for phase in PHASES[:6]:
        phase.prepare(world)
        stop = threading.Event()
        sides = [NAME] if phase is PHASES[0] else [NAME, "engine"]
        writer = threading.Thread(target=_write_at_random, args=(world, chance, stop, lines, sides))
        writer.start()
        ups += _up(world, 1)
        stop.set()
        writer.join()
        ups += _up(world, 3 * MOST_UPS)
    difference = "; ".join(_lost_or_doubled(world, lines))
    return Result(Point("people", "GitHub", seed), "random commits", ups, time.monotonic() - started, difference)


def _up(world: SurvivalWorld, most: int) -> int:
    """`up` until it ends well, at most so many times; how often it was."""
    for attempt in range(1, most + 1):
        if world.pulumi(*UP, check=False).returncode == 0:
            return attempt
    return most


def _write_at_random(
    world: SurvivalWorld,
    chance: random.Random,
    stop: threading.Event,
    lines: list[tuple[str, str]],
    sides: Sequence[str],
) -> None:
    """Append to lines what was pushed: the path in the new repository, and the line."""
    while not stop.wait(chance.uniform(0.2, 2.0)):
        repository, author = chance.choice(sides), chance.choice(("Ravi", "Ana", "Zoe"))
        line = f"{repository} {len(lines)} {chance.random()}\n"
        path = chance.choice((LEDGER, f"written/{len(lines)}.txt"))
        folder, position = ("engine/", "top") if repository == NAME else ("", "end")
        try:
            world.edit(repository, folder + path, partial(_with_line, line, position), author)
        except subprocess.CalledProcessError:
            continue  # archived: nobody's line got in
        lines.append((path, line))


def _with_line(line: str, position: str, text: str) -> str:
    return line + text if position == "top" else text + line


def _lost_or_doubled(world: SurvivalWorld, lines: Sequence[tuple[str, str]]) -> Iterator[str]:
    world.commit("engine", "looked.txt", "looked\n")
    for path, line in lines:
        file = world.folder / "people" / "engine" / path
        times = file.read_text().count(line) if file.exists() else 0
        if times != 1:
            yield f"{times} times: {path}: {line.strip()}"

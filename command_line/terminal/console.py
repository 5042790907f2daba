"""What a person sees: on standard error, so that standard output holds the result alone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

console = Console(stderr=True, highlight=False)
SECONDS_BETWEEN_LINES = 10
"""Where bars cannot move, as in the log of a CI job, a long step says this often how far it is."""


def print_message(message: str) -> None:
    """One paragraph for the person, as it stands: paths and commands stay whole."""
    console.print(message, markup=False, soft_wrap=True)


class Steps:
    """A list of steps with a bar each; the one at work is shown moving, the ended ones stay with their time."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    @contextmanager
    def step(self, title: str) -> Iterator["Step"]:
        """One step from start to end."""
        task = self._progress.add_task(title, total=None, detail="")
        started = time.monotonic()
        yield Step(self._progress, task, title)
        self._progress.update(task, total=1, completed=1)
        if not console.is_terminal:
            print_message(f"✓ {title} ({time.monotonic() - started:.1f} s)")


class Step:
    """The handle of a running step."""

    def __init__(self, progress: Progress, task: TaskID, title: str) -> None:
        self._progress, self._task, self._title = progress, task, title
        self._told = time.monotonic()

    def say(self, detail: str, share: float | None = None) -> None:
        """What is being done now, and the share done (0 to 1) where it is known."""
        self._progress.update(self._task, detail=detail, total=None if share is None else 1, completed=share or 0)
        if not console.is_terminal and time.monotonic() - self._told >= SECONDS_BETWEEN_LINES:
            self._told = time.monotonic()
            print_message(f"… {self._title}: {detail}{'' if share is None else f' ({share:.0%})'}")

    def count(self, detail: str, done: int, total: int) -> None:
        """The same with counted things; total 0 when it is not known."""
        counted = f"{done:,} of {total:,}" if total else f"{done:,}"
        self.say(f"{detail} {counted}", done / total if total else None)


@contextmanager
def steps() -> Iterator[Steps]:
    """Show steps while the block runs."""
    columns = (
        SpinnerColumn(finished_text="[green]✓[/green]"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[detail]}[/dim]"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Steps(progress)

"""What a person sees: on standard error, so that standard output holds the result alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

console = Console(stderr=True, highlight=False)


def tell(message: str) -> None:
    """One line for the person."""
    console.print(message)


class Steps:
    """A list of steps with a bar each; the one at work is shown moving, the ended ones stay with their time."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    @contextmanager
    def step(self, title: str) -> Iterator["Step"]:
        """One step from start to end."""
        task = self._progress.add_task(title, total=None, detail="")
        yield Step(self._progress, task)
        self._progress.update(task, total=1, completed=1)
        if not console.is_terminal:
            # Without a terminal there is no moving bar: say what ended, for logs.
            elapsed = self._progress.tasks[task].finished_time or 0
            detail = self._progress.tasks[task].fields["detail"]
            console.print(f"✓ {title} ({elapsed:.1f} s){f': {detail}' if detail else ''}", markup=False)


class Step:
    """The handle of a running step."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def say(self, detail: str, share: float | None = None) -> None:
        """What is being done now, and the share done (0 to 1) where it is known."""
        self._progress.update(self._task, detail=detail, total=None if share is None else 1, completed=share or 0)

    def count(self, detail: str, done: int, total: int) -> None:
        """The same with counted things; total 0 when it is not known."""
        self.say(
            f"{detail} {done:,}" if not total else f"{detail} {done:,} of {total:,}",
            done / total if total else None,
        )


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

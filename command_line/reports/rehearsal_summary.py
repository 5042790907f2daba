"""The result of a rehearsal: text for a person, a picture of it, or JSON."""

import io
import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from command_line.pulumi_cli.environment import SOURCE_FILE
from command_line.stack.stack import DEV
from components.stack.settings import PROJECT, TOKEN_VARIABLE
from migration.desired_state.code_selection import FolderMove
from migration.split.workspace import SplitHistory
from migration.verification.harness.check import Outcome
from migration.verification.report.record import Verification

PICTURE_WIDTH = 128
"""Columns: the longest line of the sample's rehearsal."""


@dataclass(frozen=True, kw_only=True)
class MovedRepository:
    """One repository after the run. head and vendor_head: None while the branch does not exist."""

    name: str
    clone_url: str
    head: str | None
    vendor_head: str | None
    history: SplitHistory | None
    moves: tuple[FolderMove, ...]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One rehearsal. monorepo: as its user named it. changes: Pulumi's operation to how many. seconds: wall time."""

    stack: str
    monorepo_name: str
    monorepo: str
    monorepo_head: str
    changes: Mapping[str, int]
    changed: bool
    repositories: tuple[MovedRepository, ...]
    seconds: float
    git_settings: Path
    verification: Verification | None = None
    report: Path | None = None


def print_json(summary: Summary) -> None:
    """The summary as one JSON object."""
    document = {
        "monorepo": {"path": summary.monorepo, "head": summary.monorepo_head},
        "changed": summary.changed,
        "repositories": [_entry(moved) for moved in summary.repositories],
    }
    if summary.verification:
        document |= {"verified": summary.verification.holds, "report": str(summary.report)}
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def _entry(moved: MovedRepository) -> dict[str, Any]:
    history = moved.history
    return {
        "name": moved.name,
        "clone_url": moved.clone_url,
        "token_env": TOKEN_VARIABLE,
        "head": moved.head,
        "vendor_head": moved.vendor_head,
        "moved_head": history.head if history else None,
        "commits": history.commits if history else 0,
        "merges": history.merges if history else 0,
        "tags": len(history.tags) if history else 0,
        "moves": [{"from": move.source, "to": move.target} for move in moved.moves],
    }


def print_summary(summary: Summary) -> None:
    """The summary for a person: what is where, how to look at it, what to try next."""
    _print_on(Console(highlight=False, soft_wrap=True), summary)


def draw_summary(summary: Summary, file: Path) -> None:
    """The same as a picture (SVG), for documentation: paths of this machine are shown below ~/multirepo."""
    console = Console(file=io.StringIO(), record=True, width=PICTURE_WIDTH, highlight=False, force_terminal=True)
    console.print("$ ./multirepo rehearse", markup=False)
    _print_on(console, summary, lambda line: line.replace(str(PROJECT), "~/multirepo"))
    console.save_svg(str(file), title="A migration on this machine", unique_id="rehearsal")


def _print_on(console: Console, summary: Summary, shorten: Callable[[str], str] = str) -> None:
    def say(line: object) -> None:
        console.print(shorten(f"  {line}"), markup=False, soft_wrap=True)

    console.print()
    console.print(_table(summary.repositories))
    console.print("\n[bold]Look at them[/bold]")
    for moved in summary.repositories:
        say(clone_command(moved.clone_url, summary.git_settings))
    what = _in_words(summary.changes) if summary.changed else "Nothing changed"
    source = f"{summary.monorepo_name} at {summary.monorepo_head[:12]}, stack {summary.stack}"
    console.print(f"\n[bold]{what}.[/bold] {source}, {summary.seconds:.1f} s.")
    if summary.verification:
        console.print(f"\n[bold]{in_words(summary.verification)}[/bold]")
        say(summary.report)
    console.print("\n[bold]Next[/bold]")
    for line in _next_steps(summary):
        say(line)


def _table(repositories: Sequence[MovedRepository]) -> Table:
    table = Table("repository", box=None, pad_edge=False)
    for figure in ("commits", "merges", "tags", "authors", "files"):
        table.add_column(figure, justify="right")
    table.add_column("head")
    for moved in repositories:
        table.add_row(moved.name, *_figures(moved.history), (moved.head or "–")[:12])
    return table


def _figures(history: SplitHistory | None) -> tuple[str, ...]:
    if history is None:
        return ("–",) * 5
    counts = (history.commits, history.merges, len(history.tags), history.authors, history.files)
    return tuple(f"{count:,}" for count in counts)


def clone_command(url: str, git_settings: Path) -> str:
    """A `git clone` that works as it stands, and whose clone can fetch and push."""
    return f"git clone -c {shlex.quote(f'include.path={git_settings}')} {url}"


def in_words(verification: Verification) -> str:
    """One line: how many checks pass, and when they ran."""
    words = {Outcome.PASSES: "passed", Outcome.FAILS: "failed", Outcome.SKIPPED: "skipped"}
    counts = {word: verification.counted(outcome) for outcome, word in words.items()}
    results = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    verdict = "Verified." if verification.holds else "Not verified."
    return f"{verdict} {len(verification.verdicts)} checks: {results}; run at {verification.seen_at}."


def _in_words(changes: Mapping[str, int]) -> str:
    past = {
        "create": "created",
        "update": "updated",
        "import": "adopted",
        "delete": "deleted",
        "same": "unchanged",
    }
    return ", ".join(f"{count} {past.get(operation, operation)}" for operation, count in changes.items() if count)


def _next_steps(summary: Summary) -> tuple[str, ...]:
    shell = "./multirepo shell" + ("" if summary.stack == DEV else f" --stack {summary.stack}")
    return (
        f"source {shlex.quote(str(SOURCE_FILE))} && pulumi preview   # or: {shell}",
        f"commit something in {summary.monorepo} and rehearse again: only that is synced",
        "./multirepo sandbox status   # where the sandbox listens, and its request log",
    )

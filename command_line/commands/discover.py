"""`./multirepo discover`: previous paths of the plan's folders, as YAML for the plan."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from command_line.stack.monorepo_and_split import present_monorepo
from command_line.stack.stack import Stack, stack_for
from command_line.terminal.console import steps
from command_line.terminal.options import MonorepoOption, PlanOption
from components.stack.locations import selections_of
from components.stack.settings import Settings
from migration.desired_state import Stage, desired_state
from migration.desired_state.code_selection import FolderMove, PreviousPath
from migration.discovery.earlier_names import Discovery
from migration.discovery.earlier_names import discover as find_earlier_names
from migration.discovery.line_survival import LineSurvival, measure_lines
from migration.discovery.origins import Kind, Origin
from migration.discovery.tag_proposals import propose_tag_rules
from migration.monorepo.source import open_monorepo
from migration.plan import Plan, read_plan

TABLE_WIDTH = 240
Findings = Sequence[tuple[Discovery, LineSurvival]]
TagRules = Sequence[dict[str, str]]


def discover(
    monorepo: MonorepoOption = None,
    plan: PlanOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Find previous paths of the plan's folders, and their effect on git blame. Read-only."""
    stack = stack_for(monorepo, plan)
    read = read_plan(stack.plan_file)
    selections = selections_of(desired_state(read, {wave.name: Stage.MOVING for wave in read.waves}))
    branch = f"refs/heads/{read.monorepo.default_branch}"
    with steps() as progress, tempfile.TemporaryDirectory() as workspace:
        with progress.step("monorepo"):
            source = present_monorepo(_settings(stack))
        with progress.step("earlier names") as step:
            found = find_earlier_names(source, branch, selections, Path(workspace), step.count)
        with progress.step("git blame") as step:
            measured = measure_lines(source, branch, selections, found, Path(workspace), step.count)
        rules = None if _has_tag_rules(read) else propose_tag_rules(open_monorepo(source, branch).tags, selections)
    findings = list(zip(found, measured, strict=True))
    (_print_json if as_json else _print_report)(findings, rules or [])


def _has_tag_rules(plan: Plan) -> bool:
    return plan.defaults.tags is not None or any(repository.tags is not None for repository in plan.repositories)


def _settings(stack: Stack) -> Settings:
    """The stack's settings without its GitHub, which is not queried and need not run."""
    return Settings.from_config(lambda key: "http://127.0.0.1" if key == "github" else stack.setting(key), stack.name)


def _print_json(findings: Findings, tag_rules: TagRules) -> None:
    document = [
        {
            "repository": discovery.repository,
            "folder": discovery.move.source,
            "moves": [move_entry(move) for move in discovery.moves],
            "changed": discovery.found,
            "origins": [asdict(origin) for origin in discovery.origins],
            "namesakes": [asdict(namesake) for namesake in discovery.namesakes],
            "commits": discovery.commits,
            "proposed_commits": discovery.proposed_commits,
            "lines": asdict(lines),
        }
        for discovery, lines in findings
    ]
    typer.echo(json.dumps({"moves": document, "tags": tag_rules}, indent=2))


def _print_report(findings: Findings, tag_rules: TagRules) -> None:
    # Paths are to be copied: better a line too long for the terminal than a path in two.
    console = Console(highlight=False, soft_wrap=True, width=TABLE_WIDTH)
    for discovery, _ in findings:
        for line in _evidence(discovery):
            console.print(line.encode(errors="replace").decode(), markup=False)  # a name need not be UTF-8
    console.print(_table(findings))
    console.print(
        "\nThe share of lines for which git blame names the commit that it names in the monorepo.",
        markup=False,
    )
    changed = list(dict.fromkeys(discovery.repository for discovery, _ in findings if discovery.found))
    if not changed and not tag_rules:
        console.print("\n[bold]Nothing to add to the plan.[/bold]")
        return
    moves = {
        name: [
            move_entry(move) for discovery, _ in findings if discovery.repository == name for move in discovery.moves
        ]
        for name in changed
    }
    console.print("\n[bold]For the plan, when you agree[/bold] (each list in place of the repository's `moves`)\n")
    document: dict[str, Any] = {"defaults": {"tags": tag_rules}} if tag_rules else {}
    if moves:
        document["repositories"] = [{"name": name, "moves": entries} for name, entries in moves.items()]
    console.print(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120), markup=False, end="")


def _table(findings: Findings) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("repository", "folder"):
        table.add_column(name, overflow="fold")
    for figure in ("commits", "as below", "blame as planned", "as below", "lines seen", "of"):
        table.add_column(figure, justify="right", no_wrap=True)
    for discovery, lines in findings:
        proposed = f"{lines.proposed:.1%}" if discovery.found else "–"
        counts = f"{lines.lines:,}", f"{lines.all_lines:,}"
        commits = f"{discovery.commits:,}", f"{discovery.proposed_commits:,}" if discovery.found else "–"
        figures = *commits, f"{lines.planned:.1%}", proposed, *counts
        table.add_row(discovery.repository, escape(discovery.move.source), *figures)
    return table


def _evidence(discovery: Discovery) -> list[str]:
    """Lines for a person; none when there is nothing to say."""
    lines = [_sentence(origin, discovery.move) for origin in discovery.origins]
    lines += [
        f"  ! until {namesake.commit[:10]}, when most of it went to {namesake.destination or 'several folders'}, "
        f"{discovery.move.source} was something else, whose history comes along"
        for namesake in discovery.namesakes
    ]
    return [f"{discovery.repository}: {discovery.move.source}", *lines, ""] if lines else []


def _sentence(origin: Origin, move: FolderMove) -> str:
    proposed = origin.kind is not Kind.PART and not origin.obstacle
    mark = "  ✓" if proposed else "  ·"
    what = {
        Kind.EARLIER: f"{origin.source} became {origin.folder}",
        Kind.JOINED: f"{origin.source} joined {'/'.join(filter(None, (origin.folder, origin.inner)))}",
        Kind.PART: f"a part of {origin.source} became {origin.folder}",
    }[origin.kind]
    if origin.parents:
        what += f" ({origin.parents[0]} became {origin.parents[1]})"
    if origin.source in move.names[1:]:
        what += ", as the plan says"
    if origin.obstacle:
        what += f"; not proposed: {origin.obstacle}"
    figures = f"{origin.files:,} files, {origin.similarity}% alike: {origin.share:.0%} of the folder's files"
    figures += f" and {origin.share_of_source:.0%} of the other's"
    return f"{mark} {what}\n      {origin.commit[:10]} {origin.date} {origin.subject}\n      {figures}"


def _path(path: str | PreviousPath) -> str | dict[str, str]:
    if isinstance(path, str):
        return path
    limit = {"until": path.until} if path.until else {"joined_by": path.joined_by}
    return {"path": path.path or ".", **limit}


def move_entry(move: FolderMove) -> dict[str, Any]:
    """A move as the plan writes it."""
    entry: dict[str, Any] = {"from": move.source or ".", "to": move.target or "."}
    if move.earlier:
        entry["earlier"] = [_path(path) for path in move.earlier]
    if move.exclude:
        entry["exclude"] = list(move.exclude)
    return entry

"""`./multirepo init`: a first plan for a monorepo, in a folder of the user's own."""

import shlex
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from command_line.commands.discover import move_entry
from command_line.terminal.console import steps
from command_line.terminal.failures import CommandError
from components.stack.locations import selections_of
from migration.desired_state import Stage, desired_state
from migration.discovery.earlier_names import discover
from migration.drafting.draft import draft_repositories
from migration.drafting.head_tree import read_head
from migration.drafting.plan_text import Draft
from migration.drafting.projects import find_projects
from migration.git.remote import Remote
from migration.monorepo.completeness import demand_complete
from migration.monorepo.fetch import fetched, is_address, validate_monorepo
from migration.monorepo.source import open_monorepo
from migration.plan import read_plan

PLAN = "migration.yaml"


def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the plan is written; made when missing.")],
    monorepo: Annotated[str, typer.Option("--monorepo", metavar="PATH_OR_URL", help="Your monorepo.")],
) -> None:
    """Draft a plan from the files of a monorepo: repositories, packages, waves, tags, teams. Never replaces a plan."""
    validate_monorepo(monorepo)
    plan_file = folder / PLAN
    if plan_file.exists():
        raise CommandError(f"{plan_file}: Already exists. Choose another folder, or remove it.")
    with tempfile.TemporaryDirectory() as workspace:
        draft = _draft(monorepo, Path(workspace))
    folder.mkdir(parents=True, exist_ok=True)
    plan_file.write_text(draft.text, encoding="utf-8")
    count = len(draft.repositories)
    typer.echo(f"{plan_file}: {count} {'repository' if count == 1 else 'repositories'}.")
    typer.echo("Next: read it, then")
    options = f"--monorepo {shlex.quote(monorepo)} --plan {shlex.quote(str(plan_file))}"
    triage = f" --triage {shlex.quote(str(folder / 'secrets.yaml'))}"
    for command, more in (("preflight", triage), ("rehearse", "")):
        typer.echo(f"  ./multirepo {command} {options}{more}")


def _draft(monorepo: str, workspace: Path) -> Draft:
    """Raises SplitError, and CommandError where nothing in the monorepo looks like a repository."""
    with steps() as progress:
        with progress.step("monorepo"):
            source, branch = Path(monorepo).expanduser().absolute(), ""
            if is_address(monorepo):
                source = fetched(monorepo, workspace / "monorepo.git", None)
                branch = Remote(url=monorepo).default_branch()
            demand_complete(source)
            tree = read_head(source, branch)
            tags = sorted(open_monorepo(source, f"refs/heads/{tree.branch}").tags)
        with progress.step("projects"):
            repositories = draft_repositories(tree, find_projects(tree), tags)
        if not repositories:
            raise CommandError(
                f"{monorepo}: No folder has a manifest, a Dockerfile or a README of its own. Write a plan by hand: "
                "README.md shows the shortest one."
            )
        name = Path(monorepo.rstrip("/")).name.removesuffix(".git") or "monorepo"
        draft = Draft(name, tree, repositories, {})
        with progress.step("earlier names") as step:
            moves = _with_earlier_names(draft, source, workspace, step.count)
    return Draft(name, tree, repositories, moves)


def _with_earlier_names(draft: Draft, source: Path, workspace: Path, progress: Any) -> dict[str, list[dict[str, Any]]]:
    """The moves that `discover` proposes, of the repositories where it finds previous paths."""
    first = workspace / PLAN
    first.write_text(draft.text, encoding="utf-8")
    plan = read_plan(first)
    selections = selections_of(desired_state(plan, {wave.name: Stage.MOVING for wave in plan.waves}))
    found = discover(source, f"refs/heads/{draft.tree.branch}", selections, workspace / "split", progress)
    changed = {discovery.repository for discovery in found if discovery.found}
    return {
        name: [
            {key: value for key, value in move_entry(move).items() if key != "exclude"}
            for discovery in found
            if discovery.repository == name
            for move in discovery.moves
        ]
        for name in changed
    }

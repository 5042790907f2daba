"""What stands on the page, and the page itself. Pure, but for the screenshots that it takes in."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2

from migration.plan import Plan, Wave
from migration.split.workspace import SplitHistory
from migration.verification.harness.check import Outcome, Verdict
from migration.verification.report.pictures import after, before
from migration.verification.report.record import Verification

NEXT = {
    "planned": "Set it to moving: its repositories are made, and the monorepo stays the truth.",
    "moving": "Work in both places while `pulumi up` syncs new commits; then set it to cutover.",
    "cutover": "Done: the new repositories are the truth. The way back is rolled_back.",
    "rolled_back": "Fix what was wrong, and set it to moving again.",
}


@dataclass(frozen=True, kw_only=True)
class RepositoryRow:
    """One repository. url: for people. history: what came along; None for one that is born here."""

    name: str
    url: str
    description: str
    wave: str
    history: SplitHistory | None


@dataclass(frozen=True, kw_only=True)
class ReportData:
    """Where the migration is. stages: wave to stage. stack: for the commands that come next."""

    plan: Plan
    stages: Mapping[str, str]
    repositories: Sequence[RepositoryRow]
    verification: Verification
    monorepo_head: str
    stack: str


def page(standing: ReportData) -> str:
    """One HTML document with everything in it: no script, no address that is loaded."""
    template = _environment().get_template("page.html.jinja")
    verification = standing.verification
    return template.render(
        plan=standing.plan,
        title=f"{standing.plan.monorepo.name}: the migration",
        stack=standing.stack,
        head=standing.monorepo_head,
        waves=[_wave(wave, standing) for wave in standing.plan.waves],
        repositories=standing.repositories,
        before=before(standing.plan),
        after=after(standing.plan),
        verification=verification,
        parts=_parts(verification),
        counts={outcome.value: verification.counted(outcome) for outcome in Outcome},
        marks={Outcome.PASSES: "✓", Outcome.FAILS: "✗", Outcome.SKIPPED: "?"},
        proof=[verdict for verdict in verification.verdicts if verdict.part == "History"],
        shots=_screenshots(verification),
    )


def _wave(wave: Wave, standing: ReportData) -> dict[str, object]:
    stage = standing.stages.get(wave.name, "planned")
    names = [repository.name for repository in standing.repositories if repository.wave == wave.name]
    return {"wave": wave, "stage": stage, "repositories": names, "next": NEXT.get(stage, "")}


def _parts(verification: Verification) -> dict[str, list[Verdict]]:
    parts: dict[str, list[Verdict]] = {}
    for verdict in verification.verdicts:
        parts.setdefault(verdict.part, []).append(verdict)
    return parts


def _screenshots(verification: Verification) -> list[tuple[str, str]]:
    """Title and data address of each, once: several checks may rest on the same run."""
    found = {title: path for verdict in verification.verdicts for title, path in verdict.screenshots.items()}
    return [(title, _embed(Path(path))) for title, path in found.items() if Path(path).exists()]


def _embed(picture: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )

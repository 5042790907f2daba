"""The preflight within the stack's program: warnings are told, a refusal ends the run before anything is made."""

from collections.abc import Sequence
from pathlib import Path

import pulumi

from components.github.inventory import GitHubInventory, existing_at_github, recognised
from components.github.request_budget import beyond_the_limit, budget_of
from components.github.requirements import GitHubRequirements, unmet
from components.github.server_facts import server_facts
from components.stack.plain_errors import tell_progress
from components.stack.settings import Settings
from engine import ensure_secret_scanner
from migration.errors import PreflightError
from migration.plan import Plan
from migration.preflight import Finding, PreflightReport, Severity, in_lines, preflight
from migration.split.splitting import Split


def look_through(split: Split, monorepo: Path, plan: Plan) -> PreflightReport:
    """What the histories hold. Costs nothing where the same split was looked through before.

    Raises CodeMoveError, EngineError.
    """
    scanner = ensure_secret_scanner(lambda message, _: pulumi.log.info(message, ephemeral=True))
    return preflight(split, monorepo, plan, scanner, tell_progress)


def allowed_at_github(
    settings: Settings, wanted: GitHubRequirements, split: Split, found: PreflightReport
) -> GitHubInventory:
    """What GitHub has already, when neither it nor what was found in the histories stands against a first write.

    Raises PreflightError with all refusals, SettingsError.
    """
    existing = recognised(settings, existing_at_github(settings, wanted.names), split)
    demand(found, _unmet(settings, wanted, existing))
    return existing


def _unmet(settings: Settings, wanted: GitHubRequirements, existing: GitHubInventory) -> tuple[Finding, ...]:
    """What GitHub would refuse; also tells when this hour's limit will not do.

    Asks nothing when all that comes first is there: a run that changes nothing makes no request here.
    """
    server = server_facts(settings, existing) if existing.owner and wanted.is_new_to(existing) else None
    if server and (warning := beyond_the_limit(budget_of(wanted, existing).next, server)):
        pulumi.log.warn(warning)
    return unmet(wanted, existing, server)


def demand(found: PreflightReport, at_github: Sequence[Finding]) -> None:
    """Tell the warnings; raise PreflightError with all refusals, unless there is none."""
    findings = [*at_github, *found.findings]
    refusals = [finding for finding in findings if finding.severity is Severity.REFUSAL]
    if warnings := [finding for finding in findings if finding.severity is Severity.WARNING]:
        pulumi.log.warn("\n".join(in_lines(warnings)))
    if refusals:
        lines = "\n".join(in_lines(refusals))
        raise PreflightError(
            f"Nothing was written: this would fail, or be regretted. ./multirepo preflight shows all of it.\n{lines}"
        )

"""The preflight within the stack's program: warnings are logged, a refusal ends the run before the first write."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pulumi

from components.github.inventory import GitHubInventory, existing_at_github, recognised
from components.github.request_budget import beyond_the_limit, budget_of
from components.github.requirements import GitHubRequirements, unmet
from components.github.server_facts import server_facts
from components.stack.plain_errors import show_progress
from components.stack.settings import Settings
from migration.errors import PreflightError
from migration.plan import Plan
from migration.preflight import Finding, PreflightReport, SecretScanner, Severity, in_lines, preflight
from migration.preflight.checks.redactions import CHECK as REDACTED
from migration.preflight.message_references import OF_MESSAGES
from migration.preflight.result import SHOWN
from migration.split.splitting import Split

_OF_PUSHED = (*OF_MESSAGES, REDACTED)
"""Checks whose warnings come before the first push of a repository alone: afterwards, nothing can change them."""


def scan_histories(split: Split, monorepo: Path, plan: Plan) -> PreflightReport:
    """Scan the histories. Costs nothing where the same split was scanned before.

    Raises CodeMoveError.
    """
    return preflight(split, monorepo, plan, SecretScanner.installed(), show_progress)


def check_before_writing(
    settings: Settings, required: GitHubRequirements, split: Split, found: PreflightReport
) -> GitHubInventory:
    """The inventory of GitHub, when neither it nor the findings in the histories forbid the first write.

    Raises PreflightError with all refusals, SettingsError.
    """
    existing = recognised(settings, existing_at_github(settings, required.names), split)
    moved = {name for name, repository in existing.repositories.items() if repository.moved}
    findings = [each for each in found.findings if each.check not in _OF_PUSHED or each.repository not in moved]
    reject_refusals(replace(found, findings=tuple(findings)), _unmet(settings, required, existing))
    return existing


def _unmet(settings: Settings, required: GitHubRequirements, existing: GitHubInventory) -> tuple[Finding, ...]:
    """What GitHub would refuse. Warns when the hourly limit is too low.

    Sends no request when everything exists already.
    """
    is_new = existing.owner and required.is_new_to(existing)
    server = server_facts(settings, existing, required.repositories) if is_new else None
    if server and (warning := beyond_the_limit(budget_of(required, existing).next, server)):
        pulumi.log.warn(warning)
    return unmet(required, existing, server)


def reject_refusals(found: PreflightReport, at_github: Sequence[Finding]) -> None:
    """Log the warnings. Raises PreflightError with all refusals, if there are any."""
    findings = [*at_github, *found.findings]
    refusals = [finding for finding in findings if finding.severity is Severity.REFUSAL]
    if warnings := [finding for finding in findings if finding.severity is Severity.WARNING]:
        pulumi.log.warn("\n".join(in_lines(warnings)))
    if found.left_behind:
        names = ", ".join(each.name for each in found.left_behind[:SHOWN])
        pulumi.log.warn(f"These stay in the monorepo, and ./multirepo preflight says how to bring them: {names}")
    if refusals:
        lines = "\n".join(in_lines(refusals))
        raise PreflightError(
            f"The preflight failed. Nothing was written. ./multirepo preflight shows all findings.\n{lines}"
        )

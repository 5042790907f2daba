"""Which checks a plan has."""

from migration.verification.checks import (
    contracts,
    documentation,
    frontend,
    integration,
    renamed_modules,
    shared_packages,
    success_metrics,
    testing_service,
)
from migration.verification.checks import independent_releases as releases
from migration.verification.checks import moved_history as history
from migration.verification.checks import standalone_repositories as repositories
from migration.verification.checks.moved_history import SplitUnderTest
from migration.verification.harness.check import Check
from migration.verification.harness.context import VerificationContext

PARTS = (
    *(shared_packages, repositories, renamed_modules, testing_service, frontend),
    *(contracts, integration, documentation, releases),
)


def checklist(context: VerificationContext, moved: SplitUnderTest | None) -> list[Check]:
    """Every check that applies to this plan's repositories. moved: None where the monorepo cannot be had."""
    checks = [check for part in (*PARTS, success_metrics) for check in part.checks(context)]
    return [*checks, *(history.checks(context, moved) if moved else ())]

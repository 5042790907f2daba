"""Which checks a plan has."""

from migration.verification import (
    contracts,
    documentation,
    frontend,
    history,
    integration,
    releases,
    repositories,
    shared_packages,
    success_metrics,
    testing_service,
)
from migration.verification.check import Check
from migration.verification.history import Moved
from migration.verification.world import World

PARTS = (shared_packages, repositories, testing_service, frontend, contracts, integration, documentation, releases)


def checklist(world: World, moved: Moved | None) -> list[Check]:
    """Every check that applies to this plan's repositories. moved: None where the monorepo cannot be had."""
    checks = [check for part in (*PARTS, success_metrics) for check in part.checks(world)]
    return [*checks, *(history.checks(world, moved) if moved else ())]

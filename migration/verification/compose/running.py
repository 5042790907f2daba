"""The stack of the plan's compose file: in containers where there is a Docker daemon, otherwise as processes."""

from migration.verification.compose.containers import contained
from migration.verification.compose.processes import started
from migration.verification.compose.services import ComposeStack
from migration.verification.harness.check import Evidence
from migration.verification.harness.world import VerificationWorld


def stack(world: VerificationWorld, evidence: Evidence) -> ComposeStack:
    """The whole stack, started once for all checks that need it. Raises BrokenError, NotJudgedError."""
    return world.once("stack", evidence, lambda gathered: _running(world, gathered))


def _running(world: VerificationWorld, evidence: Evidence) -> ComposeStack:
    if world.docker:
        with world.docker.where_possible(evidence):
            return contained(world, world.docker, evidence)
    return started(world, evidence)

"""The stack of the plan's compose file: in containers where there is a Docker daemon, otherwise as processes."""

from migration.verification.check import Evidence
from migration.verification.stack.containers import contained
from migration.verification.stack.processes import started
from migration.verification.stack.services import Stack
from migration.verification.world import World


def stack(world: World, evidence: Evidence) -> Stack:
    """The whole stack, started once for all checks that need it. Raises BrokenError, NotJudgedError."""
    return world.once("stack", evidence, lambda gathered: _running(world, gathered))


def _running(world: World, evidence: Evidence) -> Stack:
    if world.docker:
        with world.docker.where_possible(evidence):
            return contained(world, world.docker, evidence)
    return started(world, evidence)

"""The stack of the plan's compose file: in containers where there is a Docker daemon, otherwise as processes."""

from migration.verification.compose.containers import contained
from migration.verification.compose.processes import started
from migration.verification.compose.services import ComposeStack
from migration.verification.harness.check import Evidence
from migration.verification.harness.context import VerificationContext


def stack(context: VerificationContext, evidence: Evidence) -> ComposeStack:
    """The whole stack, started once for all checks that need it. Raises BrokenError, SkippedError."""
    return context.once("stack", evidence, lambda gathered: _running(context, gathered))


def _running(context: VerificationContext, evidence: Evidence) -> ComposeStack:
    if context.docker:
        with context.docker.where_possible(evidence):
            return contained(context, context.docker, evidence)
    return started(context, evidence)

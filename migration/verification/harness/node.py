"""A clone with what npm installs in it."""

from pathlib import Path

from migration.verification.harness.check import BrokenError, Evidence
from migration.verification.harness.commands import run
from migration.verification.harness.context import VerificationContext


def node_modules(context: VerificationContext, name: str, evidence: Evidence) -> Path:
    """A clone of its own with `npm ci` done, shared by the checks that write nothing but what they build."""

    def install(gathered: Evidence) -> Path:
        clone = context.copy(name, "node", gathered)
        remedy = "Make package.json and package-lock.json agree: run npm install in a clone and commit the lock file."
        if not (clone / "package-lock.json").exists():
            raise BrokenError(f"{name} has no package-lock.json, so nobody knows what it installs.", remedy)
        run(gathered, ["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"], clone, remedy)
        return clone

    return context.once(f"node {name}", evidence, install)


def types_hold(context: VerificationContext, name: str, evidence: Evidence) -> None:
    """The compiler of TypeScript has nothing to say; asked once for all lines that rest on it. Raises BrokenError."""

    def compiled(gathered: Evidence) -> None:
        clone = node_modules(context, name, gathered)
        run(gathered, ["npx", "tsc", "--noEmit"], clone, f"Run npx tsc in a clone of {name} and fix what it finds.")

    context.once(f"types {name}", evidence, compiled)

"""The preflight within the stack's program: warnings are told, a refusal ends the run before anything is made."""

from pathlib import Path

import pulumi

from components.plain_errors import tell_progress
from engine import ensure_secret_scanner
from migration.code_move.preflight import in_lines, preflight
from migration.code_move.splitting import Split
from migration.plan import Plan


def refuse_what_must_not_be_pushed(split: Split, monorepo: Path, plan: Plan) -> None:
    """Costs nothing where the same split was looked through before. Raises CodeMoveError, EngineError."""
    scanner = ensure_secret_scanner(lambda message, _: pulumi.log.info(message, ephemeral=True))
    found = preflight(split, monorepo, plan, scanner, tell_progress)
    if found.warnings:
        pulumi.log.warn("\n".join(in_lines(found.warnings)))
    found.demand()

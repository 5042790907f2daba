"""What of a plan is verified: what is to be there."""

import pytest

from command_line.terminal.failures import CommandError
from command_line.verification.verification_run import existing_part
from migration.desired_state import Stage
from migration.plan import Plan

PLAN = Plan.model_validate(
    {
        "monorepo": {"name": "mono"},
        "waves": [{"name": name} for name in ("first", "second", "third", "fourth")],
        "repositories": [{"name": f"of-{name}", "wave": name} for name in ("first", "second", "third", "fourth")],
    }
)


def test_what_is_still_to_come_and_what_was_rolled_back_is_not_judged() -> None:
    stages = {"first": Stage.CUTOVER, "second": Stage.MOVING, "third": Stage.ROLLED_BACK, "fourth": Stage.PLANNED}
    assert [repository.name for repository in existing_part(PLAN, stages).repositories] == ["of-first", "of-second"]


def test_nothing_at_all_is_no_verification() -> None:
    with pytest.raises(CommandError, match="Nothing to verify"):
        existing_part(PLAN, dict.fromkeys(("first", "second", "third", "fourth"), Stage.PLANNED))

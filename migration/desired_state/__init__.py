"""Stage 2: what must exist, computed from the plan and the stage of each wave. Pure: no clock, no network, no disk."""

from migration.desired_state.moves import CodeSelection, Move, TagRule
from migration.desired_state.repositories import DesiredRepository, DesiredState, MergeSettings, desired_state
from migration.desired_state.stages import DesiredStateError, Stage

__all__ = [
    "CodeSelection",
    "DesiredRepository",
    "DesiredState",
    "DesiredStateError",
    "MergeSettings",
    "Move",
    "Stage",
    "TagRule",
    "desired_state",
]

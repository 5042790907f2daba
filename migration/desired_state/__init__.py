"""Stage 2: what must exist, computed from the plan and the stage of each wave. Pure: no clock, no network, no disk.

It must not know Pulumi.
"""

from migration.desired_state.code_selection import CodeSelection, FolderMove, MessageRules, TagMapping
from migration.desired_state.desired_settings import (
    DesiredSettings,
    settings_of,
    settings_of_all,
    teams_of,
)
from migration.desired_state.managed_files import ManagedFile, managed_files
from migration.desired_state.pipeline_settings import CodeArtifact, Devpi, Registry
from migration.desired_state.repositories import DesiredRepository, DesiredState, MergeSettings, desired_state
from migration.desired_state.required_checks import required_checks
from migration.desired_state.setting_defaults import with_defaults
from migration.desired_state.stages import DesiredStateError, Stage

__all__ = [
    "CodeArtifact",
    "CodeSelection",
    "DesiredRepository",
    "DesiredSettings",
    "DesiredState",
    "DesiredStateError",
    "Devpi",
    "FolderMove",
    "ManagedFile",
    "MergeSettings",
    "MessageRules",
    "Registry",
    "Stage",
    "TagMapping",
    "desired_state",
    "managed_files",
    "required_checks",
    "settings_of",
    "settings_of_all",
    "teams_of",
    "with_defaults",
]

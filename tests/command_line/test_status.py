"""What comes next for the monorepo, in words."""

import pytest

from command_line.commands.status import MigrationStatus, WaveStatus
from migration.desired_state import Stage


@pytest.mark.parametrize(
    ("stages", "archive", "archived", "hint"),
    [
        ("moving cutover", False, False, "stays until every wave is cut over"),
        ("cutover cutover", False, False, "pulumi config set multirepo:archive true"),
        ("cutover cutover", True, False, "pulumi up archives it"),
        ("cutover cutover", True, True, "archived"),
        ("cutover rolled_back", False, True, "pulumi up takes it out of the archive"),
    ],
)
def test_the_next_step_of_the_monorepo_follows_from_its_waves_and_the_archive(
    stages: str, archive: bool, archived: bool, hint: str
) -> None:
    waves = tuple(WaveStatus(name=stage, stage=Stage(stage), repositories=()) for stage in stages.split())
    status = MigrationStatus(monorepo="platform", archive=archive, archived=archived, waves=waves)
    assert hint in status.next_step

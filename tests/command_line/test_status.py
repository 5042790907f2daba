"""What comes next for the monorepo, in words."""

from pathlib import Path

import pytest

from command_line.commands.status import MigrationStatus, WaveStatus
from command_line.stack.stack import Stack, pulumi_words
from migration.desired_state import Stage


@pytest.mark.parametrize(
    ("stages", "archive", "archived", "hint"),
    [
        ("moving cutover", False, False, "stays until every wave is cut over"),
        ("cutover cutover", False, False, "pulumi config set multirepo:archive true"),
        ("cutover cutover", True, False, "archive it: pulumi up"),
        ("cutover cutover", True, True, "archived"),
        ("cutover rolled_back", False, True, "take it out of the archive: pulumi up"),
    ],
)
def test_the_next_step_of_the_monorepo_follows_from_its_waves_and_the_archive(
    stages: str, archive: bool, archived: bool, hint: str
) -> None:
    waves = tuple(WaveStatus(name=stage, stage=Stage(stage), repositories=()) for stage in stages.split())
    status = MigrationStatus(monorepo="platform", commit="c" * 40, archive=archive, archived=archived, waves=waves)
    assert hint in status.next_step


def test_a_printed_command_works_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PULUMI_STACK", raising=False)
    assert pulumi_words(Stack("dev")) == "./multirepo shell --stack dev pulumi"
    (tmp_path / "pulumi").write_text("#!/bin/sh\n")
    (tmp_path / "pulumi").chmod(0o755)
    assert pulumi_words(Stack("dev")) == "./multirepo shell --stack dev pulumi"  # its state and token are set there
    monkeypatch.setattr(Stack, "in_sandbox", False)
    assert pulumi_words(Stack("prod")) == "PULUMI_STACK=prod pulumi"
    monkeypatch.setenv("PULUMI_STACK", "prod")
    assert pulumi_words(Stack("prod")) == "pulumi"

"""What must hold for this project's own workflows; their linters run beside those of the rendered ones."""

import re
from pathlib import Path

from engine.selection import FIRST_UNTESTED
from migration.desired_state.pinned_actions import ACTIONS

PROJECT = Path(__file__).parents[2]
WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))


def test_an_action_has_one_pin_in_the_whole_project() -> None:
    pins: dict[str, set[str]] = {action: {f"{pin.commit} # {pin.version}"} for action, pin in ACTIONS.items()}
    for file in WORKFLOWS:
        for action, pin in re.findall(r"uses: ([\w/-]+)@(.+)", file.read_text()):
            pins.setdefault(action, set()).add(pin)
    assert len(pins) > len(ACTIONS)
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}
    assert all(re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin) for found in pins.values() for pin in found)


def test_pulumi_is_at_both_ends_of_what_is_supported() -> None:
    """The engine's own version everywhere, and the newest one below `FIRST_UNTESTED` in a job for it."""
    versions = {found for file in WORKFLOWS for found in re.findall(r"pulumi-version: (.+)", file.read_text())}
    modules = (PROJECT / "engine" / "pulumi_cli" / "go.mod").read_text()
    pinned = set(re.findall(r"github\.com/pulumi/pulumi/pkg/v3 v(\S+)", modules))
    assert versions == pinned | {f"^{FIRST_UNTESTED[0] - 1}"}

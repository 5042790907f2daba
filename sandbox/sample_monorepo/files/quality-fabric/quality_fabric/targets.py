"""What is tested."""

import os
from dataclasses import dataclass
from pathlib import Path

import yaml

SUITES = ("api", "frontend", "e2e")
TARGETS_FILE = Path("config/test_targets.yml")


class TargetError(ValueError):
    """The description of a target is wrong."""


@dataclass(frozen=True)
class Target:
    """One deployed application."""

    name: str
    api_base: str
    frontend_url: str = ""
    test_suites: tuple[str, ...] = SUITES

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.test_suites) - set(SUITES)):
            raise TargetError(f"target {self.name!r}: unknown suites {unknown}, choose from {list(SUITES)}")


def read_targets(text: str) -> dict[str, Target]:
    """The targets of a test_targets.yml by name. Raises TargetError."""
    document = yaml.safe_load(text) or {}
    targets = {}
    for entry in document.get("targets", []):
        try:
            target = Target(**{**entry, "test_suites": tuple(entry.get("test_suites", SUITES))})
        except TypeError as error:
            raise TargetError(f"target {entry.get('name')!r}: {error}") from None
        targets[target.name] = target
    return targets


def chosen_target(name: str | None = None) -> Target:
    """The named target of config/test_targets.yml, else what TEST_TARGET says. Raises TargetError."""
    if name is None:
        if "TEST_TARGET" not in os.environ:
            raise TargetError("nothing to test: set TEST_TARGET or name a target")
        return Target("TEST_TARGET", os.environ["TEST_TARGET"], os.environ.get("TEST_FRONTEND", ""))
    known = read_targets(TARGETS_FILE.read_text()) if TARGETS_FILE.exists() else {}
    if name not in known:
        raise TargetError(f"there is no target {name!r} in {TARGETS_FILE}; known: {sorted(known)}")
    return known[name]

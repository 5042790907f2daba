"""What people approved: the plan and the settings of a stack, read as the YAML that they are.

Not through the program's own reading of them: a policy is there for the day on which the program is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Approved:
    """plan: the plan's file. settings: `config` of the stack's file. Empty where there is no such file."""

    plan: Mapping[str, Any]
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, urn: str) -> "Approved":
        """For the stack that the resource belongs to. Pulumi runs a pack in the project's folder."""
        return _read(Path.cwd(), urn.split("::", 1)[0].rpartition(":")[2])

    @property
    def public(self) -> frozenset[str]:
        """Names of the repositories that the plan makes public."""
        return frozenset(
            name for name, repository in self._repositories.items() if repository.get("visibility") == "public"
        )

    def names_protection(self, repository: str) -> bool:
        """Whether the plan says how the repository is protected."""
        own = self._repositories.get(repository, {})
        return bool("protection" in own or "protection" in (self.plan.get("defaults") or {}))

    def default_branch(self, repository: str) -> str:
        """The name of its default branch."""
        return str(self._repositories.get(repository, {}).get("default_branch", "main"))

    @property
    def _repositories(self) -> dict[str, Mapping[str, Any]]:
        return {repository["name"]: repository for repository in self.plan.get("repositories", ())}


@cache
def _read(project: Path, stack: str) -> Approved:
    settings = _yaml(project / f"Pulumi.{stack}.yaml").get("config") or {}
    return Approved(_yaml(project / settings.get("multirepo:plan", "migration.yaml")), settings)


def _yaml(file: Path) -> Mapping[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    document: Mapping[str, Any] = yaml.load(text, yaml.CSafeLoader) or {}
    return document

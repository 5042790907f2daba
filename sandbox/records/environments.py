"""Deployment environments: the records. https://docs.github.com/rest/deployments/environments"""

from dataclasses import dataclass
from typing import Any, ClassVar

from sandbox.tenant.entities import Record


@dataclass(frozen=True, kw_only=True)
class EnvironmentRecord(Record):
    """An environment. reviewers: {"type": "User" or "Team", "id"}. wait_timer: minutes.

    branch_policy: {"protected_branches", "custom_branch_policies"}; None lets every branch deploy.
    rule_ids: the ids of its protection rules: wait timer, reviewers, branch policy.
    """

    record_kind: ClassVar[str] = "Environment"

    repository_id: int
    name: str
    wait_timer: int = 0
    prevent_self_review: bool = False
    can_admins_bypass: bool = True
    reviewers: tuple[dict[str, Any], ...] = ()
    branch_policy: dict[str, bool] | None = None
    rule_ids: tuple[int, ...] = (0, 0, 0)
    created_at: str
    updated_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and name, in any case."""
        return (str(self.repository_id), self.name.lower())

    @property
    def area(self) -> str:
        """Where its secrets and variables lie."""
        return f"environments/{self.id}"


@dataclass(frozen=True, kw_only=True)
class BranchPolicy(Record):
    """A pattern of branches or tags that may deploy to an environment."""

    record_kind: ClassVar[str] = "BranchPolicy"

    repository_id: int
    environment_id: int
    name: str
    type: str = "branch"

    @property
    def key(self) -> tuple[str, ...]:
        """By repository, environment, type and pattern."""
        return (str(self.repository_id), str(self.environment_id), self.type, self.name)

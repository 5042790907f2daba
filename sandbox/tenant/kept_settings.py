"""Settings that are kept as they were given and shown again: one record each, named after its chapter."""

from dataclasses import dataclass
from typing import Any, ClassVar

from sandbox.tenant.entities import Record
from sandbox.tenant.store import Store

# What holds before anybody sets anything, by chapter.
DEFAULTS: dict[str, dict[str, Any]] = {
    "server": {"version": None},
    "actions-permissions": {"enabled": True, "allowed_actions": "all", "sha_pinning_required": False},
    "selected-actions": {"github_owned_allowed": True, "verified_allowed": False, "patterns_allowed": []},
    "workflow-permissions": {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False},
    "actions-access": {"access_level": "none"},
    "oidc-subject": {"use_default": True},
    "pages": {"build_type": "legacy", "source": None, "cname": None, "https_enforced": True},
    "organization-actions-permissions": {
        "enabled_repositories": "all",
        "allowed_actions": "all",
        "sha_pinning_required": False,
    },
    "security-configurations": {"configurations": {}, "defaults": {}, "attached": {}},
    "organization-oidc-subject": {"include_claim_keys": ["repo", "context"]},
}


@dataclass(frozen=True, kw_only=True)
class Setting(Record):
    """What one repository or organization has set in one chapter."""

    record_kind: ClassVar[str] = "Setting"

    owner_id: int
    chapter: str
    value: dict[str, Any]

    @property
    def key(self) -> tuple[str, ...]:
        """By owner and chapter."""
        return (str(self.owner_id), self.chapter)


def setting(store: Store, owner: Record, chapter: str) -> dict[str, Any]:
    """What is set, otherwise the default."""
    found = store.by_key(Setting, str(owner.id), chapter)
    return dict(found.value) if found else dict(DEFAULTS[chapter])


def keep(store: Store, owner: Record, chapter: str, value: dict[str, Any]) -> None:
    """Set it."""
    found = store.by_key(Setting, str(owner.id), chapter)
    number = found.id if found else store.next_id()
    store.put(Setting(id=number, owner_id=owner.id, chapter=chapter, value=value))

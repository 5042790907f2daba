"""Security configurations of an organization, and what an enforced one decides for a repository.

https://docs.github.com/rest/code-security/configurations
"""

from typing import Any

from sandbox.tenant.entities import Account, RepositoryRecord
from sandbox.tenant.kept_settings import keep, setting
from sandbox.tenant.store import Store

CHAPTER = "security-configurations"
FEATURES = {
    "dependabot_alerts": "vulnerability_alerts",
    "dependabot_security_updates": "automated_security_fixes",
    "secret_scanning": "secret_scanning",
    "secret_scanning_push_protection": "secret_scanning_push_protection",
}
"""Features to the fields of a repository that have their state."""


def configurations(store: Store, organization: Account) -> dict[str, Any]:
    """`configurations` by number, `defaults` by kind of new repositories, `attached` by the repository's number."""
    stored = setting(store, organization, CHAPTER)
    return {key: dict(stored[key]) for key in ("configurations", "defaults", "attached")}


def set_configurations(store: Store, organization: Account, stored: dict[str, Any]) -> None:
    """Keep them."""
    keep(store, organization, CHAPTER, stored)


def attach(store: Store, organization: Account, repository: RepositoryRecord, number: str) -> RepositoryRecord:
    """Apply a configuration to a repository: enforced or not, its features are set once."""
    stored = configurations(store, organization)
    stored["attached"][str(repository.id)] = number
    set_configurations(store, organization, stored)
    states = {field: stored["configurations"][number].get(feature, "not_set") for feature, field in FEATURES.items()}
    chosen = {field: state == "enabled" for field, state in states.items() if state != "not_set"}
    changed = RepositoryRecord(**{**vars(repository), **chosen})
    store.put(changed)
    return changed


def attach_default(store: Store, organization: Account, repository: RepositoryRecord) -> RepositoryRecord:
    """Apply the configuration for new repositories of this visibility, if there is one."""
    defaults = configurations(store, organization)["defaults"]
    kind = "public" if repository.visibility == "public" else "private_and_internal"
    number = defaults.get(kind) or defaults.get("all")
    return attach(store, organization, repository, number) if number else repository


def is_enforced(store: Store, organization: Account, repository: RepositoryRecord, field: str) -> bool:
    """Whether requests for this field change nothing, though GitHub reports success.

    https://docs.github.com/en/enterprise-cloud@latest/code-security/reference/security-at-scale/security-configuration-enforcement
    """
    stored = configurations(store, organization)
    configuration = stored["configurations"].get(stored["attached"].get(str(repository.id)), {})
    feature = next(feature for feature, name in FEATURES.items() if name == field)
    return bool(configuration.get("enforcement") == "enforced" and configuration.get(feature, "not_set") != "not_set")

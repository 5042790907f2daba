"""Private packages as a part of the stack: the registry of the kind that the stack sets."""

from collections.abc import Mapping

from components.registry.contract import RegistryAccess, users_of
from components.registry.devpi import DevpiRegistry
from components.settings import Settings
from migration.desired_state import RepositorySettings
from migration.plan import Plan


def keep_registry(settings: Settings, plan: Plan, kept: Mapping[str, RepositorySettings]) -> RegistryAccess | None:
    """The registry that this stack keeps, ready for use; None where it has none or others keep it.

    kept: the settings of every repository that exists, by name.
    """
    if settings.devpi is None:
        return None
    return DevpiRegistry("registry", settings.devpi, users_of(plan, kept)).access

"""What the rest of the stack knows of a registry, whatever its kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from migration.desired_state import DesiredSettings, pipeline_settings
from migration.plan import Plan


@dataclass(frozen=True, kw_only=True)
class RegistryAccess:
    """A registry that is ready for use.

    index_url: the simple index (PEP 503) that installs read from. publish_url: where distributions are uploaded.
    variables: name to value, for every repository whose plan names them. own_variables: name to repository to value.
    secrets: name of a secret to repository to value; each repository has its own, as a Pulumi secret.
    ready: waits until the index stands. A version that was published there is never replaced.
    """

    index_url: str
    publish_url: str
    variables: Mapping[str, str]
    own_variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    secrets: Mapping[str, Mapping[str, pulumi.Output[str]]] = field(repr=False)
    ready: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class RegistryUsers:
    """readers: repositories that install private packages. publishers: repository to the packages it may publish."""

    readers: tuple[str, ...]
    publishers: Mapping[str, tuple[str, ...]]


def users_of(plan: Plan, settings_by_repository: Mapping[str, DesiredSettings]) -> RegistryUsers:
    """Who needs access to the registry: repositories whose settings name its secrets or roles. kept: by repository."""

    def names_any(settings: DesiredSettings, *names: str) -> bool:
        named = {*settings.secrets, *settings.dependabot_secrets, *settings.variables}
        for environment in settings.environments:
            named |= {*environment.secrets, *environment.variables}
        return not named.isdisjoint(names)

    packages = {
        repository.name: tuple(package.name for package in repository.packages) for repository in plan.repositories
    }
    return RegistryUsers(
        readers=tuple(
            name
            for name, settings in settings_by_repository.items()
            if names_any(settings, pipeline_settings.READ_TOKEN, pipeline_settings.READER_ROLE)
        ),
        publishers={
            name: packages[name]
            for name, settings in settings_by_repository.items()
            if names_any(settings, pipeline_settings.PUBLISH_TOKEN, pipeline_settings.PUBLISHER_ROLE)
        },
    )

"""What the rest of the stack knows of a registry, whatever its kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import pulumi

from components.registry.repository_numbers import RepositoryNumbers
from migration.desired_state import DesiredSettings, pipeline_settings
from migration.plan import Plan

Settings = TypeVar("Settings")


@dataclass(frozen=True, kw_only=True)
class RegistryUsers:
    """readers: repositories that install private packages. publishers: repository to the packages it may publish.

    contexts: repository to what the OIDC subjects of its jobs that read say besides its name.
    owner_number, numbers: the ids of the owner and of repositories on GitHub; None and empty where tokens name none.
    """

    readers: Sequence[str]
    publishers: Mapping[str, Sequence[str]]
    contexts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    owner_number: int | None = None
    numbers: Mapping[str, pulumi.Output[int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RegistryAccess:
    """How repositories use a registry, known before it exists.

    index_url: the simple index (PEP 503) that installs read from. publish_url: where distributions are uploaded.
    variables: name to value, for every repository whose plan names them. own_variables: name to repository to value.
    secrets: name of a secret to the repositories that get one each, which are made with the registry.
    """

    index_url: str
    publish_url: str
    variables: Mapping[str, str]
    own_variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    secrets: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RegistryResources:
    """What was registered. secrets: name to repository to value, as a Pulumi secret. ready: waits until it works.

    A version that was published there is never replaced.
    """

    secrets: Mapping[str, Mapping[str, pulumi.Output[str]]] = field(repr=False)
    ready: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class RegistryKind(Generic[Settings]):
    """One kind of registry that a stack can manage.

    name: as `multirepo:registry` names it. required: keys of its settings that have no default. makes: what
    `pulumi up` creates for it. publishes: who uploads packages. verified_by: what `./multirepo verify` and `drift`
    query. is_published_by_stack: whether `up` publishes. access, register: how it is used, and how it is made.
    """

    name: str
    required: tuple[str, ...]
    makes: str
    publishes: str
    verified_by: str
    is_published_by_stack: bool
    access: Callable[[Settings, RegistryUsers], RegistryAccess]
    register: Callable[[str, Settings, RegistryUsers, pulumi.ResourceOptions], RegistryResources]


def users_of(
    plan: Plan,
    settings_by_repository: Mapping[str, DesiredSettings],
    contexts: Mapping[str, Sequence[str]] | None = None,
    numbers: RepositoryNumbers | None = None,
) -> RegistryUsers:
    """Who needs access to the registry: repositories whose settings name its secrets or roles."""

    def names_any(settings: DesiredSettings, *names: str) -> bool:
        named = {*settings.secrets, *settings.dependabot_secrets, *settings.variables}
        for environment in settings.environments:
            named |= {*environment.secrets, *environment.variables}
        return not named.isdisjoint(names)

    packages = {
        repository.name: tuple(package.name for package in repository.packages) for repository in plan.repositories
    }
    readers = [
        name
        for name, settings in settings_by_repository.items()
        if names_any(settings, pipeline_settings.READ_TOKEN, pipeline_settings.READER_ROLE)
    ]
    publishers = {
        name: packages[name]
        for name, settings in settings_by_repository.items()
        if names_any(settings, pipeline_settings.PUBLISH_TOKEN, pipeline_settings.PUBLISHER_ROLE)
    }
    has_numbers = numbers is not None and numbers.owner is not None
    return RegistryUsers(
        readers=readers,
        publishers=publishers,
        contexts=contexts or {},
        owner_number=numbers.owner if numbers else None,
        numbers={name: numbers.of(name) for name in {*readers, *publishers}} if numbers and has_numbers else {},
    )

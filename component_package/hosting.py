"""Components behind Pulumi's component provider, which sends inputs as dictionaries and names them in its own case."""

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi.provider.experimental.analyzer import Analyzer, PropertyDefinition
from pulumi.provider.experimental.util import camel_case

from components.history.code_move import CodeMove
from components.monorepo.monorepo_backup import MonorepoBackup
from components.packages.registry import Packages, Registry
from components.registry.codeartifact import CodeArtifactRegistry
from components.registry.container import DevpiServerContainer
from components.registry.devpi import DevpiRegistry
from components.repository.deployment_environments import DeploymentEnvironment, Environments
from components.repository.integrations import Integrations
from components.repository.pipelines import Pipelines
from components.repository.protection import RepositoryProtection
from components.repository.repository_features import RepositoryFeatures
from components.repository.secrets import Secrets
from components.repository.service_repository import ServiceRepository
from components.repository.teams import TeamAccess, Teams

COMPONENTS: tuple[type[pulumi.ComponentResource], ...] = (
    ServiceRepository,
    RepositoryFeatures,
    RepositoryProtection,
    TeamAccess,
    Teams,
    DeploymentEnvironment,
    Environments,
    Secrets,
    Integrations,
    Pipelines,
    CodeMove,
    MonorepoBackup,
    Packages,
    Registry,
    DevpiRegistry,
    DevpiServerContainer,
    CodeArtifactRegistry,
)


class DefaultsAnalyzer(Analyzer):
    """Pulumi's analyzer, for which a field with a default is optional."""

    def analyze_type(
        self, typ: type, *, is_component_output: bool
    ) -> tuple[dict[str, PropertyDefinition], dict[str, str]]:
        """The properties of a type, and their names in Python."""
        properties, names = super().analyze_type(typ, is_component_output=is_component_output)
        for field in dataclasses.fields(typ) if dataclasses.is_dataclass(typ) else ():
            has_default = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
            properties[camel_case(field.name)].optional |= has_default
        return properties, names


def hosted(component: type[pulumi.ComponentResource]) -> type[pulumi.ComponentResource]:
    """The component under the same name, made from a dictionary instead of its class of arguments."""
    kind = component.__init__.__annotations__["args"]

    def make(self: Any, name: str, args: Any, opts: pulumi.ResourceOptions | None = None) -> None:
        component.__init__(self, name, typed(kind, args), opts)  # type: ignore[arg-type]

    make.__annotations__["args"] = kind
    members = {"__init__": make, "__doc__": component.__doc__, "__module__": component.__module__}
    return type(component.__name__, (component,), members)


def typed(kind: Any, value: Any) -> Any:
    """The value as its annotation has it: dictionaries become dataclasses, and whole numbers int. Outputs stay."""
    if value is None or isinstance(value, pulumi.Output):
        return value
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is pulumi.Output:
        return pulumi.Output.from_input(typed(inner[0], value))
    if origin in (typing.Union, types.UnionType):
        return typed(next(each for each in inner if each is not types.NoneType), value)
    if dataclasses.is_dataclass(kind) and isinstance(value, Mapping):
        kinds = typing.get_type_hints(kind)
        return kind(**{name: typed(kinds[name], each) for name, each in value.items()})  # type: ignore[operator]
    if origin is not None and issubclass(origin, Mapping):
        return {name: typed(inner[1], each) for name, each in value.items()}
    if origin is not None and issubclass(origin, Sequence):
        return [typed(inner[0], each) for each in value]
    return int(value) if kind is int else value

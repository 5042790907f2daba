"""The values of secrets and variables: from the stack's settings to the repositories that the plan names them for."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pulumi

from components.registry.contract import RegistryAccess
from components.stack.settings import SettingsError
from migration.desired_state import DesiredSettings

Value = str | pulumi.Output[str]
Get = Callable[[str], str | None]


@dataclass(frozen=True, kw_only=True)
class NamedValues:
    """Names with their values. secrets: never shown, not even by `repr`; some are made in the same run."""

    secrets: Mapping[str, Value] = field(repr=False)
    variables: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class RepositoryValues:
    """All values of one repository. environments: by name.

    digest_key: of the digests that show a changed secret without its value; "" when there is no secret.
    """

    actions: NamedValues
    dependabot: NamedValues
    environments: Mapping[str, NamedValues]
    digest_key: str = field(repr=False)

    def digest(self, value: Value) -> Value:
        """A keyed digest of a secret, the same as long as the value is: RFC 2104."""
        if isinstance(value, str):
            return self._digest(value)
        return pulumi.Output.unsecret(value.apply(self._digest))

    def _digest(self, value: str) -> str:
        return hmac.new(self.digest_key.encode(), value.encode(), hashlib.sha256).hexdigest()


def values_of(
    settings_by_repository: Mapping[str, DesiredSettings], get: Get, stack: str, registry: RegistryAccess | None = None
) -> dict[str, RepositoryValues]:
    """The values for each repository, from `multirepo:secrets` and `multirepo:variables` of the stack.

    kept: repository to settings. The key of a value is NAME, or where it differs REPOSITORY/NAME,
    ENVIRONMENT/NAME or REPOSITORY/ENVIRONMENT/NAME; the longest that fits counts. A value without a key comes from
    the registry that the stack manages, if it has one.
    Raises SettingsError with every value that is missing or empty.
    """
    lookup = _Lookup(get, stack, registry)
    values = {name: lookup.repository(name, settings) for name, settings in settings_by_repository.items()}
    lookup.demand()
    return values


class _Lookup:
    """Reads values from the settings and gathers what is missing."""

    def __init__(self, get: Get, stack: str, registry: RegistryAccess | None) -> None:
        self._stack, self._registry = stack, registry
        self._values = {kind: self._read(kind, get(kind)) for kind in ("secrets", "variables")}
        self._key = get("digest_key") or ""
        self._missing: dict[str, None] = {}

    def repository(self, name: str, settings: DesiredSettings) -> RepositoryValues:
        """What the settings of one repository name."""
        values = RepositoryValues(
            actions=self._named([name], settings.secrets, settings.variables),
            dependabot=self._named([name], settings.dependabot_secrets, ()),
            environments={
                environment.name: self._named(
                    [f"{name}/{environment.name}", environment.name, name], environment.secrets, environment.variables
                )
                for environment in settings.environments
            },
            digest_key=self._key,
        )
        with_secrets = (values.actions, values.dependabot, *values.environments.values())
        if not self._key and any(named.secrets for named in with_secrets):
            self._missing[
                f"Pulumi.{self._stack}.yaml: multirepo:digest_key is not set. "
                'Run: pulumi config set --secret digest_key "$(openssl rand -hex 32)"'
            ] = None
        return values

    def demand(self) -> None:
        """Refuse what is missing."""
        if self._missing:
            raise SettingsError("\n".join(self._missing))

    def _named(self, scopes: list[str], secrets: Iterable[str], variables: Iterable[str]) -> NamedValues:
        """scopes: whose own value may be set; the last is the repository."""
        made_secrets: dict[str, Value] = {}
        made_variables: dict[str, Value] = {}
        if self._registry:
            made_secrets = {name: by[scopes[-1]] for name, by in self._registry.secrets.items() if scopes[-1] in by}
            own = self._registry.own_variables
            made_variables = {
                **self._registry.variables,
                **{name: by[scopes[-1]] for name, by in own.items() if scopes[-1] in by},
            }
        return NamedValues(
            secrets={name: self._value("secrets", scopes, name, made_secrets) for name in secrets},
            # A variable is never made from anything but plain text.
            variables={name: str(self._value("variables", scopes, name, made_variables)) for name in variables},
        )

    def _value(self, kind: str, scopes: list[str], name: str, made: Mapping[str, Value]) -> Value:
        keys = [*(f"{scope}/{name}" for scope in scopes), name]
        value = next((self._values[kind][key] for key in keys if key in self._values[kind]), made.get(name))
        if value is not None and value != "":
            return value
        option = "--secret " if kind == "secrets" else ""
        self._missing[
            f"Pulumi.{self._stack}.yaml: multirepo:{kind} has {'no' if value is None else 'an empty'} {name}, which "
            f"the plan names. Run: pulumi config set {option}--path 'multirepo:{kind}.{name}'"
        ] = None
        return ""

    def _read(self, kind: str, setting: str | None) -> Mapping[str, str]:
        try:
            values = json.loads(setting or "{}")
        except json.JSONDecodeError:
            values = None
        if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
            raise SettingsError(
                f"Pulumi.{self._stack}.yaml: multirepo:{kind} must give each name a text. "
                f"Run: pulumi config set --path 'multirepo:{kind}.NAME'"
            )
        return values

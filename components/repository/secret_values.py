"""The values of secrets and variables: from the stack's settings to the repositories that the plan names them for."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import pulumi

from components.registry.contract import RegistryAccess
from components.stack.settings import SettingsError
from migration.desired_state import DesiredSettings

PLACEHOLDER = "rehearsal"
"""The value of a secret or variable that a stack in the sandbox does not set."""

CIPHERTEXT = "encrypted"
"""What stands for an encrypted value where it is not decrypted."""


@dataclass(frozen=True, kw_only=True)
class StackValues:
    """`multirepo:secrets` and `multirepo:variables` of one stack, by key.

    secrets: their values are Pulumi secrets; an empty one is None. placeholder: of what is not set; None to refuse it.
    """

    stack: str
    secrets: Mapping[str, pulumi.Output[str] | None] = field(repr=False)
    variables: Mapping[str, str]
    placeholder: str | None = None

    @classmethod
    def from_config(cls, config: pulumi.Config, stack: str, placeholder: str | None) -> "StackValues":
        """Read them; the program learns the keys of the secrets, and whether one is empty. Raises SettingsError."""
        values = config.get_secret_object("secrets")

        def secret(key: str) -> pulumi.Output[str]:
            assert values is not None
            return values.apply(lambda found: _text(found[key]))

        known = {key: bool(value) for key, value in _read(stack, "secrets", config.get("secrets")).items()}
        return cls(
            stack=stack,
            secrets={key: secret(key) if is_set else None for key, is_set in known.items()},
            variables=_read(stack, "variables", config.get("variables")),
            placeholder=placeholder,
        )


@dataclass(frozen=True, kw_only=True)
class NamedValues:
    """Names with their values. secrets: Pulumi secrets; None for one that the registry makes in the same run."""

    secrets: Mapping[str, pulumi.Output[str] | None] = field(repr=False)
    variables: Mapping[str, str]

    def completed(self, made: Mapping[str, pulumi.Output[str]]) -> "NamedValues":
        """With the secrets that the registry made for this repository."""
        secrets = {name: made[name] if value is None else value for name, value in self.secrets.items()}
        return replace(self, secrets=secrets)


@dataclass(frozen=True, kw_only=True)
class RepositoryValues:
    """All values of one repository. environments: by name. webhooks: secrets of webhooks."""

    actions: NamedValues
    dependabot: NamedValues
    webhooks: NamedValues
    environments: Mapping[str, NamedValues]

    def completed(self, made: Mapping[str, pulumi.Output[str]]) -> "RepositoryValues":
        """With the secrets that the registry made for this repository."""
        return RepositoryValues(
            actions=self.actions.completed(made),
            dependabot=self.dependabot.completed(made),
            webhooks=self.webhooks.completed(made),
            environments={name: values.completed(made) for name, values in self.environments.items()},
        )


def values_of(
    settings_by_repository: Mapping[str, DesiredSettings],
    stack_values: StackValues,
    registry: RegistryAccess | None = None,
    warn: Callable[[str], None] = pulumi.log.warn,
) -> dict[str, RepositoryValues]:
    """The values for each repository, from `multirepo:secrets` and `multirepo:variables` of the stack.

    The key of a value is NAME, or where it differs REPOSITORY/NAME, ENVIRONMENT/NAME or REPOSITORY/ENVIRONMENT/NAME;
    the longest that fits counts. A value without a key comes from the registry that the stack manages, if it has one,
    or is the placeholder.
    Raises SettingsError with every value that is missing or empty.
    """
    lookup = _Lookup(stack_values, registry)
    values = {name: lookup.repository(name, settings) for name, settings in settings_by_repository.items()}
    if lookup.missing and stack_values.placeholder is None:
        raise SettingsError("\n".join(lookup.missing.values()))
    if lookup.missing:
        names = ", ".join(sorted(lookup.missing))
        warn(f"Pulumi.{stack_values.stack}.yaml does not set {names}. In the sandbox each is {PLACEHOLDER!r}.")
    return values


def missing_values(
    settings_by_repository: Mapping[str, DesiredSettings],
    stack: str,
    setting: Callable[[str], str | None],
    registry: RegistryAccess | None = None,
) -> tuple[str, ...]:
    """The sentences of `values_of` about what is missing, without Pulumi and without its key for the secrets.

    setting: as JSON, as the stack's file has it. A secret that is encrypted there counts as set.
    Raises SettingsError.
    """
    secrets = _without_ciphertext(setting("secrets"))
    is_unreadable = secrets == json.dumps(CIPHERTEXT)
    if is_unreadable:
        pulumi.log.warn(f"Pulumi.{stack}.yaml: multirepo:secrets is encrypted as a whole: its names are not checked.")
    known = _read(stack, "secrets", None if is_unreadable else secrets)
    values = StackValues(
        stack=stack, secrets=dict.fromkeys(known), variables=_read(stack, "variables", setting("variables"))
    )
    lookup = _Lookup(values, registry, frozenset(key for key, value in known.items() if value))
    for name, settings in settings_by_repository.items():
        lookup.repository(name, settings)
    return tuple(text for key, text in lookup.missing.items() if not (is_unreadable and key.startswith("secrets.")))


class _Lookup:
    """Reads values from the settings and gathers what is missing: key to the sentence about it.

    set_elsewhere: keys of secrets whose values are not in `values`.
    """

    def __init__(
        self, values: StackValues, registry: RegistryAccess | None, set_elsewhere: frozenset[str] = frozenset()
    ) -> None:
        self._values, self._registry, self._set_elsewhere = values, registry, set_elsewhere
        self.missing: dict[str, str] = {}

    def repository(self, name: str, settings: DesiredSettings) -> RepositoryValues:
        """What the settings of one repository name."""
        return RepositoryValues(
            actions=self._named([name], settings.secrets, settings.variables),
            dependabot=self._named([name], settings.dependabot_secrets, ()),
            webhooks=self._named([name], filter(None, (webhook.secret for webhook in settings.webhooks)), ()),
            environments={
                environment.name: self._named(
                    [f"{name}/{environment.name}", environment.name, name], environment.secrets, environment.variables
                )
                for environment in settings.environments
            },
        )

    def _named(self, scopes: list[str], secrets: Iterable[str], variables: Iterable[str]) -> NamedValues:
        """scopes: whose own value may be set; the last is the repository."""
        return NamedValues(
            secrets={name: self._secret(scopes, name) for name in secrets},
            variables={name: self._variable(scopes, name) for name in variables},
        )

    def _secret(self, scopes: list[str], name: str) -> pulumi.Output[str] | None:
        key = self._key(self._values.secrets, scopes, name)
        if key is None and self._registry and scopes[-1] in self._registry.secrets.get(name, ()):
            return None
        value = None if key is None else self._values.secrets[key]
        if value is None and key not in self._set_elsewhere:
            placeholder = self._missing("secrets", name, is_empty=key is not None)
            return pulumi.Output.secret(placeholder) if placeholder else None
        return value

    def _variable(self, scopes: list[str], name: str) -> str:
        made: Mapping[str, str] = {}
        if self._registry:
            own = self._registry.own_variables
            made = {**self._registry.variables, **{key: by[scopes[-1]] for key, by in own.items() if scopes[-1] in by}}
        key = self._key(self._values.variables, scopes, name)
        value = self._values.variables[key] if key is not None else made.get(name)
        return value or self._missing("variables", name, is_empty=value is not None)

    @staticmethod
    def _key(values: Mapping[str, object], scopes: list[str], name: str) -> str | None:
        keys = [*(f"{scope}/{name}" for scope in scopes), name]
        return next((key for key in keys if key in values), None)

    def _missing(self, kind: str, name: str, is_empty: bool) -> str:
        option = "--secret " if kind == "secrets" else ""
        self.missing[f"{kind}.{name}"] = (
            f"Pulumi.{self._values.stack}.yaml: multirepo:{kind} has {'an empty' if is_empty else 'no'} {name}, which "
            f"the plan names. Run: pulumi config set {option}--path 'multirepo:{kind}.{name}'"
        )
        return self._values.placeholder or ""


def _without_ciphertext(setting: str | None) -> str | None:
    """Each encrypted value, `{"secure": "v1:…"}`, as the text CIPHERTEXT."""
    try:
        decoded = json.loads(setting or "{}", object_hook=lambda found: CIPHERTEXT if [*found] == ["secure"] else found)
    except json.JSONDecodeError:
        return setting
    return json.dumps(decoded)


def _read(stack: str, kind: str, setting: str | None) -> Mapping[str, str]:
    try:
        values = json.loads(setting or "{}")
    except json.JSONDecodeError:
        values = None
    if not isinstance(values, dict):
        raise SettingsError(
            f"Pulumi.{stack}.yaml: multirepo:{kind} must give each name a text. "
            f"Run: pulumi config set --path 'multirepo:{kind}.NAME'"
        )
    if wrong := [name for name, value in values.items() if not isinstance(value, str | int)]:
        option = "--secret " if kind == "secrets" else ""
        commands = "; ".join(
            f"pulumi config set {option}--type string --path 'multirepo:{kind}[\"{name}\"]'" for name in wrong
        )
        raise SettingsError(
            f"Pulumi.{stack}.yaml: multirepo:{kind} has no text for {', '.join(wrong)}. Run: {commands}"
        )
    return {name: _text(value) for name, value in values.items()}


def _text(value: str | int) -> str:
    """`pulumi config set --path` stores 8080 as a number and true as a truth value."""
    return value if isinstance(value, str) else json.dumps(value)

"""The secrets and variables of a repository."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_github as github

from components.repository.secret_values import RepositoryValues
from components.stack.declaration import child_name, inside, renamed


@dataclass(frozen=True, kw_only=True)
class SecretsArgs:
    """repository: its name on GitHub. values: what the stack gives to it.

    imports: id to import by, of each variable that GitHub has already.
    """

    repository: str
    values: RepositoryValues
    imports: Mapping[str, str] = field(default_factory=dict)
    is_archived: bool = False


class Secrets(pulumi.ComponentResource):
    """Secrets and variables for Actions, and secrets for Dependabot, which has a store of its own.

    Leaves those with other names alone. GitHub never gives a value back: the state's own copy, which is a Pulumi
    secret, shows that ours changed, and GitHub's date that theirs did.
    """

    def __init__(self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register each under its name."""
        self._args, self._formerly = args, f"{args.repository}-secrets"
        super().__init__("multirepo:github:Secrets", name, None, renamed(opts, self._formerly))
        actions, dependabot = args.values.actions, args.values.dependabot
        for key, secret in actions.secrets.items():
            github.ActionsSecret(
                child_name(name, key),
                repository=args.repository,
                secret_name=key,
                value=secret,
                opts=self._options(key, delete_before_replace=True),
            )
        for key, secret in dependabot.secrets.items():
            github.DependabotSecret(
                child_name(name, "dependabot", key),
                repository=args.repository,
                secret_name=key,
                value=secret,
                opts=self._options(f"dependabot-{key}", delete_before_replace=True),
            )
        for key, value in actions.variables.items():
            github.ActionsVariable(
                child_name(name, key),
                repository=args.repository,
                variable_name=key,
                value=value,
                opts=self._options(key, import_=args.imports.get(key)),
            )
        self.register_outputs({"secrets": sorted(actions.secrets), "dependabot_secrets": sorted(dependabot.secrets)})

    def _options(self, formerly: str, **options: Any) -> pulumi.ResourceOptions:
        """formerly: the end of its name in the first release."""
        name = f"{self._formerly}-{formerly}"
        return inside(self, formerly=name, is_archived=self._args.is_archived, **options)

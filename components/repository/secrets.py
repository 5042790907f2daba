"""The secrets and variables of a repository and of its environments."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_github as github

from components.github.creation_hooks import CreationHooks
from components.repository.secret_values import NamedValues, RepositoryValues, Value


@dataclass(frozen=True, kw_only=True)
class SecretsArgs:
    """repository: its name on GitHub. values: what the stack gives to it."""

    repository: str
    values: RepositoryValues
    leftovers: CreationHooks


class Secrets(pulumi.ComponentResource):
    """Secrets and variables for Actions, and secrets for Dependabot, which has a store of its own.

    Leaves those with other names alone. Its inputs hold a keyed digest of each secret: GitHub never gives a value back,
    so the digest shows that ours changed, and GitHub's date that theirs did.
    """

    def __init__(self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register each under its name."""
        actions, dependabot = args.values.actions, args.values.dependabot
        digests = {
            **digests_of(actions, args.values),
            **{f"dependabot/{key}": digest for key, digest in digests_of(dependabot, args.values).items()},
        }
        super().__init__("multirepo:github:Secrets", name, {"digests": digests}, opts)
        child = pulumi.ResourceOptions(parent=self, delete_before_replace=True, hooks=args.leftovers.hooks)
        for key, value in actions.secrets.items():
            secret = pulumi.Output.secret(value)
            github.ActionsSecret(f"{name}-{key}", repository=args.repository, secret_name=key, value=secret, opts=child)
        for key, value in dependabot.secrets.items():
            secret = pulumi.Output.secret(value)
            github.DependabotSecret(
                f"{name}-dependabot-{key}",
                repository=args.repository,
                secret_name=key,
                value=secret,
                opts=child,
            )
        for key, value in actions.variables.items():
            github.ActionsVariable(
                f"{name}-{key}",
                repository=args.repository,
                variable_name=key,
                value=value,
                opts=pulumi.ResourceOptions(parent=self, hooks=args.leftovers.hooks),
            )
        self.register_outputs({"digests": digests})


def digests_of(named: NamedValues, values: RepositoryValues) -> Mapping[str, Value]:
    """Name of each secret to the keyed digest of its value."""
    return {name: values.digest(value) for name, value in named.secrets.items()}

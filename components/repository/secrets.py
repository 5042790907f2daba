"""The secrets and variables of a repository."""

from dataclasses import dataclass

import pulumi
import pulumi_github as github

from components.github.creation_hooks import CreationHooks
from components.repository.secret_values import RepositoryValues


@dataclass(frozen=True, kw_only=True)
class SecretsArgs:
    """repository: its name on GitHub. values: what the stack gives to it."""

    repository: str
    values: RepositoryValues
    leftovers: CreationHooks


class Secrets(pulumi.ComponentResource):
    """Secrets and variables for Actions, and secrets for Dependabot, which has a store of its own.

    Leaves those with other names alone. GitHub never gives a value back: the state's own copy, which is a Pulumi
    secret, shows that ours changed, and GitHub's date that theirs did.
    """

    def __init__(self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register each under its name."""
        super().__init__("multirepo:github:Secrets", name, None, opts)
        actions, dependabot = args.values.actions, args.values.dependabot
        child = pulumi.ResourceOptions(parent=self, delete_before_replace=True, hooks=args.leftovers.hooks)
        for key, secret in actions.secrets.items():
            github.ActionsSecret(f"{name}-{key}", repository=args.repository, secret_name=key, value=secret, opts=child)
        for key, secret in dependabot.secrets.items():
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
        self.register_outputs({"secrets": sorted(actions.secrets), "dependabot_secrets": sorted(dependabot.secrets)})

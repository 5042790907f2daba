"""The environments that a repository's pipelines deploy to and release from."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_github as github

from components.github.creation_hooks import CreationHooks
from components.repository.secret_values import RepositoryValues
from migration.plan import Environment as DesiredEnvironment


@dataclass(frozen=True, kw_only=True)
class EnvironmentArgs:
    """repository: its name on GitHub. teams: slug to number, people: login to number, of at least the reviewers."""

    repository: str
    desired: DesiredEnvironment
    values: RepositoryValues
    teams: Mapping[str, pulumi.Output[int]]
    people: Mapping[str, int]
    leftovers: CreationHooks


class DeploymentEnvironment(pulumi.ComponentResource):
    """One environment: who approves, how long a job waits, which branches and tags may use it, secrets and variables.

    Leaves secrets and variables with other names alone.
    """

    def __init__(self, name: str, args: EnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the environment, then what belongs to it."""
        desired, values = args.desired, args.values.environments[args.desired.name]
        super().__init__("multirepo:github:Environment", name, None, opts)
        environment = github.RepositoryEnvironment(
            f"{name}-environment",
            repository=args.repository,
            environment=desired.name,
            wait_timer=desired.wait_minutes,
            reviewers=_reviewers(args),
            deployment_branch_policy=github.RepositoryEnvironmentDeploymentBranchPolicyArgs(
                protected_branches=False, custom_branch_policies=True
            )
            if desired.branches or desired.tags
            else None,
            opts=pulumi.ResourceOptions(parent=self, hooks=args.leftovers.hooks),
        )
        child = pulumi.ResourceOptions(parent=self, depends_on=[environment], hooks=args.leftovers.hooks)
        value_options = pulumi.ResourceOptions(
            parent=self, depends_on=[environment], delete_before_replace=True, hooks=args.leftovers.hooks
        )
        place = {"repository": args.repository, "environment": desired.name}
        for pattern in desired.branches:
            github.RepositoryEnvironmentDeploymentPolicy(
                f"{name}-branch-{pattern}", **place, branch_pattern=pattern, opts=child
            )
        for pattern in desired.tags:
            github.RepositoryEnvironmentDeploymentPolicy(
                f"{name}-tag-{pattern}", **place, tag_pattern=pattern, opts=child
            )
        for key, secret in values.secrets.items():
            github.ActionsEnvironmentSecret(f"{name}-{key}", **place, secret_name=key, value=secret, opts=value_options)
        for key, value in values.variables.items():
            github.ActionsEnvironmentVariable(
                f"{name}-{key}", **place, variable_name=key, value=value, opts=value_options
            )
        self.register_outputs({"environment": environment.environment, "secrets": sorted(values.secrets)})


def _reviewers(args: EnvironmentArgs) -> list[github.RepositoryEnvironmentReviewerArgs]:
    people = [reviewer for reviewer in args.desired.reviewers if reviewer.startswith("@")]
    if not args.desired.reviewers:
        return []
    return [
        github.RepositoryEnvironmentReviewerArgs(
            teams=[args.teams[slug] for slug in args.desired.reviewers if slug not in people] or None,
            users=[args.people[login.removeprefix("@")] for login in people] or None,
        )
    ]

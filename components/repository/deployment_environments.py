"""The environments that a repository's pipelines deploy to and release from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_github as github

from components.github.repository_changes import unnamed_properties
from components.repository.secret_values import NamedValues
from components.stack.declaration import child_name, inside, moved_from, part_name


@dataclass(frozen=True, kw_only=True)
class EnvironmentArgs:
    """repository: its name on GitHub. name: of the environment. values: of its secrets and variables.

    reviewers: slugs of teams, and people as "@login". branches, tags: patterns; all, where there is neither.
    teams: slug to number, people: login to number, of at least the reviewers.
    prevent_self_review, admin_bypass: None to leave it as it is on GitHub.
    imports: id to import by, of each part that GitHub has already, by its name in this component.
    """

    repository: str
    name: str
    values: NamedValues
    reviewers: Sequence[str] = ()
    wait_minutes: int = 0
    prevent_self_review: bool | None = None
    admin_bypass: bool | None = None
    branches: Sequence[str] = ()
    tags: Sequence[str] = ()
    teams: Mapping[str, pulumi.Output[int]] = field(default_factory=dict)
    people: Mapping[str, int] = field(default_factory=dict)
    imports: Mapping[str, str] = field(default_factory=dict)
    is_archived: bool = False

    @property
    def formerly(self) -> str:
        """The name of the component in the first release."""
        return f"{self.repository}-{self.name}"


@dataclass(frozen=True, kw_only=True)
class EnvironmentsArgs:
    """Those of one repository."""

    environments: Sequence[EnvironmentArgs]


class Environments(pulumi.ComponentResource):
    """The environments of one repository."""

    def __init__(self, name: str, args: EnvironmentsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register each under its name."""
        super().__init__("multirepo:github:Environments", name, None, opts)
        for environment in args.environments:
            aliases = moved_from(opts, environment.formerly)
            options = pulumi.ResourceOptions(parent=self, aliases=aliases)
            DeploymentEnvironment(child_name(name, environment.name), environment, options)
        self.register_outputs({"environments": [environment.name for environment in args.environments]})


class DeploymentEnvironment(pulumi.ComponentResource):
    """One environment: who approves, how long a job waits, which branches and tags may use it, secrets and variables.

    Leaves secrets and variables with other names alone.
    """

    def __init__(self, name: str, args: EnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the environment, then what belongs to it."""
        super().__init__("multirepo:github:Environment", name, None, opts)
        self._args = args
        environment = github.RepositoryEnvironment(
            child_name(name, "environment"),
            repository=args.repository,
            environment=args.name,
            wait_timer=args.wait_minutes,
            prevent_self_review=args.prevent_self_review,
            can_admins_bypass=args.admin_bypass,
            reviewers=_reviewers(args),
            deployment_branch_policy=github.RepositoryEnvironmentDeploymentBranchPolicyArgs(
                protected_branches=False, custom_branch_policies=True
            )
            if args.branches or args.tags
            else None,
            opts=self._options(
                "environment",
                ignore_changes=unnamed_properties(args.prevent_self_review, args.admin_bypass),
                import_=args.imports.get("environment"),
            ),
        )
        place = {"repository": args.repository, "environment": args.name}
        for pattern in args.branches:
            github.RepositoryEnvironmentDeploymentPolicy(
                child_name(name, "branch", pattern),
                **place,
                branch_pattern=pattern,
                opts=self._options(
                    f"branch-{pattern}",
                    depends_on=[environment],
                    import_=args.imports.get(part_name("branch", pattern)),
                ),
            )
        for pattern in args.tags:
            github.RepositoryEnvironmentDeploymentPolicy(
                child_name(name, "tag", pattern),
                **place,
                tag_pattern=pattern,
                opts=self._options(
                    f"tag-{pattern}", depends_on=[environment], import_=args.imports.get(part_name("tag", pattern))
                ),
            )
        for key, secret in args.values.secrets.items():
            github.ActionsEnvironmentSecret(
                child_name(name, key),
                **place,
                secret_name=key,
                value=secret,
                opts=self._options(key, depends_on=[environment], delete_before_replace=True),
            )
        for key, value in args.values.variables.items():
            github.ActionsEnvironmentVariable(
                child_name(name, key),
                **place,
                variable_name=key,
                value=value,
                opts=self._options(
                    key,
                    depends_on=[environment],
                    delete_before_replace=True,
                    import_=args.imports.get(part_name(key)),
                ),
            )
        self.register_outputs({"environment": environment.environment, "secrets": sorted(args.values.secrets)})

    def _options(self, formerly: str, **options: Any) -> pulumi.ResourceOptions:
        """formerly: the end of its name in the first release."""
        args = self._args
        name = f"{args.formerly}-{formerly}"
        return inside(self, formerly=name, is_archived=args.is_archived, **options)


def _reviewers(args: EnvironmentArgs) -> list[github.RepositoryEnvironmentReviewerArgs]:
    people = [reviewer for reviewer in args.reviewers if reviewer.startswith("@")]
    if not args.reviewers:
        return []
    return [
        github.RepositoryEnvironmentReviewerArgs(
            teams=[args.teams[slug] for slug in args.reviewers if slug not in people] or None,
            users=[args.people[login.removeprefix("@")] for login in people] or None,
        )
    ]

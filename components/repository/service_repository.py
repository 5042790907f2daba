"""One repository that the migration makes, with the code that moves into it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_github as github

from components.github.creation_hooks import CreationHooks
from components.github.inventory import GitHubInventory
from components.github.repository_changes import property_of
from components.history.code_move import CodeMove, CodeMoveArgs
from components.packages.private_packages import PrivatePackages
from components.repository.deployment_environments import DeploymentEnvironment, EnvironmentArgs
from components.repository.managed_files import ManagedFiles, ManagedFilesArgs
from components.repository.protection import ProtectionArgs, RepositoryProtection
from components.repository.repository_features import RepositoryFeatures, RepositorySettingsArgs
from components.repository.secret_values import RepositoryValues
from components.repository.secrets import Secrets, SecretsArgs
from components.repository.teams import TeamAccess, TeamAccessArgs
from migration.desired_state import DesiredRepository
from migration.desired_state import DesiredSettings as DesiredSettings


@dataclass(frozen=True, kw_only=True)
class ServiceRepositoryArgs:
    """desired: what must exist. code: the history it gets, None for a repository that starts empty.

    owner, server: as the stack sets them. settings, values: how it is kept.
    teams: slug to number, of those that the settings name.
    existing: whon GitHub has already, from an interrupted run, an earlier destroy, or because people made it.
    packages: what it publishes, and what must be published before it moves. backup: what must be there before anything.
    """

    owner: str
    server: str
    desired: DesiredRepository
    code: CodeMoveArgs | None
    settings: DesiredSettings
    values: RepositoryValues
    teams: Mapping[str, pulumi.Output[int]]
    existing: GitHubInventory
    leftovers: CreationHooks
    packages: PrivatePackages | None = None
    backup: pulumi.Resource | None = None


LEFT_AS_IT_IS = [
    "allowForking",
    "hasDiscussions",
    "hasDownloads",
    "isTemplate",
    "pages",
    "securityAndAnalysis",
    "webCommitSignoffRequired",
]
"""Settings of a repository that no plan names, and that the provider would set back to its own defaults."""
_WHILE_ARCHIVED = [
    "description",
    "homepageUrl",
    "topics",
    "visibility",
    *(f"has{feature}" for feature in ("Issues", "Projects", "Wiki")),
    *(f"allow{method}" for method in ("MergeCommit", "SquashMerge", "RebaseMerge", "AutoMerge", "UpdateBranch")),
    *(f"{method}Commit{part}" for method in ("merge", "squashMerge") for part in ("Title", "Message")),
    "deleteBranchOnMerge",
]
"""Settings that wait until the repository is unarchived. GitHub refuses them, and the provider reports success."""


class ServiceRepository(pulumi.ComponentResource):
    """A repository on GitHub, its moved history and its default branch, made in that order.

    The repository starts bare: a README made by GitHub would be a second root that the history could not be pushed
    over. Leaves branches, tags and files that people make alone.
    """

    url: pulumi.Output[str]
    summary: dict[str, pulumi.Input[object]]
    """What the stack exports of it: url, what its history carries, where its packages come from."""

    def __init__(self, name: str, args: ServiceRepositoryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the repository under its plan name."""
        super().__init__("multirepo:github:ServiceRepository", name, None, opts)
        packages = args.packages
        needed = [*(packages.needed_by(name) if packages else ()), *filter(None, [args.backup])]
        child = pulumi.ResourceOptions(parent=self, depends_on=needed)
        desired, merge = args.desired, args.desired.merge
        self.repository = github.Repository(
            f"{name}-repository",
            name=desired.name,
            description=desired.description,
            homepage_url=desired.homepage,
            topics=list(desired.topics),
            visibility=desired.visibility,
            archived=desired.archived,
            archive_on_destroy=True,
            has_issues=desired.has_issues,
            has_projects=desired.has_projects,
            has_wiki=desired.has_wiki,
            allow_merge_commit=merge.allow_merge_commit,
            allow_squash_merge=merge.allow_squash_merge,
            allow_rebase_merge=merge.allow_rebase_merge,
            delete_branch_on_merge=merge.delete_branch_on_merge,
            merge_commit_title=merge.merge_commit_title,
            merge_commit_message=merge.merge_commit_message,
            allow_auto_merge=merge.allow_auto_merge,
            allow_update_branch=merge.allow_update_branch,
            squash_merge_commit_title=merge.squash_merge_commit_title,
            squash_merge_commit_message=merge.squash_merge_commit_message,
            opts=adopted(
                pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(ignore_changes=_unchanged(args))),
                desired.name,
                desired.name in args.existing.repositories,
            ),
        )
        last: pulumi.Resource = self.repository
        if args.code:
            code = CodeMove(f"{name}-code", args.code, after(child, self.repository))
            last = github.BranchDefault(
                f"{name}-default-branch",
                repository=self.repository.name,
                branch=desired.default_branch,
                opts=after(child, code),
            )
        self._keep(name, args, last)
        self.url = self.repository.html_url
        self.summary = {"url": self.url, "carries": args.code.carries if args.code else "nothing"}
        if packages and args.code and (published := packages.publish(name, after(child, last))):
            self.summary["packages"] = published
        self.register_outputs({"url": self.url})

    def _keep(self, name: str, args: ServiceRepositoryArgs, last: pulumi.Resource) -> None:
        """Whon GitHub keeps around the code, each after what it needs, and all of it after `last`.

        People get in only when the rules stand; a team must have access before an environment can ask it for reviews.
        """
        settings, repository = args.settings, args.desired.name
        child = settled(pulumi.ResourceOptions(parent=self), args.desired.archived)
        self._settings(name, args, after(child, self.repository))
        if (settings.files or settings.initial_files) and not args.desired.archived:
            files = ManagedFilesArgs(
                owner=args.owner,
                server=args.server,
                repository=repository,
                branch=args.desired.default_branch,
                files=settings.files,
                initial=settings.initial_files,
            )
            last = ManagedFiles(f"{name}-files", files, after(child, last))
        if settings.protection:
            protection = ProtectionArgs(
                owner=args.owner,
                repository=repository,
                node_id=self.repository.node_id,
                desired=settings.protection,
                teams=args.teams,
                leftovers=args.leftovers,
            )
            last = RepositoryProtection(f"{name}-protection", protection, after(child, last))
        if settings.teams:
            access = TeamAccessArgs(
                repository=repository, roles=settings.teams, numbers=args.teams, leftovers=args.leftovers
            )
            last = TeamAccess(f"{name}-team", access, after(child, last))
        for desired in settings.environments:
            environment = EnvironmentArgs(
                repository=repository,
                desired=desired,
                values=args.values,
                teams=args.teams,
                people=args.existing.people,
                leftovers=args.leftovers,
            )
            DeploymentEnvironment(f"{name}-{desired.name}", environment, after(child, last))
        if settings.secrets or settings.dependabot_secrets or settings.variables:
            secrets = SecretsArgs(repository=repository, values=args.values, leftovers=args.leftovers)
            Secrets(f"{name}-secrets", secrets, after(child, last))

    def _settings(self, name: str, args: ServiceRepositoryArgs, options: pulumi.ResourceOptions) -> None:
        """What stands for itself."""
        settings = args.settings
        named = (settings.actions, settings.vulnerability_alerts, settings.security_updates)
        if settings.labels or any(setting is not None for setting in named):
            found = args.existing.repositories.get(args.desired.name)
            labels = found.labels if found else frozenset()
            arguments = RepositorySettingsArgs(
                repository=args.desired.name,
                desired=settings,
                exists=found is not None,
                labels=labels,
                leftovers=args.leftovers,
            )
            RepositoryFeatures(f"{name}-settings", arguments, options)


def _unchanged(args: ServiceRepositoryArgs) -> list[str]:
    """Properties that keep what GitHub has: those that the plan does not name, and all of an archived repository."""
    if args.desired.archived:
        return [*LEFT_AS_IT_IS, *_WHILE_ARCHIVED]
    return [*LEFT_AS_IT_IS, *map(property_of, args.desired.unmanaged)]


def settled(options: pulumi.ResourceOptions, archived: bool) -> pulumi.ResourceOptions:
    """Change nothing of an archived repository: GitHub refuses every write, and one would fail the whole run."""
    if not archived:
        return options

    def unchanged(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        frozen = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(ignore_changes=["*"]))
        return pulumi.ResourceTransformationResult(args.props, frozen)

    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(transformations=[unchanged]))


def after(options: pulumi.ResourceOptions, *resources: pulumi.Resource) -> pulumi.ResourceOptions:
    """Wait for resources that no input of this one comes from: GitHub refuses what comes too early."""
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=list(resources)))


def adopted(options: pulumi.ResourceOptions, repository: str, exists: bool) -> pulumi.ResourceOptions:
    """Take over whon GitHub has already, instead of failing because the name is taken.

    A run that was killed after GitHub made the repository and before Pulumi wrote it down ends here, and so does `up`
    after `destroy`. For a repository that the state holds already, Pulumi ignores the import.
    """
    if not exists:
        return options
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(import_=repository))

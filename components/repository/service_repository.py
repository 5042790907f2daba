"""One repository that the migration makes: its home on GitHub, before code moves into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_github as github

from components.github.repository_changes import property_of
from components.repository.repository_features import RepositoryFeatures, RepositoryFeaturesArgs
from components.stack.declaration import after, child_name, inside
from migration.desired_state import DesiredRepository, DesiredSettings


@dataclass(frozen=True, kw_only=True)
class ServiceRepositoryArgs:
    """desired: what must exist. settings: how it is configured.

    exists: whether GitHub has it, from an interrupted run, an earlier destroy, or because people made it.
    imports: see `RepositoryFeaturesArgs`. hooks: of the repository itself.
    """

    desired: DesiredRepository
    settings: DesiredSettings
    exists: bool = False
    imports: Mapping[str, str] = field(default_factory=dict)
    hooks: pulumi.ResourceHookBinding | None = None


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
    """A repository on GitHub with its features.

    The repository starts bare: a README made by GitHub would be a second root that the history could not be pushed
    over. Leaves branches, tags and files that people make alone. Never deletes or archives it: a repository that leaves
    the plan, or whose stack is destroyed, stays as it is. Only the input `archived` archives.
    """

    url: pulumi.Output[str]
    number: pulumi.Output[int]
    node_id: pulumi.Output[str]
    """GitHub's ids for REST and for GraphQL."""

    def __init__(self, name: str, args: ServiceRepositoryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the repository under its plan name."""
        super().__init__("multirepo:github:ServiceRepository", name, None, opts)
        desired, merge = args.desired, args.desired.merge
        self.repository = github.Repository(
            child_name(name, "repository"),
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
                inside(
                    self,
                    formerly=f"{name}-repository",
                    retain_on_delete=True,
                    ignore_changes=_unchanged(args),
                    hooks=args.hooks,
                ),
                desired.name,
                args.exists,
            ),
        )
        if _has_features(args.settings):
            features = RepositoryFeaturesArgs(
                repository=desired.name,
                desired=args.settings,
                exists=args.exists,
                imports=args.imports,
                is_archived=desired.archived,
            )
            RepositoryFeatures(
                child_name(name, "settings"),
                features,
                after(inside(self, formerly=f"{name}-settings"), self.repository),
            )
        self.url = self.repository.html_url
        self.number = self.repository.repo_id
        self.node_id = self.repository.node_id
        self.register_outputs({"url": self.url, "number": self.number, "node_id": self.node_id})


def _has_features(settings: DesiredSettings) -> bool:
    named = (settings.actions, settings.vulnerability_alerts, settings.security_updates)
    return bool(settings.labels) or any(setting is not None for setting in named)


def _unchanged(args: ServiceRepositoryArgs) -> list[str]:
    """Properties that keep what GitHub has: those that the plan does not name, and all of an archived repository."""
    if args.desired.archived:
        return [*LEFT_AS_IT_IS, *_WHILE_ARCHIVED]
    return [*LEFT_AS_IT_IS, *map(property_of, args.desired.unmanaged)]


def adopted(options: pulumi.ResourceOptions, repository: str, exists: bool) -> pulumi.ResourceOptions:
    """Take over whon GitHub has already, instead of failing because the name is taken.

    A run that was killed after GitHub made the repository and before Pulumi wrote it down ends here, and so does `up`
    after `destroy`. For a repository that the state holds already, Pulumi ignores the import.
    """
    if not exists:
        return options
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(import_=repository))

"""One repository that the migration makes: its home on GitHub, before code moves into it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_github as github

from components.github.repository_changes import property_of
from components.repository.repository_features import RepositoryFeatures, RepositoryFeaturesArgs
from components.stack.declaration import after, child_name, inside
from migration.desired_state import MergeSettings


@dataclass(frozen=True, kw_only=True)
class ServiceRepositoryArgs:
    """name: on GitHub. merge: how pull requests are merged. archived: read-only.

    unmanaged: settings that stay as GitHub has them, in the words of the REST API; a new repository gets these.
    exists: whether GitHub has it, from an interrupted run, an earlier destroy, or because people made it.
    secret_scanning, push_protection: None to leave it as it is on GitHub. features: of this repository; None for none.
    """

    name: str
    description: str = ""
    homepage: str = ""
    topics: Sequence[str] = ()
    visibility: str = "private"
    archived: bool = False
    has_issues: bool = True
    has_projects: bool = False
    has_wiki: bool = False
    merge: MergeSettings = field(default_factory=MergeSettings)
    unmanaged: Sequence[str] = ()
    exists: bool = False
    secret_scanning: bool | None = None
    push_protection: bool | None = None
    features: RepositoryFeaturesArgs | None = None


LEFT_AS_IT_IS = [
    "allowForking",
    "hasDiscussions",
    "hasDownloads",
    "isTemplate",
    "pages",
    "webCommitSignoffRequired",
]
"""Settings of a repository that no plan names, and that the provider would set back to its own defaults."""
_OTHER_SCANNING = (
    "advancedSecurity",
    "codeSecurity",
    "secretScanningAiDetection",
    "secretScanningNonProviderPatterns",
)
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

    def __init__(
        self,
        name: str,
        args: ServiceRepositoryArgs,
        opts: pulumi.ResourceOptions | None = None,
        hooks: pulumi.ResourceHookBinding | None = None,
    ) -> None:
        """Register the repository, with its hooks, and its features."""
        super().__init__("multirepo:github:ServiceRepository", name, None, opts)
        merge = args.merge
        self.repository = github.Repository(
            child_name(name, "repository"),
            name=args.name,
            description=args.description,
            homepage_url=args.homepage,
            topics=list(args.topics),
            visibility=args.visibility,
            archived=args.archived,
            archive_on_destroy=True,
            has_issues=args.has_issues,
            has_projects=args.has_projects,
            has_wiki=args.has_wiki,
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
            security_and_analysis=_scanning(args),
            opts=adopted(
                inside(
                    self,
                    formerly=f"{name}-repository",
                    retain_on_delete=True,
                    ignore_changes=_unchanged(args),
                    hooks=hooks,
                ),
                args.name,
                args.exists,
            ),
        )
        if args.features:
            RepositoryFeatures(
                child_name(name, "settings"),
                args.features,
                after(inside(self, formerly=f"{name}-settings"), self.repository),
            )
        self.url = self.repository.html_url
        self.number = self.repository.repo_id
        self.node_id = self.repository.node_id
        self.register_outputs({"url": self.url, "number": self.number, "node_id": self.node_id})


def _unchanged(args: ServiceRepositoryArgs) -> list[str]:
    """Properties that keep what GitHub has: those that the plan does not name, and all of an archived repository."""
    if args.archived:
        return [*LEFT_AS_IT_IS, "securityAndAnalysis", *_WHILE_ARCHIVED]
    return [*LEFT_AS_IT_IS, *_unnamed_scanning(args), *map(property_of, args.unmanaged)]


def _unnamed_scanning(args: ServiceRepositoryArgs) -> list[str]:
    """Parts of securityAndAnalysis that keep what GitHub has: the provider would remove those that are not given."""
    if _scanning(args) is None:
        return ["securityAndAnalysis"]
    unnamed = [*_OTHER_SCANNING]
    unnamed += ["secretScanning"] if args.secret_scanning is None else []
    unnamed += ["secretScanningPushProtection"] if args.push_protection is None else []
    return [f"securityAndAnalysis.{name}" for name in unnamed]


def _scanning(args: ServiceRepositoryArgs) -> github.RepositorySecurityAndAnalysisArgs | None:
    if args.secret_scanning is None and args.push_protection is None:
        return None
    scanning, protection = (
        None if switch is None else "enabled" if switch else "disabled"
        for switch in (args.secret_scanning, args.push_protection)
    )
    return github.RepositorySecurityAndAnalysisArgs(
        secret_scanning=github.RepositorySecurityAndAnalysisSecretScanningArgs(status=scanning) if scanning else None,
        secret_scanning_push_protection=github.RepositorySecurityAndAnalysisSecretScanningPushProtectionArgs(
            status=protection
        )
        if protection
        else None,
    )


def adopted(options: pulumi.ResourceOptions, repository: str, exists: bool) -> pulumi.ResourceOptions:
    """Take over whon GitHub has already, instead of failing because the name is taken.

    A run that was killed after GitHub made the repository and before Pulumi wrote it down ends here, and so does `up`
    after `destroy`. For a repository that the state holds already, Pulumi ignores the import.
    """
    if not exists:
        return options
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(import_=repository))

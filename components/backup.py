"""The backup of the monorepo: a private repository that nobody can change, with every ref, proved by a fresh clone."""

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_github as github
from pulumi.dynamic import (
    Config,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from components.leftovers import Leftovers

EVERY_REF = "~ALL"
"""GitHub's own word for all branches, or tags, in a ruleset's conditions."""

# As in components/code_move.py: given once to each provider process, and no part of what is pickled into the state.
_config: Config


class VerifiedCopyProvider(ResourceProvider):
    """Copies, proves, and never deletes. Pickled into the state by its name; see CodeMoveProvider."""

    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the stack's settings for the calls that follow, and end when the engine does."""
        from components.carrying import end_with_the_engine

        global _config
        _config = req.config
        end_with_the_engine()

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Copy and prove; what an interrupted run copied is proved alone."""
        from components.backing_up import backed_up

        return CreateResult(props["repository"], {**props, **backed_up(props, _config)})

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """A copy stays as it was made, whatever the monorepo becomes."""
        changed = _olds.get("repository") != _news.get("repository")
        return DiffResult(changes=changed, replaces=["repository"] if changed else [])

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Nothing of it ever changes."""
        return UpdateResult(_olds)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Look whether the copy is there, by its tag."""
        from components.backing_up import is_backed_up

        return ReadResult(id_, props) if is_backed_up(props, _config) else ReadResult(None, {})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave the copy, and the tag on the monorepo."""


class VerifiedCopy(Resource, module="backup", name="VerifiedCopy"):
    """Every ref of the monorepo in the backup repository, and the tag on the monorepo that says so."""

    tag: pulumi.Output[str]
    refs: pulumi.Output[int]

    def __init__(
        self, name: str, repository: pulumi.Input[str], branch: str, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """repository: the backup's name at GitHub. branch: of the monorepo, which the tag names."""
        properties = {"repository": repository, "branch": branch, "tag": None, "commit": None, "refs": None}
        super().__init__(VerifiedCopyProvider(), name, properties, opts)


@dataclass(frozen=True, kw_only=True)
class MonorepoBackupArgs:
    """monorepo: its name. branch: its default branch. exists: whether GitHub has the backup repository already."""

    monorepo: str
    branch: str
    exists: bool
    leftovers: Leftovers


class MonorepoBackup(pulumi.ComponentResource):
    """A private repository with the monorepo as it was before the first move. Everything that moves waits for it.

    Once it holds the copy, nobody can change a branch or a tag of it, whatever their role.
    """

    copy: VerifiedCopy

    def __init__(self, name: str, args: MonorepoBackupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the repository of this name, the copy, and the rules that keep it."""
        super().__init__("multirepo:github:MonorepoBackup", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        repository = github.Repository(
            f"{name}-repository",
            name=name,
            description=f"{args.monorepo} as it was before the migration; git checkout the tag pre-migration-…",
            visibility="private",
            archive_on_destroy=True,
            has_issues=False,
            has_projects=False,
            has_wiki=False,
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(import_=name if args.exists else None)),
        )
        self.copy = VerifiedCopy(
            f"{name}-copy",
            repository.name,
            args.branch,
            pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[repository])),
        )
        kept = pulumi.ResourceOptions(depends_on=[self.copy], hooks=args.leftovers.hooks)
        for target in ("branch", "tag"):
            github.RepositoryRuleset(
                f"{name}-{target}-rules",
                name=f"The {target} is kept",
                repository=name,
                target=target,
                enforcement="active",
                conditions=github.RepositoryRulesetConditionsArgs(
                    ref_name=github.RepositoryRulesetConditionsRefNameArgs(includes=[EVERY_REF], excludes=[])
                ),
                rules=github.RepositoryRulesetRulesArgs(
                    creation=True, update=True, deletion=True, non_fast_forward=True
                ),
                opts=pulumi.ResourceOptions.merge(child, kept),
            )
        self.register_outputs({"tag": self.copy.tag})

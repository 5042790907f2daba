"""The backup of the monorepo: a private repository that nobody can change, with every ref, proved by a fresh clone."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_github as github

from components.monorepo.verified_copy import VerifiedCopy

EVERY_REF = "~ALL"
"""GitHub's own word for all branches, or tags, in a ruleset's conditions."""
TARGETS = ("branch", "tag")
"""What rulesets protect."""


def ruleset_name(target: str) -> str:
    """The name of the ruleset for one of TARGETS."""
    return f"The {target} is kept"


@dataclass(frozen=True, kw_only=True)
class MonorepoBackupArgs:
    """monorepo: its name. branch: its default branch. exists: whether GitHub has the backup repository already.

    target: see `target_properties`. imports: id to import by, of each ruleset that GitHub has already, by its name.
    """

    monorepo: str
    branch: str
    exists: bool
    target: Mapping[str, Any]
    imports: Mapping[str, str] = field(default_factory=dict)


class MonorepoBackup(pulumi.ComponentResource):
    """A private repository with the monorepo as it was before the first move. Everything that moves waits for it.

    Once it holds the copy, nobody can change a branch or a tag of it, whatever their role.
    """

    tag: pulumi.Output[str]
    """The tag in the monorepo at the state that the copy has."""
    present: Awaitable[pulumi.Resource]
    """Itself as soon as the copy exists: what waits for it fails if the run leaves the copy out."""

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
            opts=pulumi.ResourceOptions.merge(
                child, pulumi.ResourceOptions(retain_on_delete=True, import_=name if args.exists else None)
            ),
        )
        copy = VerifiedCopy(
            f"{name}-copy",
            repository.name,
            args.branch,
            args.target,
            pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[repository])),
        )
        self.present = asyncio.ensure_future(_present(self, copy))
        copied = asyncio.ensure_future(_present(copy, copy))
        for target in TARGETS:
            ruleset = ruleset_name(target)
            rule_options = pulumi.ResourceOptions(depends_on=[copied], import_=args.imports.get(ruleset))
            github.RepositoryRuleset(
                f"{name}-{target}-rules",
                name=ruleset,
                repository=name,
                target=target,
                enforcement="active",
                conditions=github.RepositoryRulesetConditionsArgs(
                    ref_name=github.RepositoryRulesetConditionsRefNameArgs(includes=[EVERY_REF], excludes=[])
                ),
                rules=github.RepositoryRulesetRulesArgs(
                    creation=True, update=True, deletion=True, non_fast_forward=True
                ),
                opts=pulumi.ResourceOptions.merge(child, rule_options),
            )
        self.tag = copy.tag
        self.register_outputs({"tag": self.tag})


async def _present(resource: pulumi.Resource, copy: VerifiedCopy) -> pulumi.Resource:
    """The resource, once the copy exists. In a preview, it does not have to.

    The engine takes a new resource that `pulumi up --exclude` names for done: it would create the repositories without
    the backup, and write a state that refers to a missing resource, which no later run accepts.
    """
    if not await copy.tag.future() and not pulumi.runtime.is_dry_run():
        raise pulumi.RunError(
            "The backup of the monorepo does not exist: this run excludes it, or could not make it. Nothing was moved. "
            "Run pulumi up again, without --exclude."
        )
    return resource

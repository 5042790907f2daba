"""The rules that protect a repository's branches and tags."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_github as github

from components.stack.declaration import child_name, inside, part_name, renamed
from migration.desired_state.protection_rules import BranchProtection, Reviews, Ruleset
from migration.desired_state.protection_rules import ProtectionRules as DesiredProtection
from migration.desired_state.required_checks import GITHUB_ACTIONS_APP
from migration.plan import ORGANIZATION_ADMINS, REPOSITORY_ADMINS

# https://docs.github.com/en/rest/repos/rules#create-a-repository-ruleset; GitHub answers no id for owners as a whole,
# so one that is sent would drift (integrations/terraform-provider-github#2717).
_ADMINS = {
    ORGANIZATION_ADMINS: github.RepositoryRulesetBypassActorArgs(actor_type="OrganizationAdmin", bypass_mode="always"),
    REPOSITORY_ADMINS: github.RepositoryRulesetBypassActorArgs(
        actor_type="RepositoryRole", actor_id=5, bypass_mode="always"
    ),
}


@dataclass(frozen=True, kw_only=True)
class ProtectionArgs:
    """owner: on GitHub. repository: its name. node_id: its global id. teams: slug to number, for those who bypass.

    imports: id to import by, of each rule that GitHub has already, by its name in this component.
    """

    owner: str
    repository: str
    node_id: pulumi.Input[str]
    desired: DesiredProtection
    teams: Mapping[str, pulumi.Output[int]]
    imports: Mapping[str, str] = field(default_factory=dict)
    is_archived: bool = False


class RepositoryProtection(pulumi.ComponentResource):
    """The rulesets and classic branch protection rules that the plan wants.

    Owns those alone: rulesets with other names, and those of the organization, stay as they are.
    """

    def __init__(self, name: str, args: ProtectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register each rule under its name."""
        formerly = f"{args.repository}-protection"
        super().__init__("multirepo:github:Protection", name, None, renamed(opts, formerly))
        self._name, self._args = name, args
        rulesets = [self._ruleset(ruleset) for ruleset in args.desired.rulesets]
        branches = [self._branch(branch) for branch in args.desired.branches]
        self.register_outputs(
            {"rulesets": [ruleset.name for ruleset in rulesets], "branches": [branch.pattern for branch in branches]}
        )

    def _ruleset(self, ruleset: Ruleset) -> github.RepositoryRuleset:
        return github.RepositoryRuleset(
            child_name(self._name, ruleset.name),
            name=ruleset.name,
            repository=self._args.repository,
            target=ruleset.target,
            enforcement="active",
            conditions=github.RepositoryRulesetConditionsArgs(
                ref_name=github.RepositoryRulesetConditionsRefNameArgs(includes=list(ruleset.include), excludes=[])
            ),
            bypass_actors=[self._actor(slug) for slug in ruleset.bypass],
            rules=_rules(ruleset),
            opts=self._options(part_name(ruleset.name), ruleset.name.lower().replace(" ", "-")),
        )

    def _options(self, part: str, formerly: str) -> pulumi.ResourceOptions:
        """part: its name in this component. formerly: the end of its name in the first release."""
        name = f"{self._args.repository}-protection-{formerly}"
        return inside(self, formerly=name, is_archived=self._args.is_archived, import_=self._args.imports.get(part))

    def _actor(self, slug: str) -> github.RepositoryRulesetBypassActorArgs:
        return _ADMINS.get(slug) or github.RepositoryRulesetBypassActorArgs(
            actor_type="Team", actor_id=self._args.teams[slug], bypass_mode="always"
        )

    def _branch(self, branch: BranchProtection) -> github.BranchProtection:
        bypass = [f"{self._args.owner}/{slug}" for slug in branch.bypass]
        return github.BranchProtection(
            child_name(self._name, "branch", branch.pattern),
            repository_id=self._args.node_id,
            pattern=branch.pattern,
            enforce_admins=False,
            allows_deletions=False,
            allows_force_pushes=False,
            required_linear_history=branch.linear_history,
            require_signed_commits=branch.signatures,
            require_conversation_resolution=bool(branch.reviews and branch.reviews.conversation_resolution),
            required_pull_request_reviews=[_classic_reviews(branch.reviews, bypass)] if branch.reviews else [],
            required_status_checks=[
                github.BranchProtectionRequiredStatusCheckArgs(contexts=list(branch.checks), strict=False)
            ]
            if branch.checks
            else [],
            restrict_pushes=[github.BranchProtectionRestrictPushArgs(blocks_creations=True, push_allowances=[])]
            if branch.migration_only
            else [],
            opts=self._options(part_name("branch", branch.pattern), f"branch-{branch.pattern}"),
        )


def _rules(ruleset: Ruleset) -> github.RepositoryRulesetRulesArgs:
    checks = [
        github.RepositoryRulesetRulesRequiredStatusChecksRequiredCheckArgs(
            context=check, integration_id=GITHUB_ACTIONS_APP
        )
        for check in ruleset.checks
    ]
    return github.RepositoryRulesetRulesArgs(
        creation=ruleset.creation,
        update=ruleset.update,
        deletion=ruleset.deletion,
        non_fast_forward=ruleset.non_fast_forward,
        required_linear_history=ruleset.linear_history,
        required_signatures=ruleset.signatures,
        pull_request=_reviews(ruleset.reviews, ruleset.linear_history) if ruleset.reviews else None,
        required_status_checks=github.RepositoryRulesetRulesRequiredStatusChecksArgs(required_checks=checks)
        if checks
        else None,
    )


def _reviews(reviews: Reviews, linear: bool) -> github.RepositoryRulesetRulesPullRequestArgs:
    return github.RepositoryRulesetRulesPullRequestArgs(
        allowed_merge_methods=["squash"] if linear else ["merge", "squash"],
        required_approving_review_count=reviews.approvals,
        require_code_owner_review=reviews.code_owner_review,
        dismiss_stale_reviews_on_push=reviews.stale_dismissal,
        require_last_push_approval=reviews.last_push_approval,
        required_review_thread_resolution=reviews.conversation_resolution,
    )


def _classic_reviews(reviews: Reviews, bypass: list[str]) -> github.BranchProtectionRequiredPullRequestReviewArgs:
    return github.BranchProtectionRequiredPullRequestReviewArgs(
        required_approving_review_count=reviews.approvals,
        require_code_owner_reviews=reviews.code_owner_review,
        dismiss_stale_reviews=reviews.stale_dismissal,
        require_last_push_approval=reviews.last_push_approval,
        pull_request_bypassers=bypass,
    )

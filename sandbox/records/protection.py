"""Branch protection rules and rulesets: the records, and which of their rules hold for a ref.

Classic protection is turned into the rules of rulesets here, so that there is one place that enforces them.
https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar

from sandbox.git.bare_repository import BRANCHES, TAGS
from sandbox.records.custom_properties import property_values
from sandbox.tenant.entities import Record, RepositoryRecord
from sandbox.tenant.store import Store

PATTERN_PARAMETERS = ("operator", "pattern")
# Every type of rule that the documentation lists, with the parameters that it must have.
RULE_PARAMETERS: dict[str, tuple[str, ...]] = {
    "creation": (),
    "update": (),
    "deletion": (),
    "required_linear_history": (),
    "merge_queue": ("merge_method",),
    "required_deployments": ("required_deployment_environments",),
    "required_signatures": (),
    "pull_request": ("required_approving_review_count",),
    "required_status_checks": ("required_status_checks",),
    "non_fast_forward": (),
    "commit_message_pattern": PATTERN_PARAMETERS,
    "commit_author_email_pattern": PATTERN_PARAMETERS,
    "committer_email_pattern": PATTERN_PARAMETERS,
    "branch_name_pattern": PATTERN_PARAMETERS,
    "tag_name_pattern": PATTERN_PARAMETERS,
    "workflows": ("workflows",),
    "code_scanning": ("code_scanning_tools",),
    "copilot_code_review": (),
    "license_compliance_scanning": (),
    "file_path_restriction": ("restricted_file_paths",),
    "max_file_path_length": ("max_file_path_length",),
    "file_extension_restriction": ("restricted_file_extensions",),
    "max_file_size": ("max_file_size",),
}


@dataclass(frozen=True, kw_only=True)
class BranchProtectionRule(Record):
    """Classic branch protection, with GraphQL's names. Actors are global ids of users, teams and apps.

    required_status_checks: {"context", "app_id"} each; app_id None: from any app.
    https://docs.github.com/graphql/reference/objects#branchprotectionrule
    """

    record_kind: ClassVar[str] = "BranchProtectionRule"

    repository_id: int
    creator_id: int
    pattern: str
    allows_deletions: bool = False
    allows_force_pushes: bool = False
    blocks_creations: bool = False
    bypass_force_push_actor_ids: tuple[str, ...] = ()
    bypass_pull_request_actor_ids: tuple[str, ...] = ()
    dismisses_stale_reviews: bool = False
    is_admin_enforced: bool = False
    lock_allows_fetch_and_merge: bool = False
    lock_branch: bool = False
    push_actor_ids: tuple[str, ...] = ()
    require_last_push_approval: bool = False
    required_approving_review_count: int | None = None
    required_deployment_environments: tuple[str, ...] = ()
    required_status_checks: tuple[dict[str, Any], ...] = ()
    requires_approving_reviews: bool = False
    requires_code_owner_reviews: bool = False
    requires_commit_signatures: bool = False
    requires_conversation_resolution: bool = False
    requires_deployments: bool = False
    requires_linear_history: bool = False
    requires_status_checks: bool = False
    requires_strict_status_checks: bool = False
    restricts_pushes: bool = False
    restricts_review_dismissals: bool = False
    review_dismissal_actor_ids: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and pattern."""
        return (str(self.repository_id), self.pattern)


@dataclass(frozen=True, kw_only=True)
class RulesetRecord(Record):
    """A ruleset of a repository or an organization, in REST's words. https://docs.github.com/rest/repos/rules"""

    record_kind: ClassVar[str] = "Ruleset"

    owner_id: int
    name: str
    target: str = "branch"
    enforcement: str = "disabled"
    bypass_actors: tuple[dict[str, Any], ...] = ()
    conditions: dict[str, Any] | None = None
    rules: tuple[dict[str, Any], ...] = ()
    created_at: str
    updated_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By owner and name."""
        return (str(self.owner_id), self.name.lower())


@dataclass(frozen=True)
class Rule:
    """One rule that holds for a ref, and where it comes from."""

    type: str
    source: BranchProtectionRule | RulesetRecord
    parameters: Mapping[str, Any] = field(default_factory=dict)


@lru_cache(1024)
def _pattern(glob: str) -> re.Pattern[str]:
    """GitHub's fnmatch with FNM_PATHNAME: "*" and "?" stop at "/", "**/" crosses it."""
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]]+\])", glob)
    body = "".join(
        parts.get(piece) or (piece.replace("[!", "[^", 1) if piece.startswith("[") else re.escape(piece))
        for piece in pieces
    )
    try:
        return re.compile(body)
    except re.error:  # a range that runs backwards fits nothing but itself
        return re.compile(re.escape(glob))


def matches(glob: str, name: str) -> bool:
    """Whether the name fits the pattern as a whole."""
    return _pattern(glob).fullmatch(name) is not None


def protection_of(store: Store, repository: RepositoryRecord, branch: str) -> BranchProtectionRule | None:
    """The classic rule that holds for a branch: the one of its name, otherwise the oldest that matches."""
    exact = store.by_key(BranchProtectionRule, str(repository.id), branch)
    found = (rule for rule in store.all(BranchProtectionRule, str(repository.id)) if matches(rule.pattern, branch))
    return exact or next(found, None)


def rulesets_for(store: Store, repository: RepositoryRecord) -> list[RulesetRecord]:
    """The rulesets of the repository and those of its organization that include it."""
    inherited = [
        each for each in store.all(RulesetRecord, str(repository.owner_id)) if _includes(store, each, repository)
    ]
    return [*store.all(RulesetRecord, str(repository.id)), *inherited]


def rules_for(store: Store, repository: RepositoryRecord, ref: str) -> list[Rule]:
    """All rules in force for the ref, the classic ones first."""
    found: list[Rule] = []
    if ref.startswith(BRANCHES) and (protection := protection_of(store, repository, ref.removeprefix(BRANCHES))):
        found += classic_rules(protection)
    for ruleset in rulesets_for(store, repository):
        if ruleset.enforcement == "active" and _covers(ruleset, repository, ref):
            found += [Rule(rule["type"], ruleset, rule.get("parameters") or {}) for rule in ruleset.rules]
    return found


def has_rules(store: Store, repository: RepositoryRecord) -> bool:
    """Whether a push to the repository may break a rule at all."""
    if store.all(BranchProtectionRule, str(repository.id)):
        return True
    return any(ruleset.enforcement == "active" for ruleset in rulesets_for(store, repository))


def classic_rules(protection: BranchProtectionRule) -> Iterator[Rule]:
    """Classic protection as rules of rulesets."""
    if protection.requires_approving_reviews:
        yield Rule(
            "pull_request",
            protection,
            {
                "required_approving_review_count": protection.required_approving_review_count or 0,
                "dismiss_stale_reviews_on_push": protection.dismisses_stale_reviews,
                "require_code_owner_review": protection.requires_code_owner_reviews,
                "require_last_push_approval": protection.require_last_push_approval,
            },
        )
    if protection.requires_status_checks:
        yield Rule(
            "required_status_checks",
            protection,
            {
                "required_status_checks": list(protection.required_status_checks),
                "strict_required_status_checks_policy": protection.requires_strict_status_checks,
                "do_not_enforce_on_create": True,
            },
        )
    switches = {
        "non_fast_forward": not protection.allows_force_pushes,
        "deletion": not protection.allows_deletions,
        "required_linear_history": protection.requires_linear_history,
        "required_signatures": protection.requires_commit_signatures,
        "creation": protection.restricts_pushes and protection.blocks_creations,
        "push_restriction": protection.restricts_pushes,
        "lock": protection.lock_branch,
    }
    for kind, is_on in switches.items():
        if is_on:
            yield Rule(kind, protection)


def _covers(ruleset: RulesetRecord, repository: RepositoryRecord, ref: str) -> bool:
    prefix = {"branch": BRANCHES, "tag": TAGS}.get(ruleset.target)
    if prefix is None or not ref.startswith(prefix):
        return False
    names = (ruleset.conditions or {}).get("ref_name") or {}

    def listed(globs: Iterable[str]) -> bool:
        return any(
            glob == "~ALL"
            or (glob == "~DEFAULT_BRANCH" and ref == BRANCHES + repository.default_branch)
            or matches(glob, ref)
            for glob in globs
        )

    return listed(names.get("include") or ()) and not listed(names.get("exclude") or ())


def _includes(store: Store, ruleset: RulesetRecord, repository: RepositoryRecord) -> bool:
    """Whether an organization's ruleset is about this repository."""
    conditions = ruleset.conditions or {}
    if "repository_id" in conditions:
        return repository.id in (conditions["repository_id"].get("repository_ids") or ())
    if "repository_property" in conditions:
        condition, values = conditions["repository_property"], property_values(store, repository)

        def fits(spec: Mapping[str, Any]) -> bool:
            value = values.get(spec["name"])
            return any(each in spec["property_values"] for each in (value if isinstance(value, list) else [value]))

        included, excluded = condition.get("include") or (), condition.get("exclude") or ()
        return all(map(fits, included)) and not any(map(fits, excluded))
    names = conditions.get("repository_name") or {"include": ["~ALL"]}

    def listed(globs: Iterable[str]) -> bool:
        return any(glob == "~ALL" or matches(glob, repository.name) for glob in globs)

    return listed(names.get("include") or ()) and not listed(names.get("exclude") or ())

"""Branch protection rules. https://docs.github.com/graphql/reference/objects#branchprotectionrule"""

from collections.abc import Callable
from typing import Any

from sandbox.git import bare_repository
from sandbox.git.bare_repository import BRANCHES
from sandbox.graphql.connections import connection
from sandbox.graphql.context import context_of
from sandbox.graphql.nodes import Allowance, RefNode
from sandbox.records.apps import app_with
from sandbox.records.protection import BranchProtectionRule, matches
from sandbox.representations.actors import actor_with
from sandbox.tenant.entities import Account, RepositoryRecord

ALLOWANCES = {
    "pushAllowances": ("PA", "push_actor_ids"),
    "reviewDismissalAllowances": ("RDA", "review_dismissal_actor_ids"),
    "bypassForcePushAllowances": ("BFPA", "bypass_force_push_actor_ids"),
    "bypassPullRequestAllowances": ("BPRA", "bypass_pull_request_actor_ids"),
}


def _allowances(name: str) -> Callable[..., Any]:
    kind, attribute = ALLOWANCES[name]

    def resolve(rule: BranchProtectionRule, info: Any, **arguments: Any) -> Any:
        tenant = context_of(info).tenant
        found = [
            Allowance(kind, rule, actor, text)
            for text in getattr(rule, attribute)
            if (actor := actor_with(tenant, text))
        ]
        return connection(found, arguments, name)

    return resolve


def _repository(rule: BranchProtectionRule, info: Any) -> RepositoryRecord | None:
    return context_of(info).tenant.store.by_id(RepositoryRecord, rule.repository_id)


async def _matching_refs(rule: BranchProtectionRule, info: Any, **arguments: Any) -> Any:
    repository = _repository(rule, info)
    assert repository is not None, f"rule {rule.id} has lost its repository"
    branches = await bare_repository.refs(context_of(info).tenant.git_directory(repository), BRANCHES)
    found = [
        RefNode(repository, each.name, each.sha)
        for each in branches
        if matches(rule.pattern, each.name.removeprefix(BRANCHES))
    ]
    return connection(found, arguments, "matchingRefs")


def _checks(rule: BranchProtectionRule, info: Any) -> list[dict[str, Any]]:
    return [
        {"context": check["context"], "app": app_with(number=check["app_id"]) if check["app_id"] else None}
        for check in rule.required_status_checks
    ]


ALLOWANCE = {"branchProtectionRule": lambda allowance, info: allowance.rule}
RESOLVERS: dict[str, dict[str, Callable[..., Any]]] = {
    "BranchProtectionRule": {
        "databaseId": lambda rule, info: rule.id,
        "repository": _repository,
        "creator": lambda rule, info: info.context.tenant.store.by_id(Account, rule.creator_id),
        "requiredStatusCheckContexts": lambda rule, info: [check["context"] for check in rule.required_status_checks],
        "requiredStatusChecks": _checks,
        "matchingRefs": _matching_refs,
        **{name: _allowances(name) for name in ALLOWANCES},
    },
    "PushAllowance": ALLOWANCE,
    "ReviewDismissalAllowance": ALLOWANCE,
    "BypassForcePushAllowance": ALLOWANCE,
    "BypassPullRequestAllowance": ALLOWANCE,
}

"""Classic branch protection and rulesets as the JSON objects that GitHub's documentation describes."""

from typing import Any
from urllib.parse import quote

from sandbox.records.protection import BranchProtectionRule, RulesetRecord
from sandbox.representations.actors import actor_objects
from sandbox.tenant.entities import Account, RepositoryRecord, node_id
from sandbox.tenant.sites import Addresses, Site
from sandbox.tenant.tenants import Tenant

UNPROTECTED = {
    "enabled": False,
    "required_status_checks": {"enforcement_level": "off", "contexts": [], "checks": []},
}


def branch_summary(rule: BranchProtectionRule | None) -> dict[str, Any]:
    """What branches show of their protection."""
    if rule is None:
        return {"protected": False, "protection": UNPROTECTED}
    level = "everyone" if rule.is_admin_enforced else "non_admins"
    document = {
        "enforcement_level": level if rule.requires_status_checks else "off",
        "contexts": [check["context"] for check in rule.required_status_checks],
        "checks": [dict(check) for check in rule.required_status_checks],
    }
    return {"protected": True, "protection": {"enabled": True, "required_status_checks": document}}


def protection_object(
    tenant: Tenant, site: Site, addresses: Addresses, branch: str, rule: BranchProtectionRule
) -> dict[str, Any]:
    """https://docs.github.com/rest/branches/branch-protection#get-branch-protection"""
    address = f"{addresses.api}/branches/{quote(branch, safe='')}/protection"
    document: dict[str, Any] = {
        "url": address,
        "required_signatures": {"url": f"{address}/required_signatures", "enabled": rule.requires_commit_signatures},
        "enforce_admins": {"url": f"{address}/enforce_admins", "enabled": rule.is_admin_enforced},
        "required_linear_history": {"enabled": rule.requires_linear_history},
        "allow_force_pushes": {"enabled": rule.allows_force_pushes},
        "allow_deletions": {"enabled": rule.allows_deletions},
        "block_creations": {"enabled": rule.blocks_creations},
        "required_conversation_resolution": {"enabled": rule.requires_conversation_resolution},
        "lock_branch": {"enabled": rule.lock_branch},
        "allow_fork_syncing": {"enabled": rule.lock_allows_fetch_and_merge},
    }
    if rule.requires_status_checks:
        document["required_status_checks"] = checks_object(address, rule)
    if rule.requires_approving_reviews:
        document["required_pull_request_reviews"] = reviews_object(tenant, site, address, rule)
    if rule.restricts_pushes:
        document["restrictions"] = restrictions_object(tenant, site, address, rule)
    return document


def checks_object(address: str, rule: BranchProtectionRule) -> dict[str, Any]:
    """Required status checks. address: of the protection."""
    return {
        "url": f"{address}/required_status_checks",
        "strict": rule.requires_strict_status_checks,
        "contexts": [check["context"] for check in rule.required_status_checks],
        "contexts_url": f"{address}/required_status_checks/contexts",
        "checks": [dict(check) for check in rule.required_status_checks],
    }


def reviews_object(tenant: Tenant, site: Site, address: str, rule: BranchProtectionRule) -> dict[str, Any]:
    """Required reviews. address: of the protection."""
    document = {
        "url": f"{address}/required_pull_request_reviews",
        "dismiss_stale_reviews": rule.dismisses_stale_reviews,
        "require_code_owner_reviews": rule.requires_code_owner_reviews,
        "required_approving_review_count": rule.required_approving_review_count or 0,
        "require_last_push_approval": rule.require_last_push_approval,
    }
    if rule.restricts_review_dismissals:
        dismissal = f"{address}/dismissal_restrictions"
        document["dismissal_restrictions"] = {
            "url": dismissal,
            "users_url": f"{dismissal}/users",
            "teams_url": f"{dismissal}/teams",
            **actor_objects(tenant, site, rule.review_dismissal_actor_ids),
        }
    if rule.bypass_pull_request_actor_ids:
        document["bypass_pull_request_allowances"] = actor_objects(tenant, site, rule.bypass_pull_request_actor_ids)
    return document


def restrictions_object(tenant: Tenant, site: Site, address: str, rule: BranchProtectionRule) -> dict[str, Any]:
    """Who may push. address: of the protection."""
    restrictions = f"{address}/restrictions"
    return {
        "url": restrictions,
        "users_url": f"{restrictions}/users",
        "teams_url": f"{restrictions}/teams",
        "apps_url": f"{restrictions}/apps",
        **actor_objects(tenant, site, rule.push_actor_ids),
    }


def ruleset_object(
    site: Site,
    ruleset: RulesetRecord,
    owner: Account,
    repository: RepositoryRecord | None,
    bypass: str,
    *,
    whole: bool = True,
) -> dict[str, Any]:
    """A ruleset. repository: whose ruleset it is, None for the organization's. whole: with its rules."""
    source = f"{owner.login}/{repository.name}" if repository else owner.login
    address = f"{site.api}/repos/{source}" if repository else f"{site.api}/orgs/{source}"
    page = f"{site.html}/{source}/rules" if repository else f"{site.html}/organizations/{source}/settings/rules"
    document = {
        "id": ruleset.id,
        "name": ruleset.name,
        "target": ruleset.target,
        "source_type": "Repository" if repository else "Organization",
        "source": source,
        "enforcement": ruleset.enforcement,
        "node_id": node_id("RRS", ruleset.id),
        "_links": {"self": {"href": f"{address}/rulesets/{ruleset.id}"}, "html": {"href": f"{page}/{ruleset.id}"}},
        "created_at": ruleset.created_at,
        "updated_at": ruleset.updated_at,
    }
    if whole:
        document |= {
            "conditions": ruleset.conditions,
            "rules": list(ruleset.rules),
            "bypass_actors": list(ruleset.bypass_actors),
            "current_user_can_bypass": bypass,
        }
    return document

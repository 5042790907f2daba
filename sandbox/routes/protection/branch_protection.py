"""Classic branch protection. https://docs.github.com/rest/branches/branch-protection"""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from sandbox import errors
from sandbox.git import bare_repository
from sandbox.git.bare_repository import BRANCHES
from sandbox.records.protection import BranchProtectionRule, protection_of
from sandbox.representations.actors import actor_ids
from sandbox.representations.protection import checks_object, protection_object, restrictions_object, reviews_object
from sandbox.rest.bodies import fields, items, optional, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.routing import repository_routes
from sandbox.rules.plans import demand_protection
from sandbox.tenant.entities import RepositoryRecord
from sandbox.tenant.permissions import Permission

PATH = "/branches/{branch}/protection"
SWITCHES = {
    "required_linear_history": "requires_linear_history",
    "allow_force_pushes": "allows_force_pushes",
    "allow_deletions": "allows_deletions",
    "block_creations": "blocks_creations",
    "required_conversation_resolution": "requires_conversation_resolution",
    "lock_branch": "lock_branch",
    "allow_fork_syncing": "lock_allows_fetch_and_merge",
}


def _branch(call: Call) -> tuple[RepositoryRecord, str]:
    reading = call.request.method in {"GET", "HEAD"}
    repository = call.repository(Permission.ADMIN) if reading else call.writable_repository()
    demand_protection(call.tenant.owner_of(repository), repository)
    branch = call.parameter("branch")
    if bare_repository.object_id(call.git_directory(repository), BRANCHES + branch) is None:
        raise errors.not_found("Branch not found")
    return repository, branch


def protected(call: Call) -> BranchProtectionRule:
    """The protection of the branch that the path names. Raises 404, 403."""
    repository, branch = _branch(call)
    rule = protection_of(call.tenant.store, repository, branch)
    if rule is None:
        raise errors.not_found("Branch not protected")
    return rule


def _address(call: Call) -> str:
    branch = quote(call.parameter("branch"), safe="")
    return f"{call.addresses(call.repository()).api}/branches/{branch}/protection"


def _protection_object(call: Call, rule: BranchProtectionRule) -> dict[str, Any]:
    return protection_object(call.tenant, call.site, call.addresses(call.repository()), call.parameter("branch"), rule)


def _store_rule(call: Call, rule: BranchProtectionRule, **changes: Any) -> BranchProtectionRule:
    changed = replace(rule, **changes)
    call.tenant.store.put(changed)
    return changed


async def get_protection(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#get-branch-protection"""
    return Reply(_protection_object(call, protected(call)))


async def set_protection(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#update-branch-protection"""
    repository, branch = _branch(call)
    body = call.body
    for field in ("required_status_checks", "enforce_admins", "required_pull_request_reviews", "restrictions"):
        if field not in body:
            raise errors.missing(field)
    store = call.tenant.store
    present = store.by_key(BranchProtectionRule, str(repository.id), branch)
    restrictions = optional(body, "restrictions", dict)
    rule = BranchProtectionRule(
        id=present.id if present else store.next_id(),
        repository_id=repository.id,
        creator_id=call.signed_in().id,
        pattern=branch,
        is_admin_enforced=optional(body, "enforce_admins", bool, False),
        requires_commit_signatures=present.requires_commit_signatures if present else False,
        restricts_pushes=restrictions is not None,
        push_actor_ids=actor_ids(call.tenant, repository, restrictions),
        **{attribute: optional(body, theirs, bool, False) for theirs, attribute in SWITCHES.items()},
        **_checks_in(optional(body, "required_status_checks", dict)),
        **_reviews_in(call, repository, optional(body, "required_pull_request_reviews", dict)),
    )
    store.put(rule)
    return Reply(_protection_object(call, rule))


def _checks_in(requested: dict[str, Any] | None) -> dict[str, Any]:
    if requested is None:
        return {"requires_status_checks": False, "required_status_checks": ()}
    checks = {context: {"context": context, "app_id": None} for context in items(requested, "contexts", str)}
    for check in items(requested, "checks", dict):
        app, context = optional(check, "app_id", int), required(check, "context", str)
        checks[context] = {"context": context, "app_id": None if app == -1 else app}
    return {
        "requires_status_checks": True,
        "requires_strict_status_checks": optional(requested, "strict", bool, False),
        "required_status_checks": tuple(checks.values()),
    }


def _reviews_in(call: Call, repository: RepositoryRecord, requested: dict[str, Any] | None) -> dict[str, Any]:
    if requested is None:
        return {"requires_approving_reviews": False, "required_approving_review_count": None}
    dismissal = optional(requested, "dismissal_restrictions", dict) or None
    return {
        "requires_approving_reviews": True,
        "required_approving_review_count": optional(requested, "required_approving_review_count", int, 1),
        "dismisses_stale_reviews": optional(requested, "dismiss_stale_reviews", bool, False),
        "requires_code_owner_reviews": optional(requested, "require_code_owner_reviews", bool, False),
        "require_last_push_approval": optional(requested, "require_last_push_approval", bool, False),
        "restricts_review_dismissals": dismissal is not None,
        "review_dismissal_actor_ids": actor_ids(call.tenant, repository, dismissal),
        "bypass_pull_request_actor_ids": actor_ids(
            call.tenant, repository, optional(requested, "bypass_pull_request_allowances", dict)
        ),
    }


async def delete_protection(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#delete-branch-protection"""
    call.tenant.store.remove(protected(call))
    return Reply(status=204)


async def get_signatures(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#get-commit-signature-protection"""
    return Reply(_protection_object(call, protected(call))["required_signatures"])


async def require_signatures(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#create-commit-signature-protection"""
    rule = _store_rule(call, protected(call), requires_commit_signatures=True)
    return Reply(_protection_object(call, rule)["required_signatures"])


async def drop_signatures(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#delete-commit-signature-protection"""
    _store_rule(call, protected(call), requires_commit_signatures=False)
    return Reply(status=204)


async def get_admin_enforcement(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#get-admin-branch-protection"""
    return Reply(_protection_object(call, protected(call))["enforce_admins"])


async def enforce_admins(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#set-admin-branch-protection"""
    return Reply(_protection_object(call, _store_rule(call, protected(call), is_admin_enforced=True))["enforce_admins"])


async def exempt_admins(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#delete-admin-branch-protection"""
    _store_rule(call, protected(call), is_admin_enforced=False)
    return Reply(status=204)


async def get_reviews(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#get-pull-request-review-protection"""
    rule = protected(call)
    if not rule.requires_approving_reviews:
        raise errors.not_found("Pull request review protection is not enabled")
    return Reply(reviews_object(call.tenant, call.site, _address(call), rule))


async def update_reviews(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#update-pull-request-review-protection"""
    rule = protected(call)
    current = reviews_object(call.tenant, call.site, _address(call), rule)
    known = fields(
        call.body,
        dismissal_restrictions=dict,
        bypass_pull_request_allowances=dict,
        dismiss_stale_reviews=bool,
        require_code_owner_reviews=bool,
        require_last_push_approval=bool,
        required_approving_review_count=int,
    )
    plain = {name: value for name, value in current.items() if isinstance(value, bool | int)}
    changed = _store_rule(call, rule, **_reviews_in(call, call.repository(), plain | known))
    return Reply(reviews_object(call.tenant, call.site, _address(call), changed))


async def drop_reviews(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#delete-pull-request-review-protection"""
    _store_rule(call, protected(call), requires_approving_reviews=False, required_approving_review_count=None)
    return Reply(status=204)


async def get_checks(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#get-status-checks-protection"""
    rule = protected(call)
    if not rule.requires_status_checks:
        raise errors.not_found("Required status checks not enabled")
    return Reply(checks_object(_address(call), rule))


async def update_checks(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#update-status-check-protection"""
    rule = protected(call)
    present = {"strict": rule.requires_strict_status_checks, "checks": list(rule.required_status_checks)}
    if "contexts" in call.body:
        del present["checks"]
    return Reply(checks_object(_address(call), _store_rule(call, rule, **_checks_in(present | call.body))))


async def drop_checks(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#remove-status-check-protection"""
    _store_rule(call, protected(call), **_checks_in(None))
    return Reply(status=204)


async def get_restrictions(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#get-access-restrictions"""
    rule = protected(call)
    if not rule.restricts_pushes:
        raise errors.not_found("Push restrictions not enabled")
    return Reply(restrictions_object(call.tenant, call.site, _address(call), rule))


async def drop_restrictions(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#delete-access-restrictions"""
    _store_rule(call, protected(call), restricts_pushes=False, push_actor_ids=())
    return Reply(status=204)


ROUTES = [
    *repository_routes("GET", PATH, get_protection),
    *repository_routes("PUT", PATH, set_protection),
    *repository_routes("DELETE", PATH, delete_protection),
    *repository_routes("GET", f"{PATH}/required_signatures", get_signatures),
    *repository_routes("POST", f"{PATH}/required_signatures", require_signatures),
    *repository_routes("DELETE", f"{PATH}/required_signatures", drop_signatures),
    *repository_routes("GET", f"{PATH}/enforce_admins", get_admin_enforcement),
    *repository_routes("POST", f"{PATH}/enforce_admins", enforce_admins),
    *repository_routes("DELETE", f"{PATH}/enforce_admins", exempt_admins),
    *repository_routes("GET", f"{PATH}/required_pull_request_reviews", get_reviews),
    *repository_routes("PATCH", f"{PATH}/required_pull_request_reviews", update_reviews),
    *repository_routes("DELETE", f"{PATH}/required_pull_request_reviews", drop_reviews),
    *repository_routes("GET", f"{PATH}/required_status_checks", get_checks),
    *repository_routes("PATCH", f"{PATH}/required_status_checks", update_checks),
    *repository_routes("DELETE", f"{PATH}/required_status_checks", drop_checks),
    *repository_routes("GET", f"{PATH}/restrictions", get_restrictions),
    *repository_routes("DELETE", f"{PATH}/restrictions", drop_restrictions),
]

"""The names of required status checks, one list of classic branch protection.

https://docs.github.com/rest/branches/branch-protection
"""

from dataclasses import replace

from sandbox import errors
from sandbox.records.protection import BranchProtectionRule
from sandbox.rest.bodies import required_items
from sandbox.rest.calls import Call, Reply
from sandbox.rest.routing import repository_routes
from sandbox.routes.protection.branch_protection import PATH, protected


def _validate(call: Call) -> tuple[BranchProtectionRule, list[str]]:
    """The protection, and the contexts that it requires. Raises 404."""
    rule = protected(call)
    if not rule.requires_status_checks:
        raise errors.not_found("Required status checks not enabled")
    return rule, [check["context"] for check in rule.required_status_checks]


def _store_contexts(call: Call, rule: BranchProtectionRule, contexts: list[str]) -> Reply:
    """Keep these contexts; those that were there keep their app."""
    present = {check["context"]: check for check in rule.required_status_checks}
    checks = tuple(present.get(context, {"context": context, "app_id": None}) for context in dict.fromkeys(contexts))
    call.tenant.store.put(replace(rule, required_status_checks=checks))
    return Reply([check["context"] for check in checks])


def _requested_contexts(call: Call) -> list[str]:
    return required_items(call.body, "contexts", str)


async def list_contexts(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#get-all-status-check-contexts"""
    return Reply(_validate(call)[1])


async def add_contexts(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#add-status-check-contexts"""
    rule, contexts = _validate(call)
    return _store_contexts(call, rule, contexts + _requested_contexts(call))


async def set_contexts(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#set-status-check-contexts"""
    return _store_contexts(call, _validate(call)[0], _requested_contexts(call))


async def remove_contexts(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#remove-status-check-contexts"""
    rule, contexts = _validate(call)
    removed = _requested_contexts(call)
    return _store_contexts(call, rule, [context for context in contexts if context not in removed])


ADDRESS = f"{PATH}/required_status_checks/contexts"
ROUTES = [
    *repository_routes("GET", ADDRESS, list_contexts),
    *repository_routes("POST", ADDRESS, add_contexts, "contexts"),
    *repository_routes("PUT", ADDRESS, set_contexts, "contexts"),
    *repository_routes("DELETE", ADDRESS, remove_contexts, "contexts"),
]

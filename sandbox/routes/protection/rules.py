"""Rulesets of repositories and organizations, and the rules in force for a branch.

https://docs.github.com/rest/repos/rules and https://docs.github.com/rest/orgs/rules
"""

import re
from dataclasses import replace
from typing import Any

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.git.bare_repository import BRANCHES
from sandbox.records.protection import RULE_PARAMETERS, RulesetRecord, rules_for, rulesets_for
from sandbox.representations.protection import ruleset_object
from sandbox.rest.bodies import choice, items, optional, required, required_items
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import organization_routes, repository_routes
from sandbox.rules.enforcement import OPERATORS, Enforcement
from sandbox.rules.plans import demand_protection
from sandbox.tenant.entities import Account, RepositoryRecord, now
from sandbox.tenant.permissions import Permission

ENFORCEMENTS = ("disabled", "active", "evaluate")
TARGETS = ("branch", "tag", "push", "repository")
BYPASS_MODES = ("always", "pull_request", "exempt")
WITHOUT_ID = {"OrganizationAdmin", "EnterpriseOwner", "DeployKey"}
ACTOR_TYPES = ("Integration", "OrganizationAdmin", "EnterpriseOwner", "RepositoryRole", "Team", "DeployKey", "User")


def _ruleset_in(call: Call, owner: Account | RepositoryRecord, present: RulesetRecord | None) -> RulesetRecord:
    """The ruleset of a create or update request, with GitHub's checks."""
    body, store, time = call.body, call.tenant.store, now()
    name = required(body, "name", str) if present is None else optional(body, "name", str, present.name)
    enforcement = present.enforcement if present else required(body, "enforcement", str)
    ruleset = present or RulesetRecord(
        id=store.next_id(), owner_id=owner.id, name=name, created_at=time, updated_at=time
    )
    ruleset = replace(
        ruleset,
        name=name,
        target=choice(body, "target", TARGETS, ruleset.target),
        enforcement=choice(body, "enforcement", ENFORCEMENTS, enforcement),
        bypass_actors=tuple(map(_bypass_actor, items(body, "bypass_actors", dict, ruleset.bypass_actors))),
        conditions=_conditions_in(body, ruleset.conditions),
        rules=tuple(map(_rule, items(body, "rules", dict, ruleset.rules))),
        updated_at=time,
    )
    other = store.by_key(RulesetRecord, *ruleset.key)
    if other and other.id != ruleset.id:
        raise GitHubError(422, "Validation Failed", errors=["Name must be unique"])
    return ruleset


def _bypass_actor(actor: dict[str, Any]) -> dict[str, Any]:
    """GitHub ignores the id of an actor that has none, and answers null.

    https://docs.github.com/rest/repos/rules#create-a-repository-ruleset, integrations/terraform-provider-github#2717
    """
    kind = choice(actor, "actor_type", ACTOR_TYPES, "")
    number = optional(actor, "actor_id", int)
    if kind in WITHOUT_ID:
        number = None
    elif number is None:
        raise GitHubError(422, "Validation Failed", errors=[f"Actor {kind} requires an actor_id"])
    return {"actor_id": number, "actor_type": kind, "bypass_mode": choice(actor, "bypass_mode", BYPASS_MODES, "always")}


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    """One rule, known and with the parameters it needs. GitHub adds those that were left out."""
    kind = choice(rule, "type", list(RULE_PARAMETERS), "")
    parameters = optional(rule, "parameters", dict) or {}
    for name in RULE_PARAMETERS[kind]:
        if name not in parameters:
            message = f"Invalid rule '{kind}': Invalid parameters: {name} is missing"
            raise GitHubError(422, "Validation Failed", errors=[message])
    _check_parameters(parameters)
    if kind == "pull_request":
        parameters = PULL_REQUEST_DEFAULTS | parameters
    return {"type": kind, "parameters": parameters} if parameters else {"type": kind}


def _check_parameters(parameters: dict[str, Any]) -> None:
    """Refuse values of another type. Raises 422."""
    for name, kind in PARAMETER_TYPES.items():
        optional(parameters, name, kind)
    for name in ("restricted_file_paths", "restricted_file_extensions", "allowed_merge_methods"):
        items(parameters, name, str)
    for check in items(parameters, "required_status_checks", dict):
        required(check, "context", str)
        optional(check, "integration_id", int)
    if "operator" in parameters:
        choice(parameters, "operator", list(OPERATORS), "")
    if parameters.get("operator") == "regex":
        try:
            re.compile(required(parameters, "pattern", str))
        except re.error as error:
            raise GitHubError(422, "Validation Failed", errors=[f"Invalid regular expression: {error}"]) from None


def _conditions_in(body: dict[str, Any], present: dict[str, Any] | None) -> dict[str, Any] | None:
    """Which refs and repositories a ruleset is for. Raises 422 for patterns that are not texts."""
    conditions: dict[str, Any] | None = optional(body, "conditions", dict, present)
    for name in ("ref_name", "repository_name"):
        globs = optional(conditions or {}, name, dict, {})
        for side in ("include", "exclude"):
            items(globs, side, str)
    items(optional(conditions or {}, "repository_id", dict, {}), "repository_ids", int)
    properties = optional(conditions or {}, "repository_property", dict, {})
    for side in ("include", "exclude"):
        for each in items(properties, side, dict):
            required(each, "name", str)
            required_items(each, "property_values", str)
    return conditions


PARAMETER_TYPES: dict[str, type] = {
    "pattern": str,
    "negate": bool,
    "required_approving_review_count": int,
    "dismiss_stale_reviews_on_push": bool,
    "require_code_owner_review": bool,
    "require_last_push_approval": bool,
    "required_review_thread_resolution": bool,
    "strict_required_status_checks_policy": bool,
    "do_not_enforce_on_create": bool,
}
PULL_REQUEST_DEFAULTS: dict[str, Any] = {
    "dismiss_stale_reviews_on_push": False,
    "require_code_owner_review": False,
    "require_last_push_approval": False,
    "required_review_thread_resolution": False,
    "allowed_merge_methods": ["merge", "squash", "rebase"],
}


def _ruleset_object(
    call: Call, ruleset: RulesetRecord, repository: RepositoryRecord | None, *, whole: bool = True
) -> dict[str, Any]:
    """The ruleset, as seen from the repository or, with None, from its organization."""
    bypass = "never"
    if repository:
        bypass = Enforcement(call.tenant, repository, call.user).bypass_mode(ruleset)
        owner = call.tenant.owner_of(repository)
        repository = repository if ruleset.owner_id == repository.id else None
    else:
        owner = call.organization()
    return ruleset_object(call.site, ruleset, owner, repository, bypass, whole=whole)


async def list_of_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/rules#get-all-repository-rulesets"""
    repository = call.repository()
    demand_protection(call.tenant.owner_of(repository), repository)
    found = rulesets_for(call.tenant.store, repository)
    if call.request.query_params.get("includes_parents") == "false":
        found = [ruleset for ruleset in found if ruleset.owner_id == repository.id]
    return page(call, found, lambda ruleset: _ruleset_object(call, ruleset, repository, whole=False))


async def create_for_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/rules#create-a-repository-ruleset"""
    repository = call.writable_repository()
    demand_protection(call.tenant.owner_of(repository), repository)
    ruleset = _ruleset_in(call, repository, None)
    call.tenant.store.put(ruleset)
    return Reply(_ruleset_object(call, ruleset, repository), 201)


async def get_of_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/rules#get-a-repository-ruleset"""
    repository = call.repository()
    number = call.parameter("ruleset_id")
    found = [ruleset for ruleset in rulesets_for(call.tenant.store, repository) if str(ruleset.id) == number]
    if call.request.query_params.get("includes_parents") == "false":
        found = [ruleset for ruleset in found if ruleset.owner_id == repository.id]
    if not found:
        raise errors.not_found()
    return Reply(_ruleset_object(call, found[0], repository))


async def update_of_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/rules#update-a-repository-ruleset"""
    repository = call.writable_repository()
    changed = _ruleset_in(call, repository, call.numbered(RulesetRecord, "ruleset_id", repository))
    call.tenant.store.put(changed)
    return Reply(_ruleset_object(call, changed, repository))


async def delete_of_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/rules#delete-a-repository-ruleset"""
    call.tenant.store.remove(call.numbered(RulesetRecord, "ruleset_id", call.writable_repository()))
    return Reply(status=204)


async def list_of_organization(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/rules#get-all-organization-repository-rulesets"""
    found = call.tenant.store.all(RulesetRecord, str(call.owned_organization().id))
    return page(call, found, lambda ruleset: _ruleset_object(call, ruleset, None, whole=False))


async def create_for_organization(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/rules#create-an-organization-repository-ruleset"""
    ruleset = _ruleset_in(call, call.owned_organization(), None)
    call.tenant.store.put(ruleset)
    return Reply(_ruleset_object(call, ruleset, None), 201)


async def get_of_organization(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/rules#get-an-organization-repository-ruleset"""
    return Reply(_ruleset_object(call, call.numbered(RulesetRecord, "ruleset_id", call.owned_organization()), None))


async def update_of_organization(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/rules#update-an-organization-repository-ruleset"""
    organization = call.owned_organization()
    changed = _ruleset_in(call, organization, call.numbered(RulesetRecord, "ruleset_id", organization))
    call.tenant.store.put(changed)
    return Reply(_ruleset_object(call, changed, None))


async def delete_of_organization(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/rules#delete-an-organization-repository-ruleset"""
    call.tenant.store.remove(call.numbered(RulesetRecord, "ruleset_id", call.owned_organization()))
    return Reply(status=204)


async def rules_of_branch(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/rules#get-rules-for-a-branch"""
    repository = call.repository(Permission.READ)
    ref = BRANCHES + call.parameter("branch")
    found = [rule for rule in rules_for(call.tenant.store, repository, ref) if isinstance(rule.source, RulesetRecord)]
    owner = call.tenant.owner_of(repository).login

    def rule_object(rule: Any) -> dict[str, Any]:
        own = rule.source.owner_id == repository.id
        where = {
            "ruleset_source_type": "Repository" if own else "Organization",
            "ruleset_source": f"{owner}/{repository.name}" if own else owner,
            "ruleset_id": rule.source.id,
        }
        parameters = {"parameters": dict(rule.parameters)} if rule.parameters else {}
        return {"type": rule.type, **parameters, **where}

    return page(call, found, rule_object)


ROUTES = [
    *repository_routes("GET", "/rulesets", list_of_repository),
    *repository_routes("POST", "/rulesets", create_for_repository),
    *repository_routes("GET", "/rulesets/{ruleset_id}", get_of_repository),
    *repository_routes("PUT", "/rulesets/{ruleset_id}", update_of_repository),
    *repository_routes("DELETE", "/rulesets/{ruleset_id}", delete_of_repository),
    *repository_routes("GET", "/rules/branches/{branch}", rules_of_branch),
    *organization_routes("GET", "/rulesets", list_of_organization),
    *organization_routes("POST", "/rulesets", create_for_organization),
    *organization_routes("GET", "/rulesets/{ruleset_id}", get_of_organization),
    *organization_routes("PUT", "/rulesets/{ruleset_id}", update_of_organization),
    *organization_routes("DELETE", "/rulesets/{ruleset_id}", delete_of_organization),
]

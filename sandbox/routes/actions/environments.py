"""Environments and their branch policies. https://docs.github.com/rest/deployments/environments"""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.records.environments import BranchPolicy, EnvironmentRecord
from sandbox.records.secrets import KeyPair, Secret, Variable
from sandbox.representations.accounts import simple_user
from sandbox.representations.teams import listed_team
from sandbox.rest.bodies import choice, items, optional, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes
from sandbox.rules.plans import demand_deployment_rule
from sandbox.tenant.entities import Account, RepositoryRecord, node_id, now
from sandbox.tenant.people import TeamRecord

LONGEST_WAIT = 43200  # minutes
MOST_REVIEWERS = 6
POLICIES = "/environments/{environment}/deployment-branch-policies"


def environment_of(call: Call, repository: RepositoryRecord) -> EnvironmentRecord:
    """The environment that the path names. Raises 404."""
    return call.known(EnvironmentRecord, repository.id, call.parameter("environment").lower())


def _environment_object(call: Call, repository: RepositoryRecord, environment: EnvironmentRecord) -> dict[str, Any]:
    addresses = call.addresses(repository)
    wait, review, branches = environment.rule_ids
    rules: list[dict[str, Any]] = []
    if environment.wait_timer:
        rules.append({"id": wait, "type": "wait_timer", "wait_timer": environment.wait_timer})
    if environment.reviewers:
        reviewers = [reviewer for each in environment.reviewers if (reviewer := _reviewer(call, each))]
        prevented = environment.prevent_self_review
        rules.append(
            {"id": review, "type": "required_reviewers", "prevent_self_review": prevented, "reviewers": reviewers}
        )
    if environment.branch_policy:
        rules.append({"id": branches, "type": "branch_policy"})
    return {
        "id": environment.id,
        "node_id": node_id("EN", environment.id),
        "name": environment.name,
        "url": f"{addresses.api}/environments/{quote(environment.name, safe='')}",
        "html_url": f"{addresses.html}/deployments/activity_log?environments_filter={quote(environment.name)}",
        "created_at": environment.created_at,
        "updated_at": environment.updated_at,
        "can_admins_bypass": environment.can_admins_bypass,
        "protection_rules": [{**rule, "node_id": node_id("GA", rule["id"])} for rule in rules],
        "deployment_branch_policy": environment.branch_policy,
    }


def _reviewer(call: Call, reviewer: dict[str, Any]) -> dict[str, Any] | None:
    store = call.tenant.store
    if reviewer["type"] == "Team":
        team = store.by_id(TeamRecord, reviewer["id"])
        return {"type": "Team", "reviewer": listed_team(call.site, call.tenant, team)} if team else None
    user = store.by_id(Account, reviewer["id"])
    return {"type": "User", "reviewer": simple_user(call.site, user)} if user else None


async def list_environments(call: Call) -> Reply:
    """https://docs.github.com/rest/deployments/environments#list-environments"""
    repository = call.repository()
    found = call.tenant.store.all(EnvironmentRecord, str(repository.id))
    return page(call, found, lambda each: _environment_object(call, repository, each), wrap="environments")


async def get_environment(call: Call) -> Reply:
    """https://docs.github.com/rest/deployments/environments#get-an-environment"""
    repository = call.repository()
    return Reply(_environment_object(call, repository, environment_of(call, repository)))


async def set_environment(call: Call) -> Reply:
    """https://docs.github.com/rest/deployments/environments#create-or-update-an-environment

    What the request leaves out is reset.
    """
    repository = call.writable_repository()
    name, time, store = call.parameter("environment"), now(), call.tenant.store
    present = store.by_key(EnvironmentRecord, str(repository.id), name.lower())
    wait: int = optional(call.body, "wait_timer", int, 0)
    if not 0 <= wait <= LONGEST_WAIT:
        raise GitHubError(422, f"Wait timer must be between 0 and {LONGEST_WAIT}")
    if wait:
        demand_deployment_rule(call.tenant.owner_of(repository), repository, "wait timer")
    reviewers = _reviewers_in(call)
    if reviewers:
        demand_deployment_rule(call.tenant.owner_of(repository), repository, "required reviewers")
    environment = EnvironmentRecord(
        id=present.id if present else store.next_id(),
        repository_id=repository.id,
        name=present.name if present else name,
        wait_timer=wait,
        prevent_self_review=optional(call.body, "prevent_self_review", bool, False),
        can_admins_bypass=optional(call.body, "can_admins_bypass", bool, True),
        reviewers=reviewers,
        branch_policy=_policy_in(call),
        rule_ids=present.rule_ids if present else (store.next_id(), store.next_id(), store.next_id()),
        created_at=present.created_at if present else time,
        updated_at=time,
    )
    store.put(environment)
    return Reply(_environment_object(call, repository, environment))


def _reviewers_in(call: Call) -> tuple[dict[str, Any], ...]:
    reviewers: list[dict[str, Any]] = items(call.body, "reviewers", dict)
    if len(reviewers) > MOST_REVIEWERS:
        raise GitHubError(422, f"reviewers can have at most {MOST_REVIEWERS} reviewers")
    for each in reviewers:
        kind, number = choice(each, "type", ("User", "Team"), ""), required(each, "id", int)
        if call.tenant.store.by_id(TeamRecord if kind == "Team" else Account, number) is None:
            raise GitHubError(422, f"{kind} {number} cannot be a reviewer")
    return tuple({"type": each["type"], "id": each["id"]} for each in reviewers)


def _policy_in(call: Call) -> dict[str, bool] | None:
    policy: dict[str, bool] | None = optional(call.body, "deployment_branch_policy", dict)
    if policy is None:
        return None
    chosen = {name: required(policy, name, bool) for name in ("protected_branches", "custom_branch_policies")}
    if chosen["protected_branches"] == chosen["custom_branch_policies"]:
        message = "protected_branches and custom_branch_policies cannot have the same value"
        raise GitHubError(422, f"Invalid request.\n\n{message}")
    return chosen


async def delete_environment(call: Call) -> Reply:
    """https://docs.github.com/rest/deployments/environments#delete-an-environment

    Its secrets, variables and policies go with it.
    """
    repository, store = call.writable_repository(), call.tenant.store
    environment = environment_of(call, repository)
    with store.transaction():
        for kind in (Secret, Variable):
            for each in store.all(kind, str(repository.id), environment.area):
                store.remove(each)
        for policy in store.all(BranchPolicy, str(repository.id), str(environment.id)):
            store.remove(policy)
        if pair := store.by_key(KeyPair, str(repository.id), environment.area):
            store.remove(pair)
        store.remove(environment)
    return Reply(status=204)


def _policy(policy: BranchPolicy) -> dict[str, Any]:
    return {"id": policy.id, "node_id": node_id("GPBP", policy.id), "name": policy.name, "type": policy.type}


def _policy_of(call: Call, environment: EnvironmentRecord, repository: RepositoryRecord) -> BranchPolicy:
    policy = call.numbered(BranchPolicy, "policy_id", repository)
    if policy.environment_id != environment.id:
        raise errors.not_found()
    return policy


async def list_policies(call: Call) -> Reply:
    """https://docs.github.com/rest/deployments/branch-policies#list-deployment-branch-policies"""
    repository = call.repository()
    environment = environment_of(call, repository)
    found = call.tenant.store.all(BranchPolicy, str(repository.id), str(environment.id))
    return page(call, found, _policy, wrap="branch_policies")


async def create_policy(call: Call) -> Reply:
    """https://docs.github.com/rest/deployments/branch-policies#create-a-deployment-branch-policy

    The same pattern once more is answered with 303, as documented.
    """
    repository = call.writable_repository()
    environment = environment_of(call, repository)
    if not (environment.branch_policy or {}).get("custom_branch_policies"):
        raise errors.not_found("Not Found: custom branch policies are not enabled for this environment")
    policy = BranchPolicy(
        id=call.tenant.store.next_id(),
        repository_id=repository.id,
        environment_id=environment.id,
        name=required(call.body, "name", str),
        type=choice(call.body, "type", ("branch", "tag"), "branch"),
    )
    present = call.tenant.store.by_key(BranchPolicy, *policy.key)
    if present:
        return Reply(_policy(present), 303)
    call.tenant.store.put(policy)
    return Reply(_policy(policy))


async def get_policy(call: Call) -> Reply:
    """https://docs.github.com/rest/deployments/branch-policies#get-a-deployment-branch-policy"""
    repository = call.repository()
    return Reply(_policy(_policy_of(call, environment_of(call, repository), repository)))


async def update_policy(call: Call) -> Reply:
    """https://docs.github.com/rest/deployments/branch-policies#update-a-deployment-branch-policy"""
    repository = call.writable_repository()
    policy = _policy_of(call, environment_of(call, repository), repository)
    changed = replace(policy, name=required(call.body, "name", str))
    call.tenant.store.put(changed)
    return Reply(_policy(changed))


async def delete_policy(call: Call) -> Reply:
    """https://docs.github.com/rest/deployments/branch-policies#delete-a-deployment-branch-policy"""
    repository = call.writable_repository()
    call.tenant.store.remove(_policy_of(call, environment_of(call, repository), repository))
    return Reply(status=204)


ROUTES = [
    *repository_routes("GET", "/environments", list_environments),
    *repository_routes("GET", "/environments/{environment}", get_environment),
    *repository_routes("PUT", "/environments/{environment}", set_environment),
    *repository_routes("DELETE", "/environments/{environment}", delete_environment),
    *repository_routes("GET", POLICIES, list_policies),
    *repository_routes("POST", POLICIES, create_policy),
    *repository_routes("GET", f"{POLICIES}/{{policy_id}}", get_policy),
    *repository_routes("PUT", f"{POLICIES}/{{policy_id}}", update_policy),
    *repository_routes("DELETE", f"{POLICIES}/{{policy_id}}", delete_policy),
]

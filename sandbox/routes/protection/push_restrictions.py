"""Who may push to a protected branch: users, teams and apps, each a list of its own.

https://docs.github.com/rest/branches/branch-protection
"""

from dataclasses import replace

from sandbox import errors
from sandbox.records.protection import BranchProtectionRule
from sandbox.representations.actors import actor_ids, actor_objects
from sandbox.rest.bodies import required_items
from sandbox.rest.calls import Call, Reply
from sandbox.rest.routing import repository_routes
from sandbox.routes.protection.branch_protection import PATH, protected
from sandbox.tenant.entities import parse_node_id

PREFIXES = {"users": "U", "teams": "T", "apps": "A"}


def _kind(call: Call) -> str:
    """The list that the path ends with."""
    path: str = call.request.scope["path"]
    return path.rpartition("/")[2]


def _restrict(call: Call) -> BranchProtectionRule:
    rule = protected(call)
    if not rule.restricts_pushes:
        raise errors.not_found("Push restrictions not enabled")
    return rule


def _of_kind(global_id: str, kind: str) -> bool:
    return (parse_node_id(global_id) or ("",))[0] == PREFIXES[kind]


def _requested_actors(call: Call) -> tuple[str, ...]:
    """The global ids of the actors that the request names."""
    kind = _kind(call)
    names = required_items(call.body, kind if kind in call.body else "names", str)
    return actor_ids(call.tenant, call.repository(), {kind: names})


def _store_actors(call: Call, rule: BranchProtectionRule, actors: tuple[str, ...]) -> Reply:
    call.tenant.store.put(replace(rule, push_actor_ids=tuple(dict.fromkeys(actors))))
    return Reply(actor_objects(call.tenant, call.site, dict.fromkeys(actors))[_kind(call)])


async def list_actors(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#get-users-with-access-to-the-protected-branch"""
    return Reply(actor_objects(call.tenant, call.site, _restrict(call).push_actor_ids)[_kind(call)])


async def add_actors(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#add-user-access-restrictions"""
    rule = _restrict(call)
    return _store_actors(call, rule, (*rule.push_actor_ids, *_requested_actors(call)))


async def set_actors(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#set-user-access-restrictions"""
    rule, kind = _restrict(call), _kind(call)
    others = (actor for actor in rule.push_actor_ids if not _of_kind(actor, kind))
    return _store_actors(call, rule, (*others, *_requested_actors(call)))


async def remove_actors(call: Call) -> Reply:
    """https://docs.github.com/rest/branches/branch-protection#remove-user-access-restrictions"""
    rule, removed = _restrict(call), _requested_actors(call)
    return _store_actors(call, rule, tuple(actor for actor in rule.push_actor_ids if actor not in removed))


HANDLERS = {"GET": list_actors, "POST": add_actors, "PUT": set_actors, "DELETE": remove_actors}
ROUTES = [
    route
    for kind in PREFIXES
    for method, handler in HANDLERS.items()
    for route in repository_routes(method, f"{PATH}/restrictions/{kind}", handler, "names")
]

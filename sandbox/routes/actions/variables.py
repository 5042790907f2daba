"""Variables of repositories, environments and organizations. https://docs.github.com/rest/actions/variables"""

from dataclasses import replace
from typing import Any

from starlette.routing import Route

from sandbox.errors import GitHubError
from sandbox.records.secrets import SecretScope, Variable
from sandbox.rest.bodies import optional, required, required_items
from sandbox.rest.calls import Call, Handler, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import organization_routes, repository_routes
from sandbox.routes.actions.secrets import checked_name, place_of, selected_page, usage, usage_in
from sandbox.tenant.entities import now


def _variable_object(call: Call, variable: Variable) -> dict[str, Any]:
    document = {
        "name": variable.name,
        "value": variable.value,
        "created_at": variable.created_at,
        "updated_at": variable.updated_at,
    }
    return document | usage(call, "actions/variables", variable)


def _variable(call: Call, place: SecretScope) -> Variable:
    return call.known(Variable, place.owner_id, place.area, call.parameter("name").upper())


async def list_variables(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/variables#list-repository-variables"""
    place = place_of(call)
    found = call.tenant.store.all(Variable, str(place.owner_id), place.area)
    return page(
        call, sorted(found, key=lambda each: each.name), lambda each: _variable_object(call, each), wrap="variables"
    )


async def create_variable(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/variables#create-a-repository-variable"""
    place, store, time = place_of(call), call.tenant.store, now()
    variable = Variable(
        id=store.next_id(),
        owner_id=place.owner_id,
        area=place.area,
        name=checked_name(required(call.body, "name", str), "Variable"),
        value=required(call.body, "value", str),
        created_at=time,
        updated_at=time,
        **usage_in(call, None),
    )
    _check_free(call, variable)
    store.put(variable)
    return Reply({}, 201)


def _check_free(call: Call, variable: Variable) -> None:
    other = call.tenant.store.by_key(Variable, *variable.key)
    if other and other.id != variable.id:
        raise GitHubError(409, "Already exists - Variable already exists")


async def get_variable(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/variables#get-a-repository-variable"""
    return Reply(_variable_object(call, _variable(call, place_of(call))))


async def update_variable(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/variables#update-a-repository-variable"""
    variable = _variable(call, place_of(call))
    changed = replace(
        variable,
        name=checked_name(optional(call.body, "name", str, variable.name), "Variable"),
        value=optional(call.body, "value", str, variable.value),
        updated_at=now(),
        **usage_in(call, variable),
    )
    _check_free(call, changed)
    call.tenant.store.put(changed)
    return Reply(status=204)


async def delete_variable(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/variables#delete-a-repository-variable"""
    call.tenant.store.remove(_variable(call, place_of(call)))
    return Reply(status=204)


async def list_selected(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/variables#list-selected-repositories-for-an-organization-variable"""
    return selected_page(call, _variable(call, place_of(call)).repository_ids)


async def set_selected(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/variables#set-selected-repositories-for-an-organization-variable"""
    variable = _variable(call, place_of(call))
    if variable.visibility != "selected":
        raise GitHubError(409, "Visibility type is not set to selected")
    numbers = tuple(required_items(call.body, "selected_repository_ids", int))
    call.tenant.store.put(replace(variable, repository_ids=numbers))
    return Reply(status=204)


def _everywhere(method: str, suffix: str, handler: Handler) -> list[Route]:
    """A route for every place that has variables."""
    return [
        *repository_routes(method, f"/actions/variables{suffix}", handler),
        *repository_routes(method, f"/environments/{{environment}}/variables{suffix}", handler),
        *organization_routes(method, f"/actions/variables{suffix}", handler),
    ]


ROUTES = [
    *_everywhere("GET", "", list_variables),
    *_everywhere("POST", "", create_variable),
    *_everywhere("GET", "/{name}", get_variable),
    *_everywhere("PATCH", "/{name}", update_variable),
    *_everywhere("DELETE", "/{name}", delete_variable),
    *organization_routes("GET", "/actions/variables/{name}/repositories", list_selected),
    *organization_routes("PUT", "/actions/variables/{name}/repositories", set_selected),
]

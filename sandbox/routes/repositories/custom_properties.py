"""Custom properties: their definitions in an organization, and the values of repositories.

https://docs.github.com/rest/orgs/custom-properties and https://docs.github.com/rest/repos/custom-properties
"""

from typing import Any

from sandbox.errors import GitHubError
from sandbox.records.custom_properties import VALUE_TYPES, CustomProperty, PropertyValue, property_values
from sandbox.rest.bodies import choice, fields, items, required, required_items
from sandbox.rest.calls import Call, Reply
from sandbox.rest.routing import organization_routes, repository_routes
from sandbox.tenant.entities import RepositoryRecord
from sandbox.tenant.permissions import Permission

SCHEMA = "/properties/schema/{name}"


def _property_object(call: Call, definition: CustomProperty) -> dict[str, Any]:
    login = call.organization().login
    document = {
        "property_name": definition.property_name,
        "url": f"{call.site.api}/orgs/{login}/properties/schema/{definition.property_name}",
        "source_type": "organization",
        "value_type": definition.value_type,
        "required": definition.required,
        "default_value": definition.default_value,
        "description": definition.description,
        "values_editable_by": definition.values_editable_by,
    }
    if definition.allowed_values is not None:
        document["allowed_values"] = list(definition.allowed_values)
    return document


async def list_definitions(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/custom-properties#get-all-custom-properties-for-an-organization"""
    found = call.tenant.store.all(CustomProperty, str(call.organization().id))
    return Reply([_property_object(call, each) for each in found])


async def get_definition(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/custom-properties#get-a-custom-property-for-an-organization"""
    organization = call.organization()
    return Reply(_property_object(call, call.known(CustomProperty, organization.id, call.parameter("name").lower())))


async def set_definition(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/custom-properties#create-or-update-a-custom-property-for-an-organization"""
    definition = _defined(call, call.parameter("name"), call.body)
    return Reply(_property_object(call, definition))


async def set_definitions(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/custom-properties#create-or-update-custom-properties-for-an-organization"""
    values: list[dict[str, Any]] = required_items(call.body, "properties", dict)
    made = [_defined(call, required(each, "property_name", str), each) for each in values]
    return Reply([_property_object(call, definition) for definition in made])


def _defined(call: Call, name: str, values: dict[str, Any]) -> CustomProperty:
    organization, store = call.owned_organization(), call.tenant.store
    present = store.by_key(CustomProperty, str(organization.id), name.lower())
    allowed = items(values, "allowed_values", str) if values.get("allowed_values") is not None else None
    definition = CustomProperty(
        id=present.id if present else store.next_id(),
        organization_id=organization.id,
        property_name=present.property_name if present else name,
        value_type=choice(values, "value_type", VALUE_TYPES, ""),
        default_value=values.get("default_value"),
        allowed_values=None if allowed is None else tuple(allowed),
        **fields(values, required=bool, description=str, values_editable_by=str),
    )
    if definition.required and definition.default_value is None:
        raise GitHubError(422, "A default value is required when the property is required.")
    store.put(definition)
    return definition


async def delete_definition(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/custom-properties#remove-a-custom-property-for-an-organization"""
    organization, store = call.owned_organization(), call.tenant.store
    definition = call.known(CustomProperty, organization.id, call.parameter("name").lower())
    with store.transaction():
        for repository in store.all(RepositoryRecord, str(organization.id)):
            if value := store.by_key(PropertyValue, str(repository.id), definition.property_name.lower()):
                store.remove(value)
        store.remove(definition)
    return Reply(status=204)


async def get_values(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/custom-properties#get-all-custom-property-values-for-a-repository"""
    values = property_values(call.tenant.store, call.repository())
    return Reply([{"property_name": name, "value": value} for name, value in values.items()])


async def set_values(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/custom-properties#create-or-update-custom-property-values-for-a-repository

    null takes a value away.
    """
    repository, store = call.writable_repository(Permission.ADMIN), call.tenant.store
    values: list[dict[str, Any]] = required_items(call.body, "properties", dict)
    for each in values:
        _check_value(call, repository, required(each, "property_name", str), each.get("value"))
    with store.transaction():
        for each in values:
            present = store.by_key(PropertyValue, str(repository.id), each["property_name"].lower())
            if each.get("value") is None:
                if present:
                    store.remove(present)
                continue
            number = present.id if present else store.next_id()
            name, value = each["property_name"], each["value"]
            store.put(PropertyValue(id=number, repository_id=repository.id, property_name=name, value=value))
    return Reply(status=204)


def _check_value(call: Call, repository: RepositoryRecord, name: str, value: Any) -> None:
    definition = call.tenant.store.by_key(CustomProperty, str(repository.owner_id), name.lower())
    if definition is None:
        raise GitHubError(422, f"Property '{name}' is not defined in the organization.")
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str | None) for each in values):
        raise GitHubError(422, f"Property '{name}' does not allow the value {value!r}.")
    allowed = ("true", "false") if definition.value_type == "true_false" else definition.allowed_values
    if value is not None and allowed is not None and not set(values) <= set(allowed):
        raise GitHubError(422, f"Property '{name}' does not allow the value {value!r}.")


ROUTES = [
    *organization_routes("GET", "/properties/schema", list_definitions),
    *organization_routes("PATCH", "/properties/schema", set_definitions),
    *organization_routes("GET", SCHEMA, get_definition),
    *organization_routes("PUT", SCHEMA, set_definition),
    *organization_routes("DELETE", SCHEMA, delete_definition),
    *repository_routes("GET", "/properties/values", get_values),
    *repository_routes("PATCH", "/properties/values", set_values),
]

"""Security configurations. https://docs.github.com/rest/code-security/configurations"""

from typing import Any

from sandbox import errors
from sandbox.rest.bodies import choice, items, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.routing import organization_routes, repository_routes
from sandbox.rules.security_configurations import FEATURES, attach, configurations, set_configurations
from sandbox.tenant.entities import RepositoryRecord
from sandbox.tenant.permissions import Permission

PLACE = "/code-security/configurations"
STATES = ("enabled", "disabled", "not_set")
NEW_REPOSITORIES = ("all", "none", "private_and_internal", "public")


def _configuration_object(call: Call, number: str, configuration: dict[str, Any]) -> dict[str, Any]:
    url = f"{call.site.api}/orgs/{call.organization().login}{PLACE}/{number}"
    return {"id": int(number), "target_type": "organization", **configuration, "url": url}


def _known(call: Call) -> tuple[str, dict[str, Any]]:
    number, stored = call.parameter("configuration_id"), configurations(call.tenant.store, call.owned_organization())
    if number not in stored["configurations"]:
        raise errors.not_found()
    return number, stored


async def list_configurations(call: Call) -> Reply:
    """https://docs.github.com/rest/code-security/configurations#get-code-security-configurations-for-an-organization"""
    found = configurations(call.tenant.store, call.owned_organization())["configurations"]
    return Reply([_configuration_object(call, number, each) for number, each in found.items()])


async def create_configuration(call: Call) -> Reply:
    """https://docs.github.com/rest/code-security/configurations#create-a-code-security-configuration"""
    organization, store = call.owned_organization(), call.tenant.store
    configuration = {
        "name": required(call.body, "name", str),
        "description": required(call.body, "description", str),
        "enforcement": choice(call.body, "enforcement", ("enforced", "unenforced"), "enforced"),
        **{feature: choice(call.body, feature, STATES, "disabled") for feature in FEATURES},
    }
    stored, number = configurations(store, organization), str(store.next_id())
    stored["configurations"][number] = configuration
    set_configurations(store, organization, stored)
    return Reply(_configuration_object(call, number, configuration), 201)


async def list_defaults(call: Call) -> Reply:
    """https://docs.github.com/rest/code-security/configurations#get-default-code-security-configurations"""
    stored = configurations(call.tenant.store, call.owned_organization())
    found = [
        {
            "default_for_new_repos": kind,
            "configuration": _configuration_object(call, number, stored["configurations"][number]),
        }
        for kind, number in stored["defaults"].items()
    ]
    return Reply(found)


async def set_default(call: Call) -> Reply:
    """https://docs.github.com/rest/code-security/configurations#set-a-code-security-configuration-as-a-default-for-an-organization"""
    number, stored = _known(call)
    kind = choice(call.body, "default_for_new_repos", NEW_REPOSITORIES, "all")
    stored["defaults"] = {key: value for key, value in stored["defaults"].items() if value != number and key != kind}
    if kind != "none":
        stored["defaults"][kind] = number
    set_configurations(call.tenant.store, call.owned_organization(), stored)
    configuration = _configuration_object(call, number, stored["configurations"][number])
    return Reply({"default_for_new_repos": kind, "configuration": configuration})


async def attach_configuration(call: Call) -> Reply:
    """https://docs.github.com/rest/code-security/configurations#attach-a-configuration-to-repositories"""
    number, _ = _known(call)
    organization, store = call.owned_organization(), call.tenant.store
    scope = required(call.body, "scope", str)
    chosen = set(items(call.body, "selected_repository_ids", int))
    for repository in store.all(RepositoryRecord, str(organization.id)):
        if scope == "all" or (scope == "selected" and repository.id in chosen):
            attach(store, organization, repository, number)
    return Reply({}, 202)


async def get_of_repository(call: Call) -> Reply:
    """https://docs.github.com/rest/code-security/configurations#get-the-code-security-configuration-associated-with-a-repository"""
    repository = call.repository(Permission.ADMIN)
    owner = call.tenant.owner_of(repository)
    stored = configurations(call.tenant.store, owner)
    number = stored["attached"].get(str(repository.id))
    if number is None:
        return Reply(status=204)
    configuration = stored["configurations"][number]
    status = "enforced" if configuration["enforcement"] == "enforced" else "attached"
    return Reply({"status": status, "configuration": {"id": int(number), **configuration}})


ROUTES = [
    *organization_routes("GET", PLACE, list_configurations),
    *organization_routes("POST", PLACE, create_configuration),
    *organization_routes("GET", f"{PLACE}/defaults", list_defaults),
    *organization_routes("PUT", f"{PLACE}/{{configuration_id}}/defaults", set_default),
    *organization_routes("POST", f"{PLACE}/{{configuration_id}}/attach", attach_configuration),
    *repository_routes("GET", "/code-security-configuration", get_of_repository),
]

"""The subject of the tokens that jobs of GitHub Actions get.

https://docs.github.com/rest/actions/oidc
"""

from typing import Any

from sandbox.records.job_tokens import has_immutable_subject, subject_prefix
from sandbox.rest.bodies import items, optional, required, required_items
from sandbox.rest.calls import Call, Reply
from sandbox.rest.routing import organization_routes, repository_routes
from sandbox.tenant.entities import RepositoryRecord
from sandbox.tenant.kept_settings import keep, setting
from sandbox.tenant.permissions import Permission


async def get_subject(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/oidc#get-the-customization-template-for-an-oidc-subject-claim-for-a-repository"""
    repository, store = call.repository(Permission.ADMIN), call.tenant.store
    owner, document = call.tenant.owner_of(repository), setting(call.tenant.store, repository, "oidc-subject")
    if setting(store, owner, "server")["version"]:
        return Reply(document)
    return Reply(
        document
        | {
            "use_immutable_subject": has_immutable_subject(store, owner, repository),
            "sub_claim_prefix": subject_prefix(store, owner, repository),
        }
    )


async def set_subject(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/oidc#set-the-customization-template-for-an-oidc-subject-claim-for-a-repository"""
    repository = call.writable_repository()
    value: dict[str, Any] = {"use_default": required(call.body, "use_default", bool)}
    keys = items(call.body, "include_claim_keys", str)
    if "include_claim_keys" in call.body and not value["use_default"]:
        value["include_claim_keys"] = keys
    keep(call.tenant.store, repository, "oidc-subject", value)
    is_immutable = optional(call.body, "use_immutable_subject", bool, repository.has_immutable_subject)
    call.tenant.store.put(RepositoryRecord(**{**vars(repository), "has_immutable_subject": is_immutable}))
    return Reply({}, 201)


async def get_subject_of_organization(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/oidc#get-the-customization-template-for-an-oidc-subject-claim-for-an-organization"""
    return Reply(setting(call.tenant.store, call.owned_organization(), "organization-oidc-subject"))


async def set_subject_of_organization(call: Call) -> Reply:
    """https://docs.github.com/rest/actions/oidc#set-the-customization-template-for-an-oidc-subject-claim-for-an-organization"""
    organization = call.owned_organization()
    value = setting(call.tenant.store, organization, "organization-oidc-subject")
    value["include_claim_keys"] = required_items(call.body, "include_claim_keys", str)
    if (is_immutable := optional(call.body, "use_immutable_subject", bool)) is not None:
        value["use_immutable_subject"] = is_immutable
    keep(call.tenant.store, organization, "organization-oidc-subject", value)
    return Reply({}, 201)


ROUTES = [
    *repository_routes("GET", "/actions/oidc/customization/sub", get_subject),
    *repository_routes("PUT", "/actions/oidc/customization/sub", set_subject),
    *organization_routes("GET", "/actions/oidc/customization/sub", get_subject_of_organization),
    *organization_routes("PUT", "/actions/oidc/customization/sub", set_subject_of_organization),
]

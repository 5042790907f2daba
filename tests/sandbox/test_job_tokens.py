"""The tokens of jobs: the subject has ids or not, as GitHub's documentation says."""

import httpx
import jwt
import pytest

from sandbox.daemon.administration import TenantAccess, create_job_token, imitate, set_creation_time
from sandbox.daemon.process import Running

SUBJECT = "actions/oidc/customization/sub"


def subject(server: Running, world: TenantAccess, **job: str) -> str:
    claims = jwt.decode(
        create_job_token(server, world.name, "maestro/engine", **job), options={"verify_signature": False}
    )
    return str(claims["sub"])


def test_a_new_repository_has_ids_in_its_subject(
    server: Running, world: TenantAccess, api: httpx.Client, repository: str
) -> None:
    own, owner = api.get(repository).json()["id"], api.get("orgs/maestro").json()["id"]
    prefix = f"repo:maestro@{owner}/engine@{own}"
    assert api.get(f"{repository}/{SUBJECT}").json() == {
        "use_default": True,
        "use_immutable_subject": True,
        "sub_claim_prefix": prefix,
    }
    assert subject(server, world) == f"{prefix}:ref:refs/heads/main"
    assert subject(server, world, ref="refs/tags/v1") == f"{prefix}:ref:refs/tags/v1"
    assert subject(server, world, event_name="pull_request") == f"{prefix}:pull_request"
    assert subject(server, world, environment="production: eu") == f"{prefix}:environment:production%3A eu"


def test_an_older_repository_keeps_its_form_until_it_is_renamed_or_opts_in(
    server: Running, world: TenantAccess, api: httpx.Client, repository: str
) -> None:
    set_creation_time(server, world.name, "maestro/engine", "2025-03-01T00:00:00Z")
    before = api.get(f"{repository}/{SUBJECT}").json()
    assert (before["use_immutable_subject"], before["sub_claim_prefix"]) == (False, "repo:maestro/engine")
    assert subject(server, world) == "repo:maestro/engine:ref:refs/heads/main"
    api.put(f"{repository}/{SUBJECT}", json={"use_default": True, "use_immutable_subject": True})
    assert "@" in subject(server, world)
    api.put(f"{repository}/{SUBJECT}", json={"use_default": True, "use_immutable_subject": False})
    api.put(f"{repository}/{SUBJECT}", json={"use_default": True})  # says nothing of the form
    assert "@" not in subject(server, world)
    number = api.patch(repository, json={"name": "motor"}).json()["id"]
    assert api.get(f"repos/maestro/motor/{SUBJECT}").json()["sub_claim_prefix"].endswith(f"/motor@{number}")


def test_an_organization_opts_in_for_all_its_repositories(
    server: Running, world: TenantAccess, api: httpx.Client, repository: str
) -> None:
    set_creation_time(server, world.name, "maestro/engine", "2025-03-01T00:00:00Z")
    api.put(f"orgs/maestro/{SUBJECT}", json={"include_claim_keys": ["repo", "context"], "use_immutable_subject": True})
    assert api.get(f"{repository}/{SUBJECT}").json()["use_immutable_subject"] is True
    assert "@" in subject(server, world)


def test_an_enterprise_server_knows_names_alone(
    server: Running, world: TenantAccess, api: httpx.Client, repository: str
) -> None:
    imitate(server, world.name, server_version="3.19.0")
    assert api.get(f"{repository}/{SUBJECT}").json() == {"use_default": True}
    assert subject(server, world) == "repo:maestro/engine:ref:refs/heads/main"


@pytest.mark.parametrize("of_organization", [True, False])
def test_a_template_sets_the_claims_of_the_subject(
    server: Running, world: TenantAccess, api: httpx.Client, repository: str, of_organization: bool
) -> None:
    keys = ["repository_owner", "job_workflow_ref"]
    if of_organization:
        api.put(f"orgs/maestro/{SUBJECT}", json={"include_claim_keys": keys})
    template = {"use_default": False} | ({} if of_organization else {"include_claim_keys": keys})
    api.put(f"{repository}/{SUBJECT}", json=template)
    workflow = "maestro/engine/.github/workflows/release.yml@refs/heads/main"
    assert subject(server, world) == f"repository_owner:maestro:job_workflow_ref:{workflow}"


def test_a_token_is_verified_by_the_keys_of_its_tenant(server: Running, world: TenantAccess, repository: str) -> None:
    token = create_job_token(server, world.name, "maestro/engine", audience="sts.amazonaws.com")
    found = httpx.get(f"{world.address}/_services/token/.well-known/openid-configuration").json()
    key = jwt.PyJWKClient(found["jwks_uri"]).get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key, algorithms=["RS256"], audience="sts.amazonaws.com")
    assert (claims["repository"], claims["iss"]) == (
        "maestro/engine",
        "https://token.actions.githubusercontent.com",
    )

"""Secrets and variables: sealed, stored by scope, never returned."""

import base64
from typing import Any

import httpx
import pytest
from nacl.public import PublicKey, SealedBox

from sandbox.daemon.administration import OpenSecret, TenantAccess, read_secrets
from sandbox.daemon.process import Running

PLACES = [
    ("repos/maestro/engine/actions", "engine", "actions"),
    ("repos/maestro/engine/dependabot", "engine", "dependabot"),
    ("repos/maestro/engine/environments/production%2Feu", "engine", "production/eu"),
    ("orgs/maestro/actions", "maestro", "actions"),
    ("orgs/maestro/dependabot", "maestro", "dependabot"),
]


def seal(api: httpx.Client, place: str, text: str) -> dict[str, str]:
    key = api.get(f"{place}/secrets/public-key").json()
    sealed = SealedBox(PublicKey(base64.b64decode(key["key"]))).encrypt(text.encode())
    return {"encrypted_value": base64.b64encode(sealed).decode(), "key_id": key["key_id"]}


@pytest.fixture(autouse=True)
def environment(api: httpx.Client, repository: str) -> None:
    api.put(f"{repository}/environments/production%2Feu", json={})


@pytest.mark.parametrize(("place", "owner", "area"), PLACES)
def test_a_secret_is_kept_sealed_and_opened_for_the_administration_only(
    api: httpx.Client, server: Running, world: TenantAccess, place: str, owner: str, area: str
) -> None:
    extra: dict[str, Any] = {"visibility": "private"} if place.startswith("orgs") else {}
    address = f"{place}/secrets/npm_token"
    assert api.put(address, json=seal(api, place, "s3cret") | extra).status_code == 201
    document = api.get(address).json()
    assert (document["name"], set(document) - {"name", "created_at", "updated_at"}) == ("NPM_TOKEN", set(extra))
    assert "s3cret" not in api.get(f"{place}/secrets").text
    assert read_secrets(server, world.name) == [OpenSecret(owner, area, "NPM_TOKEN", "s3cret")]
    assert api.put(address, json=seal(api, place, "other") | extra).status_code == 204
    assert read_secrets(server, world.name)[0].value == "other"
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_what_is_sealed_for_no_key_is_taken_as_github_takes_it_but_cannot_be_opened(
    api: httpx.Client, repository: str, server: Running, world: TenantAccess
) -> None:
    place = f"{repository}/actions"
    sealed = seal(api, place, "x")
    unopenable = sealed | {"encrypted_value": base64.b64encode(b"x" * 60).decode()}
    assert api.put(f"{place}/secrets/A", json=unopenable).status_code == 201
    assert read_secrets(server, world.name)[0].value is None
    wrong = api.put(f"{place}/secrets/B", json=sealed | {"encrypted_value": "no Base64"})
    assert (wrong.status_code, wrong.json()["message"]) == (422, "Bad request - Improperly encrypted secret")
    assert api.put(f"{place}/secrets/A", json=sealed | {"key_id": "1"}).status_code == 422
    assert api.put(f"{place}/secrets/GITHUB_A", json=sealed).status_code == 422
    assert api.put(f"{place}/secrets/1A", json=sealed).status_code == 422


def test_an_organizations_secret_for_chosen_repositories(api: httpx.Client, repository: str) -> None:
    number, place = api.get(repository).json()["id"], "orgs/maestro/actions"
    body = seal(api, place, "x") | {"visibility": "selected", "selected_repository_ids": [number]}
    api.put(f"{place}/secrets/A", json=body)
    assert api.get(f"{place}/secrets/A").json()["selected_repositories_url"].endswith("/secrets/A/repositories")
    listed = api.get(f"{place}/secrets/A/repositories").json()
    assert [each["name"] for each in listed["repositories"]] == ["engine"]
    assert api.delete(f"{place}/secrets/A/repositories/{number}").status_code == 204
    assert api.get(f"{place}/secrets/A/repositories").json()["total_count"] == 0
    assert api.put(f"{place}/secrets/A/repositories/{number}").status_code == 204


@pytest.mark.parametrize("place", [place for place, *_ in PLACES if "dependabot" not in place])
def test_a_variable_is_made_changed_and_deleted(api: httpx.Client, place: str) -> None:
    extra = {"visibility": "all"} if place.startswith("orgs") else {}
    assert api.post(f"{place}/variables", json={"name": "region", "value": "eu"} | extra).status_code == 201
    again = api.post(f"{place}/variables", json={"name": "REGION", "value": "eu"} | extra)
    assert (again.status_code, again.json()["message"]) == (409, "Already exists - Variable already exists")
    assert api.get(f"{place}/variables/region").json()["value"] == "eu"
    assert api.patch(f"{place}/variables/REGION", json={"name": "ZONE", "value": "us"}).status_code == 204
    [listed] = api.get(f"{place}/variables").json()["variables"]
    assert (listed["name"], listed["value"]) == ("ZONE", "us")
    assert api.delete(f"{place}/variables/zone").status_code == 204
    assert api.get(f"{place}/variables/zone").status_code == 404


def test_secrets_go_with_their_environment_and_their_repository(
    api: httpx.Client, repository: str, server: Running, world: TenantAccess
) -> None:
    for place in (f"{repository}/actions", f"{repository}/environments/production%2Feu"):
        api.put(f"{place}/secrets/A", json=seal(api, place, "x"))
    assert api.delete(f"{repository}/environments/production%2Feu").status_code == 204
    assert [secret.area for secret in read_secrets(server, world.name)] == ["actions"]
    api.delete(repository)
    assert read_secrets(server, world.name) == []

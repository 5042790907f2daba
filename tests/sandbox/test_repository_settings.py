"""Deploy keys, webhooks, autolinks, releases, custom properties, what Actions may do."""

from collections.abc import Callable

import httpx
import pytest

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6nGm3jH0bTnF0hPq7sXlI7cJpQ0R8xq1mY2sXn4k5c"


def test_a_deploy_key_serves_one_repository(api: httpx.Client, repository: str) -> None:
    made = api.post(f"{repository}/keys", json={"title": "ci", "key": f"{KEY} zoe@laptop", "read_only": True}).json()
    assert (made["key"], made["read_only"]) == (KEY, True)
    assert api.get(f"{repository}/keys/{made['id']}").json() == made
    api.post("orgs/maestro/repos", json={"name": "site"})
    again = api.post("repos/maestro/site/keys", json={"title": "ci", "key": KEY})
    assert (again.status_code, again.json()["errors"][0]["message"]) == (422, "key is already in use")
    assert api.get(f"repos/maestro/site/keys/{made['id']}").status_code == 404
    assert api.delete(f"{repository}/keys/{made['id']}").status_code == 204
    assert api.get(f"{repository}/keys").json() == []


def test_a_webhook_never_shows_its_secret(api: httpx.Client, repository: str) -> None:
    config = {"url": "https://maestro.example/hook", "content_type": "json", "secret": "s3cret"}
    made = api.post(f"{repository}/hooks", json={"config": config, "events": ["push"], "active": False}).json()
    assert made["config"] == config | {"secret": "********", "insecure_ssl": "0"}
    assert api.post(f"{repository}/hooks", json={"config": config, "events": ["push"]}).status_code == 422
    address = f"{repository}/hooks/{made['id']}"
    changed = api.patch(address, json={"active": True, "add_events": ["release"], "remove_events": ["push"]}).json()
    assert (changed["active"], changed["events"], changed["config"]["secret"]) == (True, ["release"], "********")
    assert api.get(address).json() == changed
    assert api.post(f"{address}/pings").status_code == 204
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_an_autolink_needs_a_place_for_the_number(api: httpx.Client, repository: str) -> None:
    body = {"key_prefix": "JIRA-", "url_template": "https://maestro.example/<num>"}
    made = api.post(f"{repository}/autolinks", json=body).json()
    assert api.get(f"{repository}/autolinks").json() == [made]
    again = api.post(f"{repository}/autolinks", json=body)
    assert again.json()["errors"][0]["code"] == "already_exists"
    assert (
        api.post(f"{repository}/autolinks", json={"key_prefix": "X-", "url_template": "https://x"}).status_code == 422
    )
    assert api.get(f"{repository}/autolinks/{made['id']}").json() == made
    assert api.delete(f"{repository}/autolinks/{made['id']}").status_code == 204


def test_a_release_makes_its_tag_when_it_is_published(
    api: httpx.Client, repository: str, as_user: Callable[..., httpx.Client]
) -> None:
    draft = api.post(f"{repository}/releases", json={"tag_name": "v2", "name": "Two", "draft": True}).json()
    assert (draft["published_at"], api.get(f"{repository}/git/ref/tags/v2").status_code) == (None, 404)
    assert as_user("zoe").get(f"{repository}/releases").json() == []
    address = f"{repository}/releases/{draft['id']}"
    published = api.patch(address, json={"draft": False, "body": "Notes"}).json()
    assert (published["published_at"] is None, published["body"]) == (False, "Notes")
    assert api.get(f"{repository}/git/ref/tags/v2").status_code == 200
    assert api.get(f"{repository}/releases/latest").json() == published
    assert api.get(f"{repository}/releases/tags/v2").json() == published
    taken = api.post(f"{repository}/releases", json={"tag_name": "v2"})
    assert taken.json()["errors"][0]["code"] == "already_exists"
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_release_notes_name_what_was_merged_since_the_last_release(api: httpx.Client, repository: str) -> None:
    page = api.get(repository).json()["html_url"]
    first = api.post(f"{repository}/releases", json={"tag_name": "v8", "generate_release_notes": True}).json()
    assert (first["name"], first["body"]) == ("v8", f"**Full Changelog**: {page}/commits/v8")
    head = api.get(f"{repository}/git/ref/heads/main").json()["object"]["sha"]
    api.post(f"{repository}/git/refs", json={"ref": "refs/heads/feature", "sha": head})
    api.put(f"{repository}/contents/new", json={"message": "Add", "content": "aGkK", "branch": "feature"})
    pull = api.post(f"{repository}/pulls", json={"title": "A feature", "head": "feature", "base": "main"}).json()
    assert api.put(f"{repository}/pulls/{pull['number']}/merge").status_code == 200
    merged = f"* A feature by @{pull['user']['login']} in {page}/pull/{pull['number']}\n"
    notes = api.post(f"{repository}/releases/generate-notes", json={"tag_name": "v9"}).json()
    assert notes["body"] == f"## What's Changed\n{merged}\n\n**Full Changelog**: {page}/compare/v8...v9"
    unknown = api.post(f"{repository}/releases/generate-notes", json={"tag_name": "v9", "previous_tag_name": "v0"})
    assert unknown.json()["errors"][0]["field"] == "previous_tag_name"


def test_custom_properties_are_defined_by_the_organization(api: httpx.Client, repository: str) -> None:
    values = f"{repository}/properties/values"
    undefined = api.patch(values, json={"properties": [{"property_name": "tier", "value": "1"}]})
    assert undefined.status_code == 422
    tier = {"value_type": "single_select", "allowed_values": ["1", "2"], "required": True, "default_value": "2"}
    assert api.put("orgs/maestro/properties/schema/tier", json=tier).json()["allowed_values"] == ["1", "2"]
    assert api.get(values).json() == [{"property_name": "tier", "value": "2"}]
    assert api.patch(values, json={"properties": [{"property_name": "tier", "value": "1"}]}).status_code == 204
    assert api.get(values).json() == [{"property_name": "tier", "value": "1"}]
    assert api.patch(values, json={"properties": [{"property_name": "tier", "value": "9"}]}).status_code == 422
    assert api.patch(values, json={"properties": [{"property_name": "tier", "value": None}]}).status_code == 204
    assert api.get(values).json() == [{"property_name": "tier", "value": "2"}]
    assert api.delete("orgs/maestro/properties/schema/tier").status_code == 204
    assert api.get(values).json() == []


@pytest.mark.parametrize("owner", ["repos/maestro/engine", "orgs/maestro"])
def test_what_actions_may_do(api: httpx.Client, repository: str, owner: str) -> None:
    base = f"{owner}/actions/permissions"
    before = {"enabled": True} if owner.startswith("repos") else {"enabled_repositories": "all"}
    assert api.get(f"{base}/selected-actions").status_code == 409
    body = before | {"allowed_actions": "selected", "sha_pinning_required": True}
    assert api.put(base, json=body).status_code == 204
    document = api.get(base).json()
    assert (document["sha_pinning_required"], document["selected_actions_url"].endswith("/selected-actions")) == (
        True,
        True,
    )
    assert api.put(f"{base}/selected-actions", json={"patterns_allowed": ["actions/*"]}).status_code == 204
    assert api.get(f"{base}/selected-actions").json()["patterns_allowed"] == ["actions/*"]
    assert api.get(f"{base}/workflow").json()["default_workflow_permissions"] == "read"
    assert api.put(f"{base}/workflow", json={"default_workflow_permissions": "write"}).status_code == 204
    assert api.get(f"{base}/workflow").json()["default_workflow_permissions"] == "write"


def test_the_subject_of_oidc_tokens(api: httpx.Client, repository: str) -> None:
    address = "actions/oidc/customization/sub"
    assert api.get(f"{repository}/{address}").json()["use_default"] is True
    body = {"use_default": False, "include_claim_keys": ["repo", "environment"]}
    assert api.put(f"{repository}/{address}", json=body).status_code == 201
    assert api.get(f"{repository}/{address}").json().items() >= body.items()
    assert api.put(f"orgs/maestro/{address}", json={"include_claim_keys": ["repo"]}).status_code == 201
    assert api.get(f"orgs/maestro/{address}").json() == {"include_claim_keys": ["repo"]}


def test_github_actions_is_an_app_with_the_same_number_everywhere(api: httpx.Client) -> None:
    assert api.get("apps/github-actions").json()["id"] == 15368
    assert api.get("apps/none").status_code == 404

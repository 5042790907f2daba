"""The forms in which GitHub returns values: each line of docs/github-normalization.md, sent and read back."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import sandbox
from tests.sandbox.test_secrets import seal

PAGE = Path(sandbox.__file__).parent.parent / "docs" / "github-normalization.md"
ROW = re.compile(
    r"^\| `([\w.]+)`(?: (?:of|with)(?: an?| the)? ?`?([^`|]*)`?)? \| (?:`(.*)`|absent) \| `(.*)` \|$", re.MULTILINE
)
ROWS = [(found[1], found[2] or "", found[3], found[4]) for found in ROW.finditer(PAGE.read_text())]
Returned = Callable[[httpx.Client, str, Any, str], Any]


def _ruleset(api: httpx.Client, repository: str, **settings: Any) -> dict[str, Any]:
    body = {"name": "guard", "enforcement": "active"} | settings
    made: dict[str, Any] = api.post(f"{repository}/rulesets", json=body).raise_for_status().json()
    assert api.get(f"{repository}/rulesets/{made['id']}").json() == made
    return made


def actor_id(api: httpx.Client, repository: str, sent: Any, kind: str) -> Any:
    actors = [{"actor_type": kind, "actor_id": sent, "bypass_mode": "always"}]
    return _ruleset(api, repository, bypass_actors=actors)["bypass_actors"][0]["actor_id"]


def bypass_mode(api: httpx.Client, repository: str, sent: Any, kind: str) -> Any:
    actors = [{"actor_type": "RepositoryRole", "actor_id": 5}]
    return _ruleset(api, repository, bypass_actors=actors)["bypass_actors"][0]["bypass_mode"]


def merge_methods(api: httpx.Client, repository: str, sent: Any, kind: str) -> Any:
    switches = ("dismiss_stale_reviews_on_push", "require_code_owner_review", "require_last_push_approval")
    parameters = {"required_approving_review_count": 1, "required_review_thread_resolution": False}
    rule = {"type": "pull_request", "parameters": parameters | dict.fromkeys(switches, False)}
    return _ruleset(api, repository, rules=[rule])["rules"][0]["parameters"]["allowed_merge_methods"]


def repository_name(api: httpx.Client, repository: str, sent: Any, kind: str) -> Any:
    return api.post("orgs/maestro/repos", json={"name": sent}).json()["name"]


def topics(api: httpx.Client, repository: str, sent: Any, kind: str) -> Any:
    api.put(f"{repository}/topics", json={"names": sent}).raise_for_status()
    return api.get(repository).json()["topics"]


def secret_name(api: httpx.Client, repository: str, sent: Any, kind: str) -> Any:
    place = f"{repository}/actions"
    api.put(f"{place}/secrets/{sent}", json=seal(api, place, "x")).raise_for_status()
    return api.get(f"{place}/secrets").json()["secrets"][0]["name"]


def variable_name(api: httpx.Client, repository: str, sent: Any, kind: str) -> Any:
    api.post(f"{repository}/actions/variables", json={"name": sent, "value": "x"}).raise_for_status()
    return api.get(f"{repository}/actions/variables").json()["variables"][0]["name"]


def privacy(api: httpx.Client, repository: str, sent: Any, kind: str) -> Any:
    parent = api.post("orgs/maestro/teams", json={"name": "all", "privacy": "closed"}).json()["id"]
    body = {"name": "some", "privacy": sent, "parent_team_id": parent}
    return api.post("orgs/maestro/teams", json=body).json()["privacy"]


def slug(api: httpx.Client, repository: str, sent: Any, kind: str) -> Any:
    return api.post("orgs/maestro/teams", json={"name": sent}).json()["slug"]


def app_id(api: httpx.Client, repository: str, sent: Any, kind: str) -> Any:
    checks = {"strict": False, "contexts": [], "checks": [{"context": "test", "app_id": sent}]}
    others = ("enforce_admins", "required_pull_request_reviews", "restrictions")
    address = f"{repository}/branches/main/protection"
    api.put(address, json={"required_status_checks": checks, **dict.fromkeys(others)}).raise_for_status()
    return api.get(address).json()["required_status_checks"]["checks"][0]["app_id"]


def hook_secret(api: httpx.Client, repository: str, sent: Any, kind: str) -> Any:
    config = {"url": "https://ci.example", "secret": sent}
    return api.post(f"{repository}/hooks", json={"config": config}).json()["config"]["secret"]


def public_key(api: httpx.Client, repository: str, sent: Any, kind: str) -> Any:
    return api.post(f"{repository}/keys", json={"title": "x", "key": sent}).json()["key"]


FIELDS: dict[str, Returned] = {
    "rulesets.bypass_actors.actor_id": actor_id,
    "rulesets.bypass_actors.bypass_mode": bypass_mode,
    "rulesets.rules.pull_request.allowed_merge_methods": merge_methods,
    "repositories.name": repository_name,
    "repositories.topics": topics,
    "actions.secrets.name": secret_name,
    "actions.variables.name": variable_name,
    "teams.privacy": privacy,
    "teams.slug": slug,
    "branches.protection.checks.app_id": app_id,
    "hooks.config.secret": hook_secret,
    "keys.key": public_key,
}


def test_every_line_of_the_table_is_read() -> None:
    table = PAGE.read_text().partition("|---|---|---|\n")[2].partition("\n\n")[0]
    assert len(ROWS) == len(table.splitlines())
    assert {field for field, *_ in ROWS} == set(FIELDS)


@pytest.mark.parametrize(("field", "kind", "sent", "returned"), ROWS)
def test_a_value_is_returned_in_githubs_form(
    api: httpx.Client, repository: str, field: str, kind: str, sent: str | None, returned: str
) -> None:
    value = None if sent is None else json.loads(sent)
    assert FIELDS[field](api, repository, value, kind) == json.loads(returned)

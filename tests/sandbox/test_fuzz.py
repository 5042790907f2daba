"""Every route with values of every kind, at random from GitHub's description: a 4xx may come, a 500 may not."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from sandbox.app import REST
from sandbox.daemon.administration import TenantAccess, create_app_token, create_tenant
from sandbox.daemon.process import Running
from tests.sandbox.descriptions import described_path, description

ROUTES: list[tuple[str, str]] = [
    (method, route.path)
    for module in REST
    for route in module.ROUTES
    if isinstance(route, Route)
    for method in sorted((route.methods or set()) - {"HEAD"})
]
KNOWN = {
    "owner": ["maestro"],
    "repository": ["engine"],
    "organization": ["maestro"],
    "organization_id": ["1001"],
    "repository_id": ["1005"],
    "login": ["maestro-owner"],
    "username": ["maestro-owner"],
    "branch": ["main", "feature"],
    "ref": ["heads/main", "main", "feature"],
    "sha": ["main", "feature"],
    "path": ["README.md", "docs/a.md"],
    "basehead": ["main...feature"],
    "team_slug": ["core"],
    "environment": ["production"],
    "environment_name": ["production"],
    "name": ["bug", "URL"],
    "tag": ["v1"],
}
MEANT = {
    "ref": ["refs/heads/new", "refs/tags/v2"],
    "head": ["feature"],
    "base": ["main"],
    "branch": ["main", "feature"],
    "content": ["YQ==", "x"],
    "encoding": ["utf-8", "base64"],
    "path": ["a", "docs/b"],
    "mode": ["100644"],
    "permission": ["push", "admin"],
    "permissions": ["write"],
    "role": ["member", "maintainer"],
    "state": ["open", "closed"],
    "color": ["ff0000"],
    "encrypted_value": ["YQ=="],
    "actor_type": ["Team", "OrganizationAdmin"],
    "enforcement": ["active", "disabled"],
    "type": ["pull_request", "deletion", "commit", "User"],
    "operator": ["regex", "starts_with"],
    "pattern": ["v*", "("],
    "visibility": ["private", "public"],
    "public_key": ["ssh-ed25519 AAAA x"],
    "key": ["ssh-ed25519 AAAA x"],
    "date": ["2025-01-01T00:00:00Z", "x"],
    "include": ["~ALL", "refs/heads/["],
    "exclude": ["main"],
    "url": ["https://ci.example"],
}
HOSTILE = [
    "..",
    ".",
    "%",
    "a\nb",
    "\0",
    "ä" * 300,
    "-x",
    "1e9",
    "9" * 40,
    "'; --",
    "~",
    "^",
    "@{1}",
    "{}",
    "refs/heads/main",
]
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=20))
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(min_value=-(2**70), max_value=2**70),
        st.floats(allow_nan=False, allow_infinity=False),
        TEXTS,
        st.sampled_from(["main", "engine", "core", "maestro-owner", "refs/heads/x", "YQ==", "0" * 40]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def tenant(server: Running) -> TenantAccess:
    """A tenant whose repository has a little of everything."""
    return create_tenant(server, "fuzz")


@pytest.fixture(scope="module")
def github(tenant: TenantAccess) -> Iterator[httpx.Client]:
    """The API as the owner; nothing is compared with the description."""
    headers = {"Authorization": f"Bearer {tenant.token}"}
    with httpx.Client(headers=headers, timeout=60) as client:
        yield client


def prepare(github: httpx.Client, tenant: TenantAccess) -> None:
    """Make the repository where an earlier request deleted or renamed it."""
    api = tenant.api_url
    found = github.get(f"{api}/repos/maestro/engine")
    if found.status_code == 200:
        if found.json()["archived"]:
            github.patch(f"{api}/repos/maestro/engine", json={"archived": False})
        return
    github.post(f"{api}/orgs/maestro/repos", json={"name": "engine", "auto_init": True})
    repository = f"{api}/repos/maestro/engine"
    head = github.get(f"{repository}/git/ref/heads/main").json()["object"]["sha"]
    github.post(f"{repository}/git/refs", json={"ref": "refs/heads/feature", "sha": head})
    content = {"message": "Add", "content": "YQ==", "branch": "feature"}
    github.put(f"{repository}/contents/docs/a.md", json=content)
    github.post(f"{repository}/pulls", json={"title": "One", "head": "feature", "base": "main"})
    github.post(f"{repository}/issues", json={"title": "Two", "labels": ["bug"]})
    github.put(f"{repository}/environments/production", json={})
    policies = {"protected_branches": False, "custom_branch_policies": True}
    github.put(f"{repository}/environments/production", json={"deployment_branch_policy": policies})
    protection = {
        "required_status_checks": {"strict": True, "contexts": ["test"]},
        "enforce_admins": False,
        "required_pull_request_reviews": {},
        "restrictions": {"users": [], "teams": []},
    }
    github.put(f"{repository}/branches/feature/protection", json=protection)
    github.post(f"{repository}/releases", json={"tag_name": "v1"})
    github.post(f"{repository}/actions/variables", json={"name": "URL", "value": "x"})
    github.post(f"{api}/orgs/maestro/teams", json={"name": "core", "privacy": "closed"})


def schema_of(method: str, path: str) -> Mapping[str, Any]:
    """The schema of the body that GitHub's description has; one with a few common fields without it."""
    common = {"properties": {"name": {"type": "string"}, "body": {"type": "string"}, "private": {"type": "boolean"}}}
    known = description()
    if isinstance(known, str):
        return common
    plain = re.sub(r"\{[^}]+\}", "x", re.sub(r"\{[^}]+:id\}", "1", path))
    operation = known.operation(method, described_path(f"/api/v3{plain}"))
    described: Mapping[str, Any] = operation.description.get("requestBody", {}) if operation else {}
    schema: Mapping[str, Any] = described.get("content", {}).get("application/json", {}).get("schema", {})
    return schema if schema.get("properties") else common


def valid(name: str, schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """What the description allows, and means something here where that is known."""
    if "enum" in schema:
        return st.sampled_from(list(schema["enum"]))
    match schema.get("type"):
        case "boolean":
            return st.booleans()
        case "integer":
            return st.sampled_from([0, 1, 2, 5, 1001, 1005])
        case "array":
            return st.lists(valid(name, schema.get("items", {})), max_size=2)
        case "object":
            return objects(schema)
        case _:
            return st.sampled_from(MEANT.get(name, ["x", "main", "core", "zoe"]))


def objects(schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with all required fields and some of the others."""
    fields = {name: valid(name, each) for name, each in schema.get("properties", {}).items()}
    required = set(schema.get("required", ()))
    return st.fixed_dictionaries(
        {name: each for name, each in fields.items() if name in required},
        optional={name: each for name, each in fields.items() if name not in required},
    )


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, dict[str, str], bytes]:
    """Method, path below the API, query, body. One of them is hostile, the rest is what the route is for."""
    method, template = draw(st.sampled_from(ROUTES))
    hostile = draw(st.sampled_from(["path", "query", "body", "field", "field", "nothing"]))

    def part(found: "re.Match[str]") -> str:
        name = found[1].partition(":")[0]
        value = draw(
            TEXTS if hostile == "path" and draw(st.booleans()) else st.sampled_from(KNOWN.get(name, ["1", "2"]))
        )
        if found[1].endswith(":id") and not re.fullmatch("[0-9]+", value):
            value = "9" * 30
        return quote(value, safe="/" if ":path" in found[1] else "")

    path = re.sub(r"\{([^}]+)\}", part, template)
    names = st.sampled_from(["page", "per_page", "ref", "state", "sha", "q", "labels", "affiliation", "path"])
    query = draw(st.dictionaries(names, TEXTS, min_size=1, max_size=2)) if hostile == "query" else {}
    body = draw(objects(schema_of(method, template)))
    if hostile == "field" and body:
        body[draw(st.sampled_from(sorted(body)))] = draw(VALUES)
    sent = draw(VALUES) if hostile == "body" else body
    return method, path, query, json.dumps(sent).encode() if sent or method not in {"GET", "DELETE"} else b""


@settings(max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(request=requests())
def test_no_request_is_answered_with_an_error_of_the_server(
    github: httpx.Client, tenant: TenantAccess, request: tuple[str, str, dict[str, str], bytes]
) -> None:
    prepare(github, tenant)
    method, path, query, body = request
    answer = github.request(method, f"{tenant.api_url}{path}", params=query, content=body)
    assert answer.status_code != 500, f"{method} {path} {query} {body!r}: {answer.status_code} {answer.text}"


WRONG: list[Any] = [None, 2**70, "(", ["x"], {"x": ["y"]}]
"""Values of every type: for any field most of them are wrong."""


def simple(name: str, schema: Mapping[str, Any]) -> Any:
    """One value that the description allows."""
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "boolean":
            return True
        case "integer":
            return 1
        case "array":
            return [simple(name, schema.get("items", {}))]
        case "object":
            return {field: simple(field, each) for field, each in schema.get("properties", {}).items()}
        case _:
            return MEANT.get(name, ["x"])[0]


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    """Where a body has a value, also inside of objects and of the first element of arrays."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value[:1]):
        yield (key,)
        if isinstance(inner, dict | list):
            yield from ((key, *rest) for rest in places(inner))


def bodies(method: str, template: str) -> Iterator[dict[str, Any]]:
    """The bodies of a route in each of which one value has another type."""
    described = schema_of(method, template).get("properties", {})
    valid_body = {name: simple(name, each) for name, each in described.items()}
    for place in places(valid_body):
        for wrong in WRONG:
            body = json.loads(json.dumps(valid_body))
            inner = body
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = wrong
            yield body | ({"archived": False} if "archived" in body else {})


def test_no_value_of_another_type_is_answered_with_an_error_of_the_server(
    github: httpx.Client, tenant: TenantAccess, server: Running
) -> None:
    faults, sent = [], 0
    app = {"Authorization": f"Bearer {create_app_token(server, tenant.name)}"}
    for method, template in ROUTES:
        if method == "GET" or template.startswith(("/repositories", "/organizations")):
            continue
        prepare(github, tenant)
        path = re.sub(r"\{([^}]+)\}", lambda part: KNOWN.get(part[1].partition(":")[0], ["1"])[0], template)
        for body in bodies(method, template) if (method, template) != ("DELETE", "/repos/{owner}/{repository}") else ():
            headers = app if "/check-runs" in path else None
            try:
                answer = github.request(method, f"{tenant.api_url}{path}", json=body, headers=headers)
            except httpx.HTTPError as error:
                faults.append(f"{method} {template} {body}: {error}")
                continue
            sent += 1
            if answer.status_code == 500:
                faults.append(f"{method} {template} {body}: {answer.json()['message']}")
    assert not faults, "\n".join(faults)
    assert sent > 1000

"""Every route of REST against GitHub's own description: what is asked, and what is answered."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from nacl.public import PublicKey, SealedBox
from starlette.routing import Match, Route

from sandbox.app import REST
from tests.sandbox.descriptions import Description, described_path, description

STEPS = Path(__file__).with_name("every_route.txt")
LINE = re.compile(
    r"(?:@(?P<login>\S+) )?(?P<method>[A-Z]+) (?P<path>\S+)(?: (?P<body>[{S].*?))?(?: >(?P<keep>[\w:.]+))?"
)
ROUTES: list[Route] = [route for module in REST for route in module.ROUTES]


@pytest.fixture(scope="module")
def known() -> Description:
    found = description()
    if isinstance(found, str):
        pytest.skip(found)
    return found


def steps() -> Iterator[re.Match[str]]:
    for line in STEPS.read_text().splitlines():
        if line and not line.startswith("#"):
            found = LINE.fullmatch(line)
            assert found, line
            yield found


def route_of(method: str, path: str) -> Route:
    scope = {"type": "http", "method": method, "path": path, "path_params": {}}
    return next(route for route in ROUTES if route.matches(scope)[0] == Match.FULL)


def sealed(api: httpx.Client, path: str) -> dict[str, Any]:
    key = api.get(path.rpartition("/")[0] + "/public-key").json()
    box = SealedBox(PublicKey(base64.b64decode(key["key"])))
    usage = {"visibility": "selected"} if path.startswith("orgs") else {}
    return {"encrypted_value": base64.b64encode(box.encrypt(b"x")).decode(), "key_id": key["key_id"], **usage}


def test_every_route_is_described() -> None:
    known = description()
    if isinstance(known, str):
        pytest.skip(known)
    for route in ROUTES:
        path = re.sub(r"\{\w+:id\}", "1", route.path)
        path = re.sub(r"\{[^}]+\}", "x", path)
        for method in (route.methods or set()) - {"HEAD"}:
            assert known.operation(method, described_path(f"/api/v3{path}")), f"{method} {route.path}"


def test_every_route_answers_as_described(
    known: Description, api: httpx.Client, app: httpx.Client, as_user: Callable[..., httpx.Client]
) -> None:
    clients = {"": api, "app": app, "zoe": as_user("zoe"), "mallory": as_user("mallory", role="outsider")}
    saved: dict[str, Any] = {}
    missing = {(route.path, method) for route in ROUTES for method in (route.methods or set()) - {"HEAD"}}
    for step in steps():
        path = re.sub(r"^R\b", "repos/maestro/engine", re.sub(r"^O\b", "orgs/maestro", step["path"])).lstrip("/")
        path, body = (
            re.sub(r"\{(\w+)\}", lambda found: str(saved[found[1]]), text) for text in (path, step["body"] or "")
        )
        content = sealed(api, path) if body == "SEALED" else json.loads(body) if body else None
        answer = clients[step["login"] or ""].request(step["method"], path, json=content)
        assert answer.status_code < 300, f"{step[0]}: {answer.status_code} {answer.text}"
        if step["keep"]:
            name, _, where = step["keep"].partition(":")
            value = answer.json()
            for part in (where or "id").split("."):
                value = value[part]
            saved[name] = value
        route = route_of(step["method"], f"/{path.partition('?')[0]}")
        missing.discard((route.path, step["method"]))
    numbered = ("/repositories/{repository_id:id}", "/organizations/{organization_id:id}")
    assert {each for each in missing if not each[0].startswith(numbered)} == set()


ALLOWED_WHEN_ARCHIVED = re.compile(r"(PATCH|DELETE) R$|\w+ R/(subscription|forks|generate)$")
"""Unarchiving and deleting it, and what concerns the user alone. The rest is read-only:
https://docs.github.com/repositories/archiving-a-github-repository/archiving-repositories"""


def test_an_archived_repository_refuses_every_write(api: httpx.Client, app: httpx.Client, repository: str) -> None:
    """By every route that writes to one, whether what it names exists or not."""
    api.post("orgs/maestro/teams", json={"name": "core"}).raise_for_status()
    api.patch(repository, json={"archived": True}).raise_for_status()
    written, differing = 0, []
    for step in steps():
        path = re.sub(r"\{\w+\}", "1", step["path"])
        if step["method"] == "GET" or ALLOWED_WHEN_ARCHIVED.fullmatch(f"{step['method']} {path}"):
            continue
        if not re.match(r"R\b|O/teams/core/repos/", path):
            continue
        path = re.sub(r"^R\b", repository, re.sub(r"^O\b", "orgs/maestro", path))
        client = app if step["login"] == "app" else api
        answer = client.request(step["method"], path, json={})
        if (answer.status_code, answer.json().get("message")) != (403, "Repository was archived so is read-only."):
            differing.append(f"{step['method']} {path}: {answer.status_code} {answer.text}")
        written += 1
    assert not differing, "\n".join(differing)
    assert written > 80
    assert api.patch(repository, json={"archived": False}).status_code == 200


def test_the_alerts_of_an_archived_repository_are_off(api: httpx.Client, repository: str) -> None:
    """As the acceptance tests of GitHub's Terraform provider show."""
    api.put(f"{repository}/vulnerability-alerts").raise_for_status()
    api.patch(repository, json={"archived": True}).raise_for_status()
    assert api.get(f"{repository}/vulnerability-alerts").status_code == 404
    api.patch(repository, json={"archived": False}).raise_for_status()
    assert api.get(f"{repository}/vulnerability-alerts").status_code == 204

"""The table of requests, held against what the sandbox was asked: every kind of resource, made and refreshed.

One stack with all kinds, because every line of the table needs the real provider; that takes half a minute.
"""

import json
from collections.abc import Sequence
from typing import Any

from command_line.pulumi_cli.environment import reading_environment
from sandbox.network.request_log import Request
from tests.end_to_end.conftest import Stack

PLAN: dict[str, Any] = {
    "monorepo": {"name": "maestro-platform"},
    "teams": [{"name": "core"}],
    "defaults": {
        "environments": [{"name": "production", "reviewers": ["core"], "tags": ["v*"], "branches": ["main"]}],
        "labels": [{"name": "migration", "color": "5319e7"}],
        "actions": {"oidc_subject": ["repo", "context"]},
        "vulnerability_alerts": True,
        "security_updates": True,
        "protection": {},
    },
    "repositories": [
        {
            "name": "engine",
            "kind": "python-service",
            "topics": ["api"],
            "moves": [{"from": "engine"}],
            "teams": {"core": "maintain"},
            "secrets": ["TOKEN"],
            "dependabot_secrets": ["TOKEN"],
            "variables": ["URL"],
            "environments": [{"name": "staging", "secrets": ["TOKEN"], "variables": ["URL"]}],
        },
        {
            "name": "site",
            "moves": [{"from": "site"}],
            "protection": {"as": "branch_protection"},
            "actions": {"allowed": "all"},
        },
        {"name": "docs", "kind": "documentation"},
    ],
}


def counted(requests: Sequence[Request]) -> dict[str, int]:
    """Reads and writes of REST, and requests of GraphQL."""
    rest = [
        request for request in requests if request.path.startswith("/api/v3/") and request.path != "/api/v3/rate_limit"
    ]
    writes = sum(request.is_write for request in rest)
    graphql = sum(request.path == "/api/graphql" for request in requests)
    return {"reads": len(rest) - writes, "writes": writes, "graphql": graphql}


def limits(stack: Stack) -> dict[str, dict[str, int]]:
    """What `./multirepo preflight` says of each kind of run."""
    result = stack.checkout.run("./multirepo", "preflight", "--stack", "test", "--json", code=None)
    return {
        run: {"reads": calls["reads"], "writes": calls["writes"], "graphql": calls["queries"] + calls["mutations"]}
        for run, calls in json.loads(result.stdout)["github"]["requests"].items()
    }


def test_preflight_tells_how_many_requests_each_run_makes(stack: Stack) -> None:
    stack.write_plan(PLAN)
    stack.checkout.environment |= reading_environment("test", without_alerts=1)
    stack.pulumi("config", "set", "--secret", "--path", "multirepo:secrets.TOKEN", "s3cret")
    stack.pulumi("config", "set", "--path", "multirepo:variables.URL", "https://packages.example")

    def requests_of(*arguments: str) -> list[Request]:
        before = len(stack.requests())
        stack.pulumi(*arguments)
        return stack.requests()[before:]

    def asked(*arguments: str) -> dict[str, int]:
        return counted(requests_of(*arguments))

    before = limits(stack)
    assert asked("up", "--yes", "--skip-preview") == before["first"] == before["next"]
    after = limits(stack)
    assert asked("preview") == after["again"] == after["next"] == {"reads": 1, "writes": 0, "graphql": 1}
    assert asked("up", "--yes", "--skip-preview", "--refresh") == after["refresh"]
    again = [
        request
        for request in requests_of("preview", "--refresh")
        if request.method == "GET" and "/api/v3/" in request.path
    ]
    # GitHub counts no 304; whether there are alerts it answers without content, to which no condition can be put.
    assert {request.status for request in again if not request.path.endswith("/vulnerability-alerts")} == {304}

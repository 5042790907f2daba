"""The program's own requests to GitHub, on its bad days."""

import time

import httpx
import pytest

from components.github.github_client import github_client
from components.github.github_server import ask_graphql
from components.stack.settings import Settings
from sandbox.daemon.administration import TenantAccess, add_fault
from sandbox.daemon.process import Running
from sandbox.network.faults import Fault, Kind
from sandbox.network.request_log import read_requests


@pytest.fixture
def settings(world: TenantAccess, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("GITHUB_TOKEN", world.token)
    values = {"owner": world.organization, "github": world.address, "monorepo": "."}
    return Settings.from_config(values.get, "test")


@pytest.mark.parametrize("kind", ["primary_rate_limit", "secondary_rate_limit"])
def test_it_waits_as_long_as_a_rate_limit_asks_for_and_goes_on(
    settings: Settings, server: Running, world: TenantAccess, kind: Kind, caplog: pytest.LogCaptureFixture
) -> None:
    add_fault(server, world.name, Fault(kind=kind, seconds=1, method="POST", path="/api/v3/*"))
    started = time.monotonic()
    with github_client(settings, f"orgs/{world.organization}/") as client:
        assert client.post("repos", json={"name": "engine"}).status_code == 201
    assert 0.9 <= time.monotonic() - started <= 4
    assert "Going on in" in caplog.text


def test_graphql_tells_of_its_limit_in_another_way(
    settings: Settings, server: Running, world: TenantAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = httpx.Response(
        200,
        json={"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]},
        headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()))},
    )
    real, answers = httpx.HTTPTransport.handle_request, [limited]
    monkeypatch.setattr(
        httpx.HTTPTransport, "handle_request", lambda self, request: answers.pop() if answers else real(self, request)
    )
    assert ask_graphql(settings, "query { viewer { login } }", {}).json()["data"]["viewer"]["login"]


@pytest.mark.parametrize("fault", [Fault(kind="status", status=502, count=2), Fault(kind="reset", count=2)])
def test_what_can_be_asked_twice_is_asked_again(
    settings: Settings, server: Running, world: TenantAccess, fault: Fault
) -> None:
    add_fault(server, world.name, fault)
    with github_client(settings) as client:
        assert client.get(f"orgs/{world.organization}").status_code == 200


def test_what_could_be_made_twice_is_not_sent_again(settings: Settings, server: Running, world: TenantAccess) -> None:
    add_fault(server, world.name, Fault(kind="status", status=502, after=True))
    with github_client(settings, f"orgs/{world.organization}/") as client:
        assert client.post("repos", json={"name": "engine"}).status_code == 502
    sent = [request for request in read_requests(server.root, world.name) if request.method == "POST"]
    assert len(sent) == 1


def test_a_refusal_that_is_no_limit_is_told_at_once(settings: Settings, world: TenantAccess) -> None:
    with github_client(settings, token="nobody's") as client:
        assert client.get(f"orgs/{world.organization}/teams").status_code == 401


def test_writes_to_a_github_that_others_use_are_a_pause_apart_and_reads_are_not(
    settings: Settings, world: TenantAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.stack.settings.GitHub.is_local", False)
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    with github_client(settings) as client:
        client.get(f"orgs/{world.organization}")
        client.post(f"{settings.github.graphql}", json={"query": "query { viewer { login } }"})
        assert pauses == []
        client.post(f"orgs/{world.organization}/repos", json={"name": "engine"})
    assert pauses == [1.0]

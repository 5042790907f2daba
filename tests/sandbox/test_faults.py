"""Going wrong on demand."""

import time
from collections.abc import Iterator

import httpx
import pytest

from sandbox.daemon.administration import TenantAccess, add_fault, clear_faults
from sandbox.daemon.process import Running
from sandbox.errors import SandboxError
from sandbox.network.faults import Fault


@pytest.fixture(autouse=True)
def healed(server: Running, world: TenantAccess) -> Iterator[None]:
    yield
    clear_faults(server, world.name)


def test_a_status_is_answered_as_often_as_asked_for(api: httpx.Client, server: Running, world: TenantAccess) -> None:
    add_fault(server, world.name, Fault(kind="status", status=502, count=2, method="GET", path="/api/v3/orgs/*"))
    assert api.get("user").status_code == 200
    assert [api.get("orgs/maestro").status_code for _ in range(3)] == [502, 502, 200]


def test_the_request_may_be_carried_out_before_its_answer_is_lost(
    api: httpx.Client, server: Running, world: TenantAccess
) -> None:
    add_fault(server, world.name, Fault(kind="status", status=504, after=True))
    assert api.post("orgs/maestro/repos", json={"name": "engine"}).status_code == 504
    assert api.get("repos/maestro/engine").status_code == 200


def test_a_connection_is_reset(api: httpx.Client, server: Running, world: TenantAccess) -> None:
    add_fault(server, world.name, Fault(kind="reset"))
    with pytest.raises(httpx.ReadError):
        api.get("user")
    assert api.get("user").status_code == 200


def test_an_answer_comes_late(api: httpx.Client, server: Running, world: TenantAccess) -> None:
    add_fault(server, world.name, Fault(kind="delay", seconds=0.3))
    start = time.monotonic()
    assert api.get("user").status_code == 200
    assert time.monotonic() - start >= 0.3


def test_rate_limits_have_githubs_headers(api: httpx.Client, server: Running, world: TenantAccess) -> None:
    add_fault(server, world.name, Fault(kind="primary_rate_limit", seconds=5))
    add_fault(server, world.name, Fault(kind="secondary_rate_limit", seconds=7))
    primary, secondary = api.get("user"), api.get("user")
    assert (primary.status_code, primary.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert 4 <= int(primary.headers["X-RateLimit-Reset"]) - time.time() <= 7
    assert (secondary.status_code, secondary.headers["Retry-After"]) == (403, "7")
    assert secondary.json()["documentation_url"].endswith("secondary-rate-limits")
    assert api.get("user").status_code == 200


def test_faults_stay_in_their_world_and_can_be_cleared(api: httpx.Client, server: Running, world: TenantAccess) -> None:
    with pytest.raises(SandboxError, match="no such tenant"):
        add_fault(server, "elsewhere", Fault(kind="reset"))
    add_fault(server, world.name, Fault(kind="status", count=100))
    clear_faults(server, world.name)
    assert api.get("user").status_code == 200

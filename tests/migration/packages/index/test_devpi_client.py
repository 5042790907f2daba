"""The client of devpi, on a real server."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from migration.errors import RegistryError
from migration.packages.index.devpi_client import DevpiClient, token_id
from sandbox.registry.registry_process import RunningRegistry

SETTINGS = {"bases": ["root/pypi"], "volatile": False, "mirror_whitelist": [], "acl_upload": ["publisher"]}


@pytest.fixture
def devpi(registry_server: RunningRegistry) -> Iterator[DevpiClient]:
    with DevpiClient(registry_server.address, "root", registry_server.root_password) as client:
        yield client


def test_users_and_an_index_are_made_once_and_set_right_again(devpi: DevpiClient) -> None:
    for _ in range(2):
        devpi.ensure_user("client", "a")
        devpi.ensure_index("client/prod", SETTINGS)
    devpi.ensure_index("client/prod", {"volatile": True})
    found = devpi.index("client/prod")
    assert found is not None
    assert found["volatile"] is True
    assert found["acl_upload"] == ["publisher"]
    assert devpi.index("client/none") is None


def test_a_token_works_until_it_is_deleted(devpi: DevpiClient) -> None:
    devpi.ensure_user("tokens", "a")
    token = devpi.create_token("tokens", {"indexes": ["tokens/prod"], "projects": ["core"]})
    number = token_id(token)
    assert set(devpi.tokens("tokens")[number]) >= {"indexes=tokens/prod", "projects=core"}

    def status() -> int:
        return httpx.get(f"{devpi.address}/+api", auth=("tokens", token)).status_code

    assert status() == 200
    devpi.delete_token("tokens", number)
    devpi.delete_token("tokens", number)
    assert number not in devpi.tokens("tokens")
    assert status() == 403


def test_a_wrong_password_is_told_with_the_variable_to_set(registry_server: RunningRegistry) -> None:
    with pytest.raises(RegistryError, match="does not take the password of its user 'root'") as caught:
        DevpiClient(registry_server.address, "root", "wr0ng")
    assert "wr0ng" not in str(caught.value)


def test_a_registry_that_is_down_is_told_with_its_address() -> None:
    with pytest.raises(RegistryError, match=r"The registry http://127.0.0.1:9 does not answer .* Start it"):
        DevpiClient("http://127.0.0.1:9", "root", "p")


def test_a_registry_that_is_slow_is_told_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migration.packages.index.devpi_client.TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(RegistryError, match=rf"127.0.0.1:{port} does not answer \(ReadTimeout\).* wait for it"):
            DevpiClient(f"http://127.0.0.1:{port}", "root", "p")

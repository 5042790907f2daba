"""What the preflight finds open on a devpi, on real servers."""

import base64
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from components.registry.devpi_exposure import exposures
from components.stack.registry_settings import DevpiServer
from migration.errors import RegistryError
from migration.packages.index.devpi_client import DevpiClient
from sandbox.network.listening import listen_on_first_free
from sandbox.registry.registry_process import RunningRegistry

WITHOUT_PLUGINS = "from devpi_server.main import main; import sys; sys.exit(main())"
WITHOUT_PLUGINS_INIT = "from devpi_server.init import init; import sys; sys.exit(init())"


@pytest.fixture
def default_devpi(tmp_path: Path) -> Iterator[str]:
    """The address of a devpi as its documentation starts it."""
    data, secret = str(tmp_path / "data"), tmp_path / "secret"
    secret.write_bytes(base64.b64encode(bytes(range(32))))
    secret.chmod(0o600)
    run = [sys.executable, "-W", "ignore", "-c"]
    subprocess.run([*run, WITHOUT_PLUGINS_INIT, "--serverdir", data, "--root-passwd", "p"], check=True)
    with listen_on_first_free(0) as listener:
        port = str(listener.getsockname()[1])
    command = [*run, WITHOUT_PLUGINS, "--serverdir", data, "--secretfile", str(secret), "--port", port]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        yield wait_for(f"http://127.0.0.1:{port}")
        server.terminate()


def wait_for(address: str) -> str:
    for _ in range(600):
        try:
            if httpx.get(f"{address}/+api", headers={"Accept": "application/json"}).is_success:
                return address
        except httpx.HTTPError:
            time.sleep(0.2)
    raise TimeoutError(address)


def test_each_thing_that_strangers_can_do_is_told_with_what_to_set(default_devpi: str, tmp_path: Path) -> None:
    with DevpiClient(default_devpi, "root", "p") as client:
        client.ensure_user("maestro", "p")
        client.ensure_index("maestro/prod", {"bases": [], "acl_upload": ["maestro"]})
        found = exposures(DevpiServer(server=default_devpi, index="maestro/prod", folder=tmp_path))
        assert [finding.check for finding in found] == [
            "devpi-users",
            "devpi-status",
            "devpi-acl_toxresult_upload",
            "devpi-acl_pkg_read",
        ]
        assert found[0].remedy == "Start devpi with --restrict-modify=root."
        assert str(found[3]) == "everybody can download private packages from maestro/prod"
        assert {finding.repository for finding in found} == {"registry"}
        assert client.has_user("root"), "asking changed nothing"


def test_the_registry_of_the_sandbox_is_closed(registry_server: RunningRegistry, tmp_path: Path) -> None:
    server = DevpiServer(server=registry_server.address, index="shut/prod", folder=tmp_path)
    with DevpiClient(registry_server.address, "root", registry_server.root_password) as client:
        assert not exposures(server), "an index that is not there yet has no holes"
        client.ensure_user("shut", "p")
        closed = {"acl_upload": ["shut"], "acl_toxresult_upload": ["shut"], "acl_pkg_read": ["shut"]}
        client.ensure_index("shut/prod", {"bases": []} | closed)
    assert not exposures(server)


def test_a_server_that_is_down_is_told_with_the_setting(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"http://127.0.0.1:9 does not answer .* multirepo:registry.server"):
        exposures(DevpiServer(server="http://127.0.0.1:9", index="a/b", folder=tmp_path))

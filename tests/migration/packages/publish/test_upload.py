"""What is sent to the registry, and what is refused: a version is never replaced."""

import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from migration.errors import RegistryError, VersionTakenError
from migration.packages.index.devpi_client import DevpiClient
from migration.packages.publish.build import build_distributions
from migration.packages.publish.upload import files_to_upload, upload
from sandbox.registry.registry_process import RunningRegistry
from tests.migration.packages.publish.test_build import DATE, TREE

BUILT = {"a.tar.gz": "11", "a.whl": "22"}


@pytest.mark.parametrize(
    ("published", "missing"), [({}, ["a.tar.gz", "a.whl"]), ({"a.tar.gz": "11"}, ["a.whl"]), (BUILT, [])]
)
def test_what_is_there_with_the_same_content_is_not_sent_again(published: dict[str, str], missing: list[str]) -> None:
    assert files_to_upload("core", "0.1.0", BUILT, published) == missing


@pytest.mark.parametrize(
    ("version", "following"),
    [("0.1.0", "0.1.1"), ("1.0.0rc1", "1.0.0"), ("2.1", "2.2"), ("1.0.post1", "1.1"), ("0.1.0.dev3", "0.1.0")],
)
def test_other_content_is_refused_with_both_hashes_and_the_version_to_take(version: str, following: str) -> None:
    with pytest.raises(VersionTakenError) as caught:
        files_to_upload("core", version, BUILT, {"a.whl": "33"})
    assert f"core {version} is in the registry with other content: a.whl is sha256 33 there, and sha256 22" in str(
        caught.value
    )
    assert f"Set `version` of core to {following} in the plan" in str(caught.value)


def test_a_file_that_is_not_made_any_more_is_other_content() -> None:
    with pytest.raises(VersionTakenError, match=r"a\.egg is sha256 44 there, and not made here"):
        files_to_upload("core", "0.1.0", BUILT, {"a.egg": "44"})


def test_an_upload_that_was_cut_is_completed_and_nothing_is_replaced(
    registry_server: RunningRegistry, tmp_path: Path, build_environments: Path
) -> None:
    built = build_distributions(TREE, "api", DATE, tmp_path, build_environments)
    with DevpiClient(registry_server.address, "root", registry_server.root_password) as devpi:
        devpi.ensure_user("cut", "password")
        devpi.ensure_index("cut/prod", {"bases": ["root/pypi"], "volatile": False, "acl_upload": ["cut"]})
        token = devpi.create_token("cut", {"indexes": ["cut/prod"], "projects": ["maestro-api"]})
        address = f"{registry_server.address}/cut/prod/"

        def published() -> dict[str, str]:
            return {name: file.sha256 for name, file in devpi.files("cut/prod", "maestro-api", "0.1.0").items()}

        upload([built.sdist], address, "cut", token)  # and here it was cut
        missing = files_to_upload("maestro-api", "0.1.0", built.hashes, published())
        assert missing == [built.wheel.name]
        upload([tmp_path / name for name in missing], address, "cut", token)
        assert published() == built.hashes

        built.wheel.write_bytes(built.wheel.read_bytes() + b"\0")
        with pytest.raises(
            RegistryError, match=r"cut/prod/ does not take maestro_api-0\.1\.0-py3-none-any\.whl: .*409"
        ):
            upload([built.wheel], address, "cut", token)
        with pytest.raises(RegistryError, match="403"):
            upload([built.sdist], address, "cut", devpi.create_token("cut", {"projects": ["another"]}))
    assert token not in str(built)


def test_a_file_of_which_a_part_arrived_is_not_published(
    registry_server: RunningRegistry, tmp_path: Path, build_environments: Path
) -> None:
    built = build_distributions(TREE, "api", DATE, tmp_path, build_environments)
    with DevpiClient(registry_server.address, "root", registry_server.root_password) as devpi:
        devpi.ensure_user("half", "password")
        devpi.ensure_index("half/prod", {"bases": [], "volatile": False, "acl_upload": ["half"]})
        token = devpi.create_token("half", {})
        cut = Cut(registry_server.port)
        with pytest.raises(RegistryError, match=r"does not take maestro_api-0\.1\.0\.tar\.gz: .*Run the same again"):
            upload([built.sdist], f"http://127.0.0.1:{cut.port}/half/prod/", "half", token)
        cut.join()
        assert devpi.files("half/prod", "maestro-api", "0.1.0") == {}
        upload([built.sdist], f"{registry_server.address}/half/prod/", "half", token)
        assert list(devpi.files("half/prod", "maestro-api", "0.1.0")) == [built.sdist.name]


class Cut(threading.Thread):
    """A line to the registry that breaks when the file has just begun."""

    def __init__(self, registry: int) -> None:
        super().__init__()
        self._registry, self._listener = registry, socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.start()

    def run(self) -> None:
        with self._listener, self._listener.accept()[0] as client:
            with socket.create_connection(("127.0.0.1", self._registry)) as server:
                sent = b""
                while b"\r\n\r\n" not in sent[:-100]:
                    sent += client.recv(65536)
                server.sendall(sent[: sent.index(b"\r\n\r\n") + 100])
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (507, r"507 .*Its disk may be full: make room there\. Run the same again"),
        (400, r"400 .*\. Run the same again"),
    ],
)
def test_a_registry_that_refuses_is_told_with_what_to_do(
    tmp_path: Path, build_environments: Path, status: int, message: str
) -> None:
    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    built = build_distributions(TREE, "api", DATE, tmp_path, build_environments)
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            with pytest.raises(RegistryError, match=message) as caught:
                upload([built.sdist], f"http://127.0.0.1:{server.server_port}/", "user", "token")
        finally:
            server.shutdown()
            serving.join()
    assert ("disk" in str(caught.value)) == (status == 507)


def test_a_registry_that_is_silent_is_not_waited_for_for_ever(
    tmp_path: Path, build_environments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migration.packages.publish.upload._PATIENCE", 0.3)
    built = build_distributions(TREE, "api", DATE, tmp_path, build_environments)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(RegistryError, match=r"does not take .* timed out.*Run the same again"),
    ):
        upload([built.sdist], f"http://127.0.0.1:{silent.getsockname()[1]}/", "user", "token")

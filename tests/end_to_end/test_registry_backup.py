"""A devpi is backed up and restored with its own tools, as docs/registry.md says: versions and tokens survive."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from migration.packages.index.devpi_client import DevpiClient, is_token_taken
from migration.packages.publish.upload import upload
from sandbox.registry import registry_process as registry
from tests.end_to_end.test_clean_room import make_wheel

PROGRAMS = Path(sys.executable).parent


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "sandbox"
    registry.stop(tmp_path / "sandbox")


def test_what_was_published_comes_back_with_the_tokens_that_read_it(root: Path, tmp_path: Path) -> None:
    running = registry.start(root, port=0)
    wheel = make_wheel(tmp_path, "core", "0.1.0", [])
    with DevpiClient(running.address, "root", running.root_password) as devpi:
        devpi.ensure_user("maestro", "password")
        devpi.ensure_index("maestro/prod", {"bases": ["root/pypi"], "volatile": False, "acl_upload": ["maestro"]})
        token = devpi.create_token("maestro", {})
        upload([wheel], f"{running.address}/maestro/prod/", "maestro", token)
    registry.stop(root)

    data, dump = running.folder / "data", tmp_path / "dump"
    run("devpi-export", "--serverdir", data, dump)
    data.rename(tmp_path / "lost")
    run("devpi-import", "--serverdir", data, "--no-events", dump)

    again = registry.start(root)
    with DevpiClient(again.address, "root", again.root_password) as devpi:
        (file,) = devpi.files("maestro/prod", "core", "0.1.0").values()
        assert httpx.get(file.url).content == wheel.read_bytes()
        index = devpi.index("maestro/prod")
        assert index is not None
        assert index["volatile"] is False
    assert is_token_taken(again.address, "maestro", token)


def run(program: str, *arguments: str | Path) -> None:
    done = subprocess.run([PROGRAMS / program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

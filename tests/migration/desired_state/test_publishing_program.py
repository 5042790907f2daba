"""The program by which a release publishes: each file that this index lacks, and no other code under a version."""

import http.server
import os
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import uv

from migration.desired_state.pipelines import TEMPLATES
from migration.verification.trial_release.scratch_index import ScratchIndex, scratch_index

PROGRAM = (TEMPLATES / "_publish_new.py.jinja").read_text()
WHEEL, SDIST = "acme_core-0.1.0-py3-none-any.whl", "acme_core-0.1.0.tar.gz"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ScratchIndex]:
    with scratch_index(None, tmp_path / "uploaded") as started:
        yield started


def write_wheel(file: Path, code: str = "", metadata: str = "") -> None:
    file.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr("acme_core/__init__.py", code)
        wheel.writestr(
            "acme_core-0.1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: acme-core\nVersion: 0.1.0\n{metadata}"
        )
        wheel.writestr(
            "acme_core-0.1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("acme_core-0.1.0.dist-info/RECORD", "")


def publish(folder: Path, index: ScratchIndex, read_from: str = "") -> "subprocess.CompletedProcess[str]":
    environment = {
        "PATH": f"{Path(uv.find_uv_bin()).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "UV_DEFAULT_INDEX": f"registry={read_from or index.address + '/simple/'}",
        "UV_PUBLISH_URL": f"{index.address}/",
        "UV_INDEX_REGISTRY_USERNAME": "reader",
        "UV_INDEX_REGISTRY_PASSWORD": "x",
        "UV_PUBLISH_USERNAME": index.user,
        "UV_PUBLISH_PASSWORD": index.token,
    }
    command = ["python3", "-I", "-c", PROGRAM]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def uploaded(index: ScratchIndex) -> list[str]:
    return sorted(path.name for path in index.folder.iterdir())


def test_a_new_version_is_uploaded_and_the_same_code_is_not_again(tmp_path: Path, index: ScratchIndex) -> None:
    write_wheel(tmp_path / "dist" / WHEEL)
    first = publish(tmp_path, index)
    assert (first.returncode, uploaded(index)) == (0, [WHEEL]), first.stderr
    write_wheel(tmp_path / "dist" / WHEEL, metadata="Generator: another backend\n")
    again = publish(tmp_path, index)
    assert (again.returncode, again.stdout) == (0, f"The registry has {WHEEL}.\n")


def test_an_upload_that_was_cut_is_completed(tmp_path: Path, index: ScratchIndex) -> None:
    write_wheel(tmp_path / "dist" / WHEEL)
    assert publish(tmp_path, index).returncode == 0
    subprocess.run(["tar", "czf", tmp_path / "dist" / SDIST, "-T", "/dev/null"], check=True)
    publish(tmp_path, index)
    assert f"The registry has {WHEEL}.\n" in publish(tmp_path, index).stdout


def test_other_code_under_a_published_version_is_an_error_and_nothing_is_uploaded(
    tmp_path: Path, index: ScratchIndex
) -> None:
    write_wheel(tmp_path / "dist" / WHEEL)
    publish(tmp_path, index)
    write_wheel(tmp_path / "dist" / WHEEL, code="CHANGED = 1\n")
    refused = publish(tmp_path, index)
    assert refused.returncode == 1
    assert "Its code has changed: raise the version" in refused.stdout


def test_a_file_of_a_mirror_is_not_of_this_index(tmp_path: Path, index: ScratchIndex) -> None:
    """A proxy shows what the public index has under the name, with addresses of its own."""

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'<a href="https://files.example/acme/{WHEEL}#sha256={"0" * 64}">{WHEEL}</a>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

    write_wheel(tmp_path / "dist" / WHEEL)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        done = publish(tmp_path, index, f"http://127.0.0.1:{server.server_port}/team/prod/+simple/")
        server.shutdown()
    assert (done.returncode, uploaded(index)) == (0, [WHEEL]), done.stderr

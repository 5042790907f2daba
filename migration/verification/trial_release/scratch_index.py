"""A package index for one release: it takes uploads, and has everything that the real one has.

https://docs.pypi.org/api/upload/ and https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

import base64
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote, unquote

from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from migration.errors import RegistryError
from migration.packages.index.simple_index import SimpleIndex

_FILE_NAME = re.compile(rb'name="content".*filename="([^"]+)"')


@dataclass(frozen=True, kw_only=True)
class ScratchIndex:
    """address: where it listens. folder: what was uploaded. token: permits to upload, under any name."""

    address: str
    folder: Path
    token: str = field(repr=False)
    user: ClassVar[str] = "scratch"

    @property
    def simple(self) -> str:
        """The simple index: the uploaded files, and those of the real index."""
        return f"{self.address}/simple/"

    @property
    def uploaded(self) -> str:
        """A page with the uploaded files alone, as `--find-links` reads it."""
        return f"{self.address}/uploaded/"


@contextmanager
def scratch_index(real: SimpleIndex | None, folder: Path) -> Iterator[ScratchIndex]:
    """Serve it on loopback for the block. The real index, if there is one, is only read; its token stays here."""
    folder.mkdir(parents=True)
    token = secrets.token_hex(16)
    handler = type("Handler", (_Handler,), {"real": real, "folder": folder, "token": token})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield ScratchIndex(address=f"http://127.0.0.1:{server.server_port}", folder=folder, token=token)
        finally:
            server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    real: SimpleIndex | None
    folder: Path
    token: str

    def do_GET(self) -> None:
        kind, *rest = [unquote(part) for part in self.path.strip("/").split("/")]
        try:
            if kind == "simple" and len(rest) == 1:
                self._page([*self._upload(rest[0]), *(f"/real/{rest[0]}/{file}" for file in self._real(rest[0]))])
            elif kind == "uploaded" and not rest:
                self._page(self._upload(None))
            elif kind == "uploaded":
                self._answer(HTTPStatus.OK, (self.folder / rest[0]).read_bytes(), "application/octet-stream")
            elif kind == "real" and self.real:
                project, file = rest
                self._answer(HTTPStatus.OK, self.real.content(self._real(project)[file]), "application/octet-stream")
            else:
                self._answer(HTTPStatus.NOT_FOUND, b"")
        except (OSError, KeyError, ValueError):
            self._answer(HTTPStatus.NOT_FOUND, b"")
        except RegistryError as error:
            self._answer(HTTPStatus.BAD_GATEWAY, str(error).encode())

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        login = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        if login.partition(":")[2] != self.token:
            self._answer(HTTPStatus.UNAUTHORIZED, b"Not the token of this index.")
            return
        boundary = b"--" + self.headers["Content-Type"].partition("boundary=")[2].strip('"').encode()
        for part in body.split(boundary):
            head, _, content = part.partition(b"\r\n\r\n")
            if found := _FILE_NAME.search(head):
                file = self.folder / Path(found[1].decode()).name
                with file.open("xb") as target:  # a version is never replaced
                    target.write(content.removesuffix(b"\r\n"))
        self._answer(HTTPStatus.OK, b"")

    def _real(self, project: str) -> dict[str, str]:
        return self.real.all_files(project) if self.real else {}

    def _upload(self, project: str | None) -> list[str]:

        requested = canonicalize_name(project) if project else None
        names = sorted(path.name for path in self.folder.iterdir())
        return [f"/uploaded/{name}" for name in names if requested in (None, release_of(name)[0])]

    def _page(self, links: list[str]) -> None:
        if not links and not self.path.startswith("/uploaded"):
            self._answer(HTTPStatus.NOT_FOUND, b"")
            return
        anchors = [f'<a href="{escape(quote(link))}">{escape(link.rpartition("/")[2])}</a>' for link in links]
        self._answer(HTTPStatus.OK, "\n".join(["<!DOCTYPE html>", *anchors]).encode(), "text/html")

    def _answer(self, status: HTTPStatus, content: bytes, kind: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log no request: the check reports them."""


def release_of(file: str) -> tuple[str, Version]:
    """Project and version of a wheel or an sdist. Raises InvalidWheelFilename, InvalidSdistFilename."""
    name, version, *_ = parse_wheel_filename(file) if file.endswith(".whl") else parse_sdist_filename(file)
    return name, version

"""Where private packages are, as a stack sets it under `multirepo:registry`."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from migration.desired_state import CodeArtifact, Devpi

SANDBOX = "sandbox"
PASSWORD_VARIABLE = "DEVPI_PASSWORD"
DEFAULT_PORT = 3141
"""Where the sandbox's registry listens when nothing else does."""


@dataclass(frozen=True, kw_only=True)
class DevpiContainer:
    """A container that this stack makes of its own image. base: the image's base, with Python 3.11 or later.

    port: on the loopback address of Docker's machine. name: of the container and of its volume.
    """

    name: str
    port: int = DEFAULT_PORT
    base: str = "python:3.11-slim-bookworm"


@dataclass(frozen=True, kw_only=True)
class DevpiServer:
    """A devpi whose users, index and tokens this stack keeps.

    server: its address, or "sandbox" for the one beside the local GitHub, whose folder is `folder`.
    index: "user/name" of the private index. reader, publisher: users whose tokens the repositories get.
    administrator: who makes users and tokens. generation: counted up, every token is replaced. container: where the
    stack makes the server too.
    """

    server: str
    index: str
    reader: str = "reader"
    publisher: str = "publisher"
    administrator: str = "root"
    generation: int = 1
    folder: Path
    container: DevpiContainer | None = None

    def __post_init__(self) -> None:
        """Reject, with ValueError, what cannot work or would leak secrets."""
        parts = urlsplit(self.server)
        if self.index.count("/") != 1 or not all(self.index.split("/")):
            raise ValueError(f"registry.index is {self.index!r}; write it as 'maestro/prod'")
        if self.server != SANDBOX and (parts.scheme not in ("https", "http") or not parts.hostname or parts.username):
            raise ValueError(f"registry.server is {self.server!r}; give its address without credentials, or 'sandbox'")
        if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError(f"registry.server is {self.server!r}: a token must not travel unencrypted. Use https")

    @property
    def address(self) -> str:
        """Its root, without a slash at the end."""
        if self.server != SANDBOX:
            return self.server.rstrip("/")
        try:
            port = json.loads((self.folder / "sandbox.json").read_text())["port"]
        except (OSError, ValueError, KeyError):
            port = DEFAULT_PORT
        return f"http://127.0.0.1:{port}"

    @property
    def index_url(self) -> str:
        """The simple index (PEP 503) that installs read from."""
        return f"{self.address}/{self.index}/+simple/"

    @property
    def publish_url(self) -> str:
        """Where twine and Poetry upload to."""
        return f"{self.address}/{self.index}/"

    def file_url(self, _package: str, _version: str, file: str, sha256: str) -> str:
        """Where devpi serves a file of the index: its path is made of the file's hash."""
        return f"{self.publish_url}+f/{sha256[:3]}/{sha256[3:16]}/{file}"

    @property
    def for_pipelines(self) -> Devpi:
        """The settings for the repositories' pipelines and Dependabot."""
        return Devpi(index_url=self.index_url, reader=self.reader)

    def password(self, environment: Mapping[str, str] = os.environ) -> str:
        """The administrator's password, from the environment or from the sandbox. Raises ValueError."""
        if self.server == SANDBOX:
            try:
                return (self.folder / "root-password").read_text()
            except OSError:
                raise ValueError(
                    "This stack's packages are in the sandbox's registry, which does not run. "
                    "Run: ./multirepo sandbox start"
                ) from None
        if password := environment.get(PASSWORD_VARIABLE):
            return password
        raise ValueError(
            f"{PASSWORD_VARIABLE} is not set. Export the password of {self.administrator} at {self.address}."
        )


@dataclass(frozen=True, kw_only=True)
class CodeArtifactDomain:
    """A CodeArtifact domain that this stack makes, in an account of AWS.

    account: 12 digits. repository: the private one in the domain. owner: of the repositories on GitHub.
    """

    region: str
    account: str
    domain: str
    owner: str
    repository: str = "maestro"

    @property
    def index_url(self) -> str:
        """The simple index (PEP 503) that installs read from."""
        return f"{self.publish_url}simple/"

    @property
    def publish_url(self) -> str:
        """Where twine and Poetry upload to."""
        host = f"{self.domain}-{self.account}.d.codeartifact.{self.region}.amazonaws.com"
        return f"https://{host}/pypi/{self.repository}/"

    def arn(self, kind: str) -> str:
        """Of the domain itself, or the start of those of its repositories or packages."""
        return f"arn:aws:codeartifact:{self.region}:{self.account}:{kind}/{self.domain}"

    def role(self, repository: str, does: str) -> str:
        """The name of a repository's role."""
        return f"{self.domain}-{repository}-{does}"

    def role_arn(self, repository: str, does: str) -> str:
        """What a job names to take the role on."""
        return f"arn:aws:iam::{self.account}:role/{self.role(repository, does)}"

    @property
    def for_pipelines(self) -> CodeArtifact:
        """The settings for the repositories' pipelines and Dependabot."""
        return CodeArtifact(
            index_url=self.index_url,
            region=self.region,
            account=self.account,
            domain=self.domain,
            reader_role=self.role("{repository}", "reads"),
        )

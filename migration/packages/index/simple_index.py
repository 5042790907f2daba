"""A package index as every installer sees it, and how pip, Poetry and uv are configured for it.

https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

import httpx
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from migration.errors import RegistryError

_ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
_LINK = re.compile(r'<a[^>]+href="([^"]+)"')
TIMEOUT = 30.0  # seconds


@dataclass(frozen=True, kw_only=True)
class SimpleIndex:
    """url: of the simple index, without credentials. user, token: who reads it; None where everybody may."""

    url: str
    user: str | None = None
    token: str | None = field(default=None, repr=False)

    def files(self, name: str, version: str) -> dict[str, str]:
        """The files of a version: name to address. Empty when there is none. Raises RegistryError."""
        return {file: url for file, url in self.all_files(name).items() if _version_of(file) == Version(version)}

    def all_files(self, name: str) -> dict[str, str]:
        """The files of all versions: name to address. Empty for a name that is not known. Raises RegistryError."""
        page = f"{self.url.rstrip('/')}/{canonicalize_name(name)}/"
        answer = self._get(page, missing_is_fine=True)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return {}
        if "json" in answer.headers.get("content-type", ""):
            links = [str(file["url"]) for file in answer.json()["files"]]
        else:
            links = [unescape(link) for link in _LINK.findall(answer.text)]
        addresses = [urldefrag(urljoin(page, link)).url for link in links]
        return {unquote(urlsplit(address).path.rpartition("/")[2]): address for address in addresses}

    def content(self, address: str) -> bytes:
        """A file. Raises RegistryError."""
        return self._get(address).content

    def client_environment(self) -> Mapping[str, str]:
        """For a clean room: variables by which pip and uv read this index and nothing else. No file, no argument.

        Poetry and uv in a repository that names the index as its source take the token from what `source_credentials`
        gives.
        """
        root = self.url.rstrip("/") + "/"
        with_credentials = root
        if self.user and self.token:
            login = f"{quote(self.user, safe='')}:{quote(self.token, safe='')}"
            with_credentials = root.replace("://", f"://{login}@", 1)
        return {
            "PIP_INDEX_URL": with_credentials,
            "PIP_CONFIG_FILE": "/dev/null",
            "UV_DEFAULT_INDEX": f"registry={root}",
            "UV_NO_CONFIG": "1",
            **({"UV_INDEX_REGISTRY_USERNAME": self.user} if self.user else {}),
            **({"UV_INDEX_REGISTRY_PASSWORD": self.token} if self.token else {}),
        }

    def source_credentials(self, source: str) -> Mapping[str, str]:
        """Variables by which Poetry and uv get into the source of this name (`package_source` of the plan)."""
        name = re.sub(r"[^A-Z0-9]", "_", source.upper())
        credentials = {"USERNAME": self.user, "PASSWORD": self.token}
        prefixes = (f"POETRY_HTTP_BASIC_{name}_", f"UV_INDEX_{name}_")
        return {prefix + key: value for prefix in prefixes for key, value in credentials.items() if value}

    def _get(self, address: str, *, missing_is_fine: bool = False) -> httpx.Response:
        # The token is for the registry's own host alone: a listing may lead elsewhere.
        own = urlsplit(address).netloc == urlsplit(self.url).netloc
        auth = (self.user, self.token) if own and self.user and self.token else None
        try:
            answer = httpx.get(address, auth=auth, headers={"Accept": _ACCEPT}, timeout=TIMEOUT, follow_redirects=True)
            if not (missing_is_fine and answer.status_code == httpx.codes.NOT_FOUND):
                answer.raise_for_status()
        except httpx.HTTPStatusError as error:
            raise RegistryError(
                f"The registry answers {error.response.status_code} for {address}. Check the reader's token."
            ) from None
        except httpx.HTTPError as error:
            raise RegistryError(f"The registry does not answer for {address} ({type(error).__name__}).") from None
        return answer


def _version_of(file: str) -> Version | None:
    try:
        return parse_wheel_filename(file)[1] if file.endswith(".whl") else parse_sdist_filename(file)[1]
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None

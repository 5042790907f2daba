"""A client of devpi-server's REST API, as far as this stage and the registry's resources need it.

https://devpi.net/docs/devpi/devpi/stable/+d/curl.html and https://github.com/devpi/devpi-tokens
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Self
from urllib.parse import quote

import httpx

from migration.errors import RegistryError

TIMEOUT = 30.0  # seconds
_PASSING = 600  # seconds
_ACCEPT = {"Accept": "application/json"}


class ReleaseFile(NamedTuple):
    """A file of a version: where it can be downloaded, and its hash as the server knows it."""

    url: str
    sha256: str


class DevpiClient:
    """One server, as one of its users who may change other users: its root, usually.

    Raises RegistryError when it is down, slow, or refuses.
    """

    def __init__(self, address: str, user: str, password: str) -> None:
        self.address = address
        self._client = httpx.Client(base_url=address, headers=_ACCEPT, timeout=TIMEOUT)
        answer = self._ask("POST", "/+login", {"user": user, "password": password}, allowed=(401, 403))
        if answer.is_error:
            self._client.close()
            raise RegistryError(
                f"{address} does not take the password of its user {user!r}. Set DEVPI_PASSWORD to the right one, "
                "or restart the sandbox if it is its own registry."
            )
        # One session instead of the password each time: devpi takes a tenth of a second to verify one.
        self._client.auth = (user, answer.json()["result"]["password"])

    def __enter__(self) -> Self:
        """Close the connections at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ensure_user(self, name: str, password: str) -> None:
        """A user of this name. One that is there keeps its password."""
        if not self.has_user(name):
            self._ask("PUT", f"/{quote(name)}", {"password": password})

    def has_user(self, name: str) -> bool:
        """Whether there is a user of this name."""
        return self._ask("GET", f"/{quote(name)}", allowed=(404,)).is_success

    def index(self, name: str) -> dict[str, Any] | None:
        """The settings of the index "user/name"; None when it is not there."""
        answer = self._ask("GET", f"/{name}?no_projects=", allowed=(404,))
        return None if answer.status_code == httpx.codes.NOT_FOUND else dict(answer.json()["result"])

    def ensure_index(self, name: str, settings: Mapping[str, Any]) -> None:
        """An index with these settings; other settings of one that is there stay."""
        found = self.index(name)
        if found is None:
            self._ask("PUT", f"/{name}", settings)
        elif any(found.get(key) != value for key, value in settings.items()):
            self._ask("PATCH", f"/{name}", {**found, **settings})

    def files(self, index: str, project: str, version: str) -> dict[str, ReleaseFile]:
        """The files of a version in this very index, not in its bases, by their names. Empty when it is not there."""
        return release_files(self._ask("GET", file_listing(index, project), allowed=(404,)), version)

    @contextmanager
    def passing_token(self, user: str, **restrictions: Any) -> Iterator[str]:
        """A token of the user for the block, and no longer; ten minutes if this process is killed."""
        token = self.create_token(user, {**restrictions, "expires": int(time.time()) + _PASSING})
        try:
            yield token
        finally:
            self.delete_token(user, token_id(token))

    def create_token(self, user: str, restrictions: Mapping[str, Any]) -> str:
        """A new token of the user. It stops to work after a year when `expires` says nothing else."""
        answer = self._ask("POST", f"/{quote(user)}/+token-create", restrictions)
        return str(answer.json()["result"]["token"])

    def tokens(self, user: str) -> Mapping[str, Sequence[str]]:
        """The ids of the user's tokens, each with its restrictions; empty for a user that is not there."""
        answer = self._ask("GET", f"/{quote(user)}/+tokens", allowed=(404,))
        if answer.status_code == httpx.codes.NOT_FOUND:
            return {}
        return {each: known["restrictions"] for each, known in answer.json()["result"]["tokens"].items()}

    def delete_token(self, user: str, token_id: str) -> None:
        """Make the token invalid. One that is not there any more is not an error."""
        self._ask("DELETE", f"/{quote(user)}/+tokens/{quote(token_id)}", allowed=(404,))

    def _ask(self, method: str, path: str, body: object = None, allowed: tuple[int, ...] = ()) -> httpx.Response:
        try:
            answer = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise RegistryError(
                f"The registry {self.address} does not answer ({type(error).__name__}). Start it, or wait for it, and "
                "run the same again: what was done so far stays."
            ) from None
        if answer.is_error and answer.status_code not in allowed:
            raise RegistryError(
                f"The registry {self.address} refuses {method} {path} with {answer.status_code}: {_reason(answer)}"
            )
        return answer


def file_listing(index: str, project: str) -> str:
    """Where the server lists the files of a project in this very index."""
    return f"/{index}/{quote(project)}?ignore_bases="


def release_files(listing: httpx.Response, version: str) -> dict[str, ReleaseFile]:
    """Name to file of a version. Raises httpx.HTTPStatusError when the server refuses to list."""
    if listing.status_code == httpx.codes.NOT_FOUND:
        return {}
    links = listing.raise_for_status().json()["result"].get(version, {}).get("+links", [])
    return {
        link["href"].rpartition("/")[2]: ReleaseFile(link["href"], link["hashes"]["sha256"])
        for link in links
        if link["rel"] == "releasefile"
    }


def download(url: str, user: str, token: str) -> bytes:
    """A file of the server. Raises RegistryError."""
    try:
        return httpx.get(url, auth=(user, token), timeout=TIMEOUT).raise_for_status().content
    except httpx.HTTPError as error:
        raise RegistryError(f"What was published cannot be read back: {error}. Run the same again.") from None


def is_token_taken(address: str, user: str, token: str) -> bool:
    """Whether the server still knows this token of the user. Raises RegistryError when it is down."""
    try:
        answer = httpx.get(f"{address}/+api", auth=(user, token), headers=_ACCEPT, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        raise RegistryError(f"The registry {address} does not answer ({type(error).__name__}).") from None
    return answer.is_success and answer.json()["result"]["authstatus"][0] == "ok"


def token_id(token: str) -> str:
    """The public part of a token, which names it among others of its user."""
    import pymacaroons  # type: ignore[import-untyped]

    identifier: str = pymacaroons.Macaroon.deserialize(token.removeprefix("devpi-")).identifier
    return (identifier if isinstance(identifier, str) else identifier.decode()).rpartition("-")[2]


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text.strip()[:200] or answer.reason_phrase

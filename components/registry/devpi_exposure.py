"""What a devpi-server lets strangers do, as `./multirepo preflight` asks it. Nothing is written.

https://devpi.net/docs/devpi/devpi/stable/+d/adminman/server.html
"""

from collections.abc import Iterator
from http import HTTPStatus

import httpx

from components.stack.registry_settings import DevpiServer
from migration.errors import RegistryError
from migration.packages.index.devpi_client import TIMEOUT
from migration.preflight import Finding

_ACCEPT = {"Accept": "application/json"}
_EVERYBODY = ":ANONYMOUS:"
REGISTRY = "registry"
"""Stands where findings of the histories name a repository."""


def exposures(server: DevpiServer) -> tuple[Finding, ...]:
    """A warning for each thing that a stranger can do on the server. Raises RegistryError when it does not answer."""
    try:
        with httpx.Client(base_url=server.address, headers=_ACCEPT, timeout=TIMEOUT) as stranger:
            return tuple(_open_to(stranger, server))
    except httpx.HTTPError as error:
        raise RegistryError(
            f"The registry {server.address} does not answer ({type(error).__name__}). Start it, or correct "
            "multirepo:registry.server."
        ) from None


def _open_to(stranger: httpx.Client, server: DevpiServer) -> Iterator[Finding]:
    # devpi checks the permission first: an existing name shows it, and nothing is written.
    if stranger.put(f"/{server.administrator}", json={}).status_code == HTTPStatus.CONFLICT:
        yield _finding("users", "everybody can create users and indexes", "Start devpi with --restrict-modify=root.")
    if stranger.get("/+status").is_success:
        yield _finding("status", "everybody can read its folder and versions", "Close /+status in the proxy.")
    answer = stranger.get(f"/{server.index}?no_projects=")
    if answer.is_success:
        yield from _open_index(answer.json()["result"], server)


def _open_index(settings: dict[str, list[str]], server: DevpiServer) -> Iterator[Finding]:
    for setting, deed in (
        ("acl_upload", "upload packages to"),
        ("acl_toxresult_upload", "store test results in"),
        ("acl_pkg_read", "download private packages from"),
    ):
        if _EVERYBODY in settings.get(setting, [_EVERYBODY]):
            yield _finding(setting, f"everybody can {deed} {server.index}", _remedy(setting, setting in settings))


def _remedy(setting: str, known: bool) -> str:
    if known:
        return "`pulumi up` closes this for the index of the stack."
    return f"Install a plugin with {setting}, or require a login in the proxy: docs/registry.md."


def _finding(check: str, problem: str, remedy: str) -> Finding:
    return Finding.warning(f"devpi-{check}", REGISTRY, problem, remedy)

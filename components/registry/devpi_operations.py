"""What the registry's providers do in their own process: from a resource's properties to devpi, and back."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from functools import cache
from typing import Any

from pulumi.dynamic import Config

from components.stack.provider_settings import settings_from
from components.stack.registry_settings import DevpiServer
from migration.errors import RegistryError
from migration.packages.index.devpi_client import DevpiClient, token_id

_SETTINGS = ("bases", "volatile", "mirror_whitelist", "acl_upload", "acl_toxresult_upload")
_OPTIONAL = "acl_pkg_read"
"""Only servers with a plugin for it know this setting."""


def make_index(props: Mapping[str, Any], config: Config) -> None:
    """Create the users and the index, or correct their settings."""
    devpi = _devpi(config)
    for user in props["users"]:
        # Nobody logs in with these passwords, and nobody knows them: tokens are made by the administrator.
        devpi.ensure_user(user, secrets.token_urlsafe(32))
    settings = {key: props[key] for key in _SETTINGS}
    devpi.ensure_index(props["index"], settings)
    if _OPTIONAL in (devpi.index(props["index"]) or {}):
        devpi.ensure_index(props["index"], {_OPTIONAL: props[_OPTIONAL]})


def read_index(props: Mapping[str, Any], config: Config) -> dict[str, Any] | None:
    """The properties as the server has them now; None when the index is gone."""
    devpi = _devpi(config)
    found = devpi.index(props["index"])
    if found is None:
        return None
    users = [user for user in props["users"] if devpi.has_user(user)]
    return {**props, "users": users} | {key: found[key] for key in (*_SETTINGS, _OPTIONAL) if key in found}


def make_token(props: Mapping[str, Any], config: Config) -> tuple[str, dict[str, Any]]:
    """A new token: its id and all properties, its value among them.

    One that a run made before it was killed, and that nobody has, goes first: it is known by its mark.
    """
    mark = _mark(props, settings_from(config).owner)
    devpi, user = _devpi(config), props["user"]
    for number, known in devpi.tokens(user).items():
        if any(mark in restriction.partition("=")[2].split(",") for restriction in known):
            devpi.delete_token(user, number)
    restrictions: dict[str, Any] = {"indexes": [*sorted(props["indexes"]), mark]}
    if props["projects"]:
        restrictions["projects"] = sorted(props["projects"])
    token = devpi.create_token(user, restrictions)
    return token_id(token), {**props, "token": token}


def _mark(props: Mapping[str, Any], owner: str) -> str:
    """What a token is for, among the indexes that it opens; without a slash it is none.

    Other settings have another mark: the token that they replace is still in use until GitHub has the new one.
    """
    settings = [props[key] for key in ("indexes", "projects", "generation")]
    digest = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:8]
    return f"for:{owner}:{props.get('purpose', '')}:{digest}"


def is_valid_token(number: str, props: Mapping[str, Any], config: Config) -> bool:
    """Whether the server knows the token."""
    return number in _devpi(config).tokens(props["user"])


def remove_token(number: str, props: Mapping[str, Any], config: Config) -> None:
    """Revoke the token."""
    _devpi(config).delete_token(props["user"], number)


def _devpi(config: Config) -> DevpiClient:
    return session(stack_devpi(config))


def stack_devpi(config: Config) -> DevpiServer:
    """The devpi that the stack keeps. Raises RegistryError when its settings name none any more."""
    server = settings_from(config).devpi
    if server is None:
        raise RegistryError(
            "multirepo:registry is not set, and the state of the stack has a registry. Set multirepo:registry again."
        )
    return server


@cache
def session(server: DevpiServer) -> DevpiClient:
    """One session for each process: a login takes devpi a tenth of a second. Raises RegistryError."""
    try:
        return DevpiClient(server.address, server.administrator, server.password())
    except ValueError as error:
        raise RegistryError(str(error)) from None

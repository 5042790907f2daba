"""A plugin of devpi-server: who may download from an index, and what the server shows without a login.

devpi lets everybody read, and leaves it to plugins to say otherwise: https://github.com/devpi/devpi/issues/1075. Names
of packages can still be listed. `acl_pkg_read` of an index names the users who may download its files. The server's
status, with its folder and versions, needs a login.
"""

from typing import Any

from devpi_server.model import ACLList
from devpi_server.views import meta_headers
from pluggy import HookimplMarker
from pyramid.events import ContextFound  # type: ignore[import-untyped]
from pyramid.httpexceptions import HTTPForbidden  # type: ignore[import-untyped]

_hook = HookimplMarker("devpiserver")


@_hook
def devpiserver_indexconfig_defaults(index_type: str) -> dict[str, Any]:
    """Everybody, unless the index says otherwise."""
    return {"acl_pkg_read": ACLList([":ANONYMOUS:"])}


@_hook
def devpiserver_stage_get_principals_for_pkg_read(ixconfig: dict[str, Any]) -> list[str] | None:
    """Who may download."""
    return ixconfig.get("acl_pkg_read")


@_hook
def devpiserver_pyramid_configure(config: Any, pyramid_config: Any) -> None:
    """Close the status, and send no version of the server."""
    meta_headers.pop("X-DEVPI-SERVER-VERSION", None)
    pyramid_config.add_subscriber(_close_status, ContextFound)


def _close_status(event: ContextFound) -> None:
    request = event.request
    if request.path_info.startswith("/+status") and not request.authenticated_userid:
        raise HTTPForbidden("The status needs a login.")

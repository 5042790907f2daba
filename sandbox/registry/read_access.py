"""A plugin of devpi-server: an index option `acl_pkg_read` with the users who may download its files.

devpi lets everybody read, and leaves it to plugins to say otherwise: https://github.com/devpi/devpi/issues/1075. Names
of packages can still be listed.
"""

from typing import Any

from devpi_server.model import ACLList
from pluggy import HookimplMarker

_hook = HookimplMarker("devpiserver")


@_hook
def devpiserver_indexconfig_defaults(index_type: str) -> dict[str, Any]:
    """Everybody, unless the index says otherwise."""
    return {"acl_pkg_read": ACLList([":ANONYMOUS:"])}


@_hook
def devpiserver_stage_get_principals_for_pkg_read(ixconfig: dict[str, Any]) -> list[str] | None:
    """Who may download."""
    return ixconfig.get("acl_pkg_read")

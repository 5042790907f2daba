"""The resources on a devpi-server: users with a private index, and tokens.

https://devpi.net/docs/devpi/devpi/stable/+d/userman/devpi_indices.html
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pulumi
from pulumi.dynamic import Resource

from components.registry.devpi_provider import DevpiIndexProvider, DevpiTokenProvider
from components.stack.stack_provider import target_properties

if TYPE_CHECKING:
    from components.stack.registry_settings import DevpiServer  # a provider's process does without


PUBLIC = "root/pypi"
"""The mirror of PyPI that every devpi has."""


class DevpiIndex(Resource, module="registry", name="DevpiIndex"):
    """The private index and the users who own, read and fill it. Public packages come through it from root/pypi.

    A private name is never searched on root/pypi: the whitelist of names that may come from both is empty. Its
    versions cannot be replaced or deleted (volatile=False). Deleting the resource deletes nothing.
    """

    def __init__(self, name: str, server: "DevpiServer", opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the index of the stack's settings."""
        owner = server.index.partition("/")[0]
        settings = target_properties(server.server) | {
            "index": server.index,
            "users": [owner, server.reader, server.publisher],
            "bases": [PUBLIC],
            "volatile": False,
            "mirror_whitelist": [],
            "acl_upload": [server.publisher],
            # devpi lets everybody store results of tests beside a package.
            "acl_toxresult_upload": [server.publisher],
            # For servers that can keep an index private; see docs/registry.md.
            "acl_pkg_read": [owner, server.reader, server.publisher],
        }
        super().__init__(DevpiIndexProvider(), name, settings, opts)


class DevpiToken(Resource, module="registry", name="DevpiToken"):
    """A token of one user for one repository. It works for a year. Its value is a Pulumi secret.

    indexes: those that it opens. projects: the packages that it is for; empty for all of them.
    """

    token: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        server: "DevpiServer",
        user: str,
        indexes: Sequence[str],
        projects: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Register the token; a higher generation of the server's settings replaces it."""
        settings = target_properties(server.server) | {
            "indexes": list(indexes),
            "user": user,
            "projects": list(projects),
            "generation": server.generation,
            "purpose": name,
            "token": None,
        }
        secret = pulumi.ResourceOptions(additional_secret_outputs=["token"])
        super().__init__(DevpiTokenProvider(), name, settings, pulumi.ResourceOptions.merge(opts, secret))

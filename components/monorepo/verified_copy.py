"""The dynamic resource that copies every ref of the monorepo, and proves the copy by a fresh clone."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import Resource

from components.monorepo.verified_copy_provider import VerifiedCopyProvider


class VerifiedCopy(Resource, module="backup", name="VerifiedCopy"):
    """Every ref of the monorepo in the backup repository, and the tag on the monorepo that says so."""

    tag: pulumi.Output[str]
    refs: pulumi.Output[int]

    def __init__(
        self,
        name: str,
        repository: pulumi.Input[str],
        branch: str,
        target: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """repository: the backup's name on GitHub. branch: of the monorepo, which the tag names.

        target: see `target_properties`.
        """
        properties = {**target, "repository": repository, "branch": branch, "tag": None, "commit": None, "refs": None}
        super().__init__(VerifiedCopyProvider(), name, properties, opts)

"""The dynamic resource that publishes one version of a package."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import Resource

from components.packages.published_package_provider import PublishedPackageProvider
from components.stack.unfinished_work import warn_unfinished

if TYPE_CHECKING:  # a provider's process does without
    from migration.packages.publish.build_sources import BuildSource


class PublishedPackage(Resource, module="packages", name="PublishedPackage"):
    """One version of a package in the registry, built from a commit of its new repository.

    files: each file's SHA-256. manifest: where they come from, see `provenance`. refused: why what the folder holds
    now was not published; "" when it was. Deleting the resource deletes nothing.
    """

    files: pulumi.Output[dict[str, str]]
    manifest: pulumi.Output[dict[str, Any]]
    refused: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        source: "BuildSource",
        monorepo_commit: str,
        target: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Register the version. target: see `target_properties`. Commits are shown, not compared."""
        made = {"files": None, "seen": None, "manifest": None, "recorded": None, "refused": None}
        properties = {
            **target,
            **asdict(source),
            "needs": list(source.needs),
            "monorepo_commit": monorepo_commit,
            **made,
        }
        super().__init__(PublishedPackageProvider(), name, properties, opts)
        self.refused.apply(warn_unfinished)

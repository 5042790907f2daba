"""The dynamic resource that publishes one version of a package."""

from dataclasses import asdict
from typing import Any

import pulumi
from pulumi.dynamic import (
    Config,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from migration.packages.sources import Source

# The stack's settings, given once to each provider process. Not on the provider object: that is pickled into the state.
_config: Config


class PublishedPackageProvider(ResourceProvider):
    """Builds, publishes, looks, and never deletes. Pickled into the state by its name; see CodeMoveProvider."""

    # There is nothing secret in it, and a secret would be hidden from reviews.
    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the stack's settings for the calls that follow, and end when the engine does."""
        from components.carrying import end_with_the_engine

        global _config
        _config = req.config
        end_with_the_engine()

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Publish what is missing; nothing when an interrupted run has published all of it."""
        from components.publishing import publish

        return CreateResult(props["name"], {**props, **publish(props, _config)})

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare what a build would take in, and what the registry has with what was published."""
        changed = [key for key in ("version", "digest") if _olds.get(key) != _news.get(key)]
        lost = _olds.get("seen") != _olds.get("files")
        renamed = _olds.get("name") != _news.get("name")
        return DiffResult(changes=bool(changed) or lost or renamed, replaces=["name"] if renamed else [])

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Publish the new version, or what of this one is missing."""
        from components.publishing import publish

        return UpdateResult({**_news, **publish(_news, _config)})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Look what the registry has of this version now."""
        from components.publishing import published

        seen = published(props, _config)
        return ReadResult(id_, {**props, "seen": seen}) if seen else ReadResult(None, {})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave every version in the registry: somebody's lock file names it."""


class PublishedPackage(Resource, module="packages", name="PublishedPackage"):
    """One version of a package in the registry, built from a commit of its new repository.

    files: each file's SHA-256. manifest: where they come from, see `manifest_of`. Deleting the resource deletes
    nothing; a version that the registry has with other content is refused.
    """

    files: pulumi.Output[dict[str, str]]
    manifest: pulumi.Output[dict[str, Any]]

    def __init__(
        self, name: str, source: Source, monorepo_commit: str, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Register the version; commits are told with what is published, not compared."""
        made = {"files": None, "seen": None, "manifest": None}
        properties = {**asdict(source), "needs": list(source.needs), "monorepo_commit": monorepo_commit, **made}
        super().__init__(PublishedPackageProvider(), name, properties, opts)

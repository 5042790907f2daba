"""The dynamic resource that publishes one version of a package."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from components.stack.late_failure import fail_at_the_end
from components.stack.stack_provider import StackProvider, stack_config

if TYPE_CHECKING:  # a provider's process does without
    from migration.packages.publish.build_sources import BuildSource


class PublishedPackageProvider(StackProvider):
    """Builds, publishes and reads; never deletes."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Publish what is missing; nothing when an interrupted run has published all of it."""
        from components.packages.published_package_operations import publish

        return CreateResult(props["name"], {**props, **publish(props, stack_config()), "refused": ""})

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare what a build would take in, and what the registry has with what was published."""
        lost = _olds.get("seen") != _olds.get("files") or not _olds.get("recorded")
        renamed = _olds.get("name") != _news.get("name")
        changes = _is_other(_olds, _news) or lost or renamed or bool(_olds.get("refused"))
        return DiffResult(changes=changes, replaces=["name"] if renamed else [])

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Publish the new version, or what of this one is missing.

        When the folder changed after the release, this version is refused and reported, and consumers keep the
        published one. Other repositories move on.
        """
        from components.packages.published_package_operations import publish
        from migration.errors import VersionTakenError

        as_published = {key: _olds.get(key) for key in ("files", "seen", "manifest", "recorded")}
        if _olds.get("refused") and not _is_other(_olds, _news):
            return UpdateResult({**_news, **as_published, "refused": _olds["refused"]})
        try:
            return UpdateResult({**_news, **publish(_news, stack_config()), "refused": ""})
        except VersionTakenError as error:
            return UpdateResult({**_news, **as_published, "refused": str(error)})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the files of this version in the registry, and whether the repository still has its provenance."""
        from components.packages.published_package_operations import is_recorded, published

        current = published(props, stack_config())
        if not current:
            return ReadResult(None, {})
        return ReadResult(id_, {**props, "seen": current, "recorded": is_recorded(props, stack_config())})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave every version in the registry: lock files name it."""


def _is_other(olds: dict[str, Any], news: dict[str, Any]) -> bool:
    """Whether the version or the content of a build differs."""
    return any(olds.get(key) != news.get(key) for key in ("version", "digest"))


class PublishedPackage(Resource, module="packages", name="PublishedPackage"):
    """One version of a package in the registry, built from a commit of its new repository.

    files: each file's SHA-256. manifest: where they come from, see `provenance`. refused: why what the folder holds
    now was not published; "" when it was. Deleting the resource deletes nothing.
    """

    files: pulumi.Output[dict[str, str]]
    manifest: pulumi.Output[dict[str, Any]]
    refused: pulumi.Output[str]

    def __init__(
        self, name: str, source: "BuildSource", monorepo_commit: str, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Register the version; commits are shown with what is published, not compared."""
        made = {"files": None, "seen": None, "manifest": None, "recorded": None, "refused": None}
        properties = {**asdict(source), "needs": list(source.needs), "monorepo_commit": monorepo_commit, **made}
        super().__init__(PublishedPackageProvider(), name, properties, opts)
        self.refused.apply(fail_at_the_end)

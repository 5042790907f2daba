"""The provider of published packages: builds, publishes and reads; never deletes."""

from collections.abc import Mapping
from typing import Any

from pulumi.dynamic import CreateResult, ReadResult

from components.stack.stack_provider import OBJECT_ID, REPOSITORY_NAME, StackProvider, stack_config


class PublishedPackageProvider(StackProvider):
    """Builds, publishes and reads; never deletes."""

    name = "published_package"
    identity = ("name",)
    compared = ("version", "digest")
    outputs = ("files", "seen", "manifest", "recorded", "refused")
    patterns = (
        ("name", ".+"),
        ("version", ".+"),
        ("repository", REPOSITORY_NAME),
        ("commit", OBJECT_ID),
    )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Publish what is missing; nothing when an interrupted run has published all of it."""
        from components.packages.published_package_operations import publish

        return CreateResult(props["name"], {**props, **publish(props, stack_config()), "refused": ""})

    def is_changed(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
        """Compare what a build would take in, and what the registry has with what was published."""
        is_lost = olds.get("seen") != olds.get("files") or not olds.get("recorded")
        return super().is_changed(olds, news) or is_lost or bool(olds.get("refused"))

    def apply_change(self, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        """Publish the new version, or what of this one is missing.

        When the folder changed after the release, this version is refused and reported, and consumers keep the
        published one. Other repositories move on.
        """
        from components.packages.published_package_operations import publish
        from migration.errors import VersionTakenError

        as_published = {key: olds.get(key) for key in ("files", "seen", "manifest", "recorded")}
        if olds.get("refused") and not super().is_changed(olds, news):
            return {**news, **as_published, "refused": olds["refused"]}
        try:
            return {**news, **publish(news, stack_config()), "refused": ""}
        except VersionTakenError as error:
            return {**news, **as_published, "refused": str(error)}

    def read_present(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the files of this version in the registry, and whether the repository still has its provenance."""
        from components.packages.published_package_operations import is_recorded, published

        current = published(props, stack_config())
        if not current:
            return ReadResult(None, {})
        return ReadResult(id_, {**props, "seen": current, "recorded": is_recorded(props, stack_config())})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave every version in the registry: lock files name it."""

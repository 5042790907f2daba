"""The provider of the monorepo: freezes, unfreezes and archives by commits and tags."""

from collections.abc import Mapping
from typing import Any

from pulumi.dynamic import CreateResult, ReadResult

from components.stack.stack_provider import StackProvider, stack_config


class MonorepoProvider(StackProvider):
    """Commits to the monorepo, never rewrites it."""

    name = "monorepo"
    identity = ()
    compared = ("branch", "frozen", "thawed", "archived", "repository")
    outputs = ("pipelines", "listed", "waiting", "unprotected")
    patterns = (
        ("name", ".+"),
        ("branch", ".+"),
    )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Freeze, unfreeze and archive; nothing when an interrupted run has done it already."""
        from components.monorepo.monorepo_operations import reconcile

        return CreateResult(props["name"], reconcile(props, stack_config()))

    def is_changed(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
        """Work that waits in a branch is checked again: people may have merged it."""
        return super().is_changed(olds, news) or bool(olds.get("waiting"))

    def apply_change(self, _olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        """Freeze, unfreeze or archive what differs."""
        from components.monorepo.monorepo_operations import reconcile

        return reconcile(news, stack_config())

    def read_present(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read which folders are frozen now, and whether the repository is archived."""
        from components.monorepo.monorepo_operations import read_monorepo

        current = read_monorepo(props, stack_config())
        return ReadResult(id_, current, inputs=dict(current))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave the monorepo as it is."""

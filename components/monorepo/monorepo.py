"""The dynamic resource that freezes, unfreezes, and archives the monorepo."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from components.stack.late_failure import fail_at_the_end
from components.stack.stack_provider import StackProvider, stack_config

COMPARED = ("branch", "frozen", "thawed", "archived", "repository")


class MonorepoProvider(StackProvider):
    """Commits to the monorepo, never rewrites it."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Freeze, unfreeze, and archive what is not; nothing when an interrupted run has done it already."""
        from components.monorepo.monorepo_operations import reconcile

        return CreateResult(props["name"], reconcile(props, stack_config()))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare what is wanted. Work that waits in a branch is looked at again: people may have merged it."""
        changed = [name for name in COMPARED if _olds.get(name) != _news.get(name)]
        return DiffResult(changes=bool(changed or _olds.get("waiting")))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Bring the difference about."""
        from components.monorepo.monorepo_operations import reconcile

        return UpdateResult(reconcile(_news, stack_config()))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Look which folders are frozen now, and whether the repository is archived."""
        from components.monorepo.monorepo_operations import read_monorepo

        now = read_monorepo(props, stack_config())
        return ReadResult(id_, now, inputs=dict(now))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave the monorepo as it is."""


class MonorepoResource(Resource, module="monorepo", name="Monorepo"):
    """The monorepo beside the repositories that come of it. Only ever gets commits and tags."""

    def __init__(self, properties: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register it under its name; see `properties_of`."""
        outputs = {"pipelines": None, "listed": None, "waiting": None}
        super().__init__(MonorepoProvider(), properties["name"], {**properties, **outputs}, opts)
        pulumi.Output.from_input(self.waiting).apply(fail_at_the_end)

    waiting: pulumi.Output[str]
    """Whose work was brought back into a branch, because it conflicts with the monorepo's; "" for nobody's."""

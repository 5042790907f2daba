"""The dynamic resource that freezes, unfreezes, and archives the monorepo."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import Resource

from components.monorepo.monorepo_provider import MonorepoProvider
from components.stack.late_failure import fail_at_the_end


class MonorepoResource(Resource, module="monorepo", name="Monorepo"):
    """The monorepo beside the repositories that come of it. Only ever gets commits and tags."""

    def __init__(self, properties: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register it under its name; see `properties_of`."""
        outputs = {"pipelines": None, "listed": None, "waiting": None}
        super().__init__(MonorepoProvider(), properties["name"], {**properties, **outputs}, opts)
        pulumi.Output.from_input(self.waiting).apply(fail_at_the_end)

    waiting: pulumi.Output[str]
    """Whose work was brought back into a branch, because it conflicts with the monorepo's; "" for nobody's."""

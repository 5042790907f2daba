"""The dynamic resource that freezes, unfreezes, and archives the monorepo."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import Resource

from components.monorepo.monorepo_provider import MonorepoProvider
from components.stack.unfinished_work import warn_unfinished


class MonorepoResource(Resource, module="monorepo", name="Monorepo"):
    """The monorepo beside the repositories that come of it. Only ever gets commits and tags."""

    def __init__(self, name: str, properties: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register it under its name; see `properties_of`."""
        outputs = {"pipelines": None, "listed": None, "waiting": None, "unprotected": None}
        super().__init__(MonorepoProvider(), name, {**properties, **outputs}, opts)
        self.waiting.apply(warn_unfinished)
        self.unprotected.apply(warn_unfinished)

    waiting: pulumi.Output[str]
    """Whose work was brought back into a branch, because it conflicts with the monorepo's; "" for nobody's."""
    unprotected: pulumi.Output[str]
    """Why GitHub protects the frozen folders and the tags by no ruleset; "" when it does."""

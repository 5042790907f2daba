from collections.abc import Callable

import pytest

from migration.packages.manifests.dependency_rules import DependencyRules, dependency_rules
from migration.plan import Plan

PLAN = {
    "monorepo": {"name": "platform"},
    "repositories": [
        {
            "name": "shared",
            "moves": [{"from": "shared/packages"}],
            "packages": [
                {"name": "maestro-config", "path": "config", "version": "0.1.0"},
                {"name": "maestro-logging", "path": "logging", "version": "0.1.0", "depends_on": ["maestro-config"]},
                {"name": "maestro-api", "path": "api", "version": "1.2.3", "depends_on": ["maestro-logging"]},
            ],
        },
        {
            "name": "engine",
            "moves": [{"from": "engine"}],
            "consumes": ["maestro-api", "maestro-logging", "maestro-config"],
        },
        {"name": "synth", "moves": [{"from": "synth"}], "consumes": ["maestro-logging"]},
    ],
    "package_source": {"name": "maestro"},
}
INDEX = "https://packages.example/maestro/prod/+simple/"


@pytest.fixture
def rules() -> Callable[..., DependencyRules]:
    """The rules of one repository of a small plan; its `transforms` and the priority of the source can be given."""

    def make(repository: str, priority: str = "explicit", **transforms: object) -> DependencyRules:
        plan = Plan.model_validate(PLAN | {"package_source": {"name": "maestro", "priority": priority}})
        chosen = next(candidate for candidate in plan.repositories if candidate.name == repository)
        known = chosen.transforms.model_copy(update=transforms)
        return dependency_rules(plan, chosen.model_copy(update={"transforms": known}), INDEX)

    return make

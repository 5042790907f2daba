"""Policies as Pulumi calls them, in a project of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi_policy import (
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

Write = Callable[..., None]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write the plan and the settings of the stack `test`, in whose folder the policies then run."""
    monkeypatch.chdir(tmp_path)

    def write(plan: dict[str, Any], **settings: Any) -> None:
        Path("plan.yaml").write_text(yaml.safe_dump(plan))
        config = {f"multirepo:{key}": value for key, value in settings.items()} | {"multirepo:plan": "plan.yaml"}
        Path("Pulumi.test.yaml").write_text(yaml.safe_dump({"config": config}))

    return write


OPTIONS = PolicyResourceOptions(
    protect=False,
    ignore_changes=[],
    delete_before_replace=None,
    aliases=[],
    custom_timeouts=PolicyCustomTimeouts(0, 0, 0),
    additional_secret_outputs=[],
)


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:test::multirepo::{kind}::{name}"


def violations(policy: ResourceValidationPolicy, kind: str, /, **props: Any) -> list[str]:
    """What the policy says of one resource with these inputs."""
    violations: list[str] = []
    args = ResourceValidationArgs(kind, props, urn(kind, "it"), "it", OPTIONS, None)
    policy.validate(args, lambda message, _: violations.append(message))
    return violations


def resource(kind: str, needs: PolicyResource | None = None, /, **props: Any) -> PolicyResource:
    """needs: the repository that its property `repositoryId` comes from."""
    needed = {"repositoryId": [needs]} if needs else {}
    return PolicyResource(kind, props, urn(kind, "it"), "it", OPTIONS, None, None, [], needed)


def violations_of_stack(policy: StackValidationPolicy, *resources: PolicyResource) -> list[str]:
    """What the policy says of all resources together."""
    violations: list[str] = []
    policy.validate(StackValidationArgs(list(resources)), lambda message, _: violations.append(message))
    return violations

"""The registry as resources: who gets a token, what is a change, and what of it lands in the state."""

from typing import Any

import pulumi
import pytest

from components.registry.contract import RegistryUsers, users_of
from components.registry.devpi import DevpiRegistry, DevpiRegistryArgs
from components.registry.devpi_provider import DevpiIndexProvider, DevpiTokenProvider
from components.registry.kinds import devpi_access
from components.repository.secret_values import StackValues, values_of
from components.stack.registry_settings import DevpiServer
from components.stack.settings import SANDBOX_REGISTRY
from migration.desired_state import settings_of
from migration.plan import Plan
from tests.components.conftest import RecordingEngine

SERVER = DevpiServer(server="https://devpi.example", index="maestro/prod", folder=SANDBOX_REGISTRY)
TOKEN = {"indexes": ["maestro/prod"], "user": "reader", "projects": [], "generation": 1}
PLAN = Plan.model_validate(
    {
        "monorepo": {"name": "platform"},
        "repositories": [
            {
                "name": "shared",
                "packages": [{"name": "core", "path": "core", "version": "0.1.0"}],
                "dependabot_secrets": ["REGISTRY_READ_TOKEN"],
                "environments": [{"name": "production", "secrets": ["REGISTRY_PUBLISH_TOKEN"]}],
            },
            {"name": "engine", "secrets": ["REGISTRY_READ_TOKEN"], "variables": ["REGISTRY_INDEX_URL"]},
            {"name": "docs"},
        ],
    }
)
KEPT = {name: settings_of(PLAN, name, "acme", None) for name in ("shared", "engine", "docs")}


def test_only_repositories_whose_settings_name_a_token_get_one() -> None:
    assert users_of(PLAN, KEPT) == RegistryUsers(readers=["shared", "engine"], publishers={"shared": ("core",)})


def test_tokens_reach_the_repositories_as_secrets_of_their_own(
    recording: RecordingEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    echo = recording.new_resource

    def new_resource(args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        name, outputs = echo(args)
        return name, outputs | ({"token": f"devpi-{args.name}"} if "DevpiToken" in args.typ else {})

    monkeypatch.setattr(recording, "new_resource", new_resource)

    def program() -> None:
        users = users_of(PLAN, KEPT)
        made = DevpiRegistry("registry", DevpiRegistryArgs(server=SERVER, users=users)).resources.secrets
        values = values_of(KEPT, StackValues(stack="test", secrets={}, variables={}), devpi_access(SERVER, users))
        for name in values:
            own = {secret: by[name] for secret, by in made.items() if name in by}
            values[name] = values[name].completed(own)
        token = values["engine"].actions.secrets["REGISTRY_READ_TOKEN"]
        assert isinstance(token, pulumi.Output)
        assert token is not values["shared"].dependabot.secrets["REGISTRY_READ_TOKEN"]
        assert values["engine"].actions.variables == {
            "REGISTRY_INDEX_URL": "https://devpi.example/maestro/prod/+simple/"
        }

    recording.run(program)
    publisher = recording.registered["registry-shared-publishes"].inputs
    assert (publisher["user"], publisher["projects"]) == ("publisher", ["core"])
    assert publisher["indexes"] == ["maestro/prod"]
    reader = recording.registered["registry-engine-reads"].inputs
    assert (reader["user"], reader["indexes"]) == ("reader", ["maestro/prod", "root/pypi"])
    assert recording.registered["registry-index"].inputs["volatile"] is False


def test_a_new_generation_makes_the_new_token_before_the_old_one_goes() -> None:
    result = DevpiTokenProvider().diff("abc", TOKEN | {"token": "t"}, TOKEN | {"generation": 2})
    assert result.replaces == ["generation"]
    assert result.delete_before_replace is False
    assert DevpiTokenProvider().diff("abc", TOKEN | {"token": "t"}, TOKEN | {"token": None}).changes is False


def test_forgetting_the_index_deletes_nothing() -> None:
    # No settings and no server here: anything that it tried would fail.
    DevpiIndexProvider().delete("maestro/prod", {})

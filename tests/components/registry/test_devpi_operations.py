"""What the registry's providers do, on a real devpi."""

import json
from typing import Any

import pytest
from pulumi.dynamic import Config

from components.registry import devpi_operations as administering
from migration.packages.index.devpi_client import DevpiClient, is_token_taken
from sandbox.registry.registry_process import RunningRegistry

TOKEN = {"indexes": ["kept/prod"], "user": "kept-reader", "projects": [], "generation": 1, "purpose": "engine-reads"}


@pytest.fixture
def config(registry_server: RunningRegistry, monkeypatch: pytest.MonkeyPatch) -> Config:
    registry = {"kind": "devpi", "server": registry_server.address, "index": "kept/prod", "reader": "kept-reader"}
    settings = {"owner": "acme", "github": "https://github.com", "monorepo": "x", "registry": json.dumps(registry)}
    monkeypatch.setenv("DEVPI_PASSWORD", registry_server.root_password)
    with DevpiClient(registry_server.address, "root", registry_server.root_password) as devpi:
        devpi.ensure_user("kept-reader", "password")
        for number in devpi.tokens("kept-reader"):
            devpi.delete_token("kept-reader", number)
    administering.session.cache_clear()
    return Config({f"multirepo:{key}": value for key, value in settings.items()}, "multirepo")


def works(registry_server: RunningRegistry, made: tuple[str, dict[str, Any]]) -> bool:
    return is_token_taken(registry_server.address, "kept-reader", made[1]["token"])


def test_a_token_that_a_killed_run_left_behind_is_no_more_when_the_next_makes_its_own(
    registry_server: RunningRegistry, config: Config
) -> None:
    lost = administering.make_token(TOKEN, config)  # and here it was killed
    another = administering.make_token(TOKEN | {"purpose": "hive-reads"}, config)
    before = administering.make_token(TOKEN | {"generation": 0}, config)
    again = administering.make_token(TOKEN, config)
    assert not works(registry_server, lost)
    assert all(works(registry_server, made) for made in (another, before, again)), "others are in use"
    with DevpiClient(registry_server.address, "root", registry_server.root_password) as devpi:
        assert set(devpi.tokens("kept-reader")) == {another[0], before[0], again[0]}

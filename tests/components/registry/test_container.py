"""The registry in a container as resources; tests/end_to_end/test_registry_container.py has it on a real daemon."""

import json
from pathlib import Path

import pytest

from components.registry import container
from components.registry.container import DevpiServerContainer
from components.stack.settings import Settings, SettingsError
from tests.components.conftest import RecordingEngine

SETTINGS = {
    "owner": "acme",
    "github": "https://github.com",
    "monorepo": "x",
    "registry": json.dumps({"kind": "docker", "index": "maestro/prod", "port": 4000, "base": "python:3.12"}),
}
PASSWORD = "of-this-test-alone-4711"


def test_the_settings_name_port_and_base_and_a_proxy_may_stand_before_it() -> None:
    server = Settings.from_config(SETTINGS.get, "prod").devpi
    assert server is not None
    assert server.container is not None
    assert server.index_url == "http://127.0.0.1:4000/maestro/prod/+simple/"
    assert (server.container.name, server.container.base) == ("multirepo-registry-prod", "python:3.12")
    proxied = {"kind": "docker", "index": "maestro/prod", "server": "https://devpi.example"}
    server = Settings.from_config((SETTINGS | {"registry": json.dumps(proxied)}).get, "prod").devpi
    assert server is not None
    assert server.index_url == "https://devpi.example/maestro/prod/+simple/"


def test_a_setting_that_it_does_not_have_is_refused() -> None:
    registry = json.dumps({"kind": "docker", "index": "maestro/prod", "image": "mine"})
    with pytest.raises(SettingsError, match="'docker' with index"):
        Settings.from_config((SETTINGS | {"registry": registry}).get, "prod")


def test_it_listens_on_loopback_without_capabilities_and_knows_no_password(
    recording: RecordingEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DEVPI_PASSWORD", PASSWORD)
    monkeypatch.setattr(container, "WORKSPACE", tmp_path)
    monkeypatch.setattr(container, "PROJECT", tmp_path)
    server = Settings.from_config(SETTINGS.get, "prod").devpi
    assert server is not None
    recording.run(lambda: DevpiServerContainer("registry-server", server))
    made = recording.registered["registry-server-container"].inputs
    assert made["ports"] == [{"internal": 3141, "external": 4000, "ip": "127.0.0.1"}]
    assert made["capabilities"] == {"drops": ["ALL"]}
    assert made["volumes"] == [{"containerPath": "/var/lib/devpi", "volumeName": "multirepo-registry-prod"}]
    assert "envs" not in made
    everything = repr([resource.inputs for resource in recording.registered.values()])
    assert "$argon2id$" in everything
    assert PASSWORD not in everything
    image = recording.registered["registry-server-image"].inputs
    context = tmp_path / image["build"]["context"]
    assert {file.name for file in context.iterdir()} == {"Dockerfile", "requirements.txt", "serve.py", "read_access.py"}
    assert image["build"]["buildArgs"] == {"BASE": "python:3.12"}


def test_without_a_password_it_says_which_variable_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEVPI_PASSWORD", raising=False)
    server = Settings.from_config(SETTINGS.get, "prod").devpi
    assert server is not None
    with pytest.raises(SettingsError, match=r"DEVPI_PASSWORD is not set.* password of the registry that this stack"):
        container._password_hash(server)

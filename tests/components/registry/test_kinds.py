"""The table of registry kinds: complete, and the same in the documentation."""

import subprocess
import sys
from dataclasses import MISSING, fields

import pytest

from components.registry.contract import RegistryKind
from components.registry.kinds import CODEARTIFACT, KINDS, kind_of
from components.stack.registry_settings import CodeArtifactDomain, DevpiServer
from components.stack.settings import Settings
from tests.conftest import PROJECT

SETTINGS = {
    "devpi": '{"kind": "devpi", "server": "https://devpi.example", "index": "acme/prod"}',
    "docker": '{"kind": "docker", "index": "acme/prod"}',
    "codeartifact": '{"kind": "codeartifact", "region": "eu-central-1", "account": "123456789012", "domain": "acme"}',
}


def test_the_documentation_has_the_same_table() -> None:
    page = (PROJECT / "docs" / "registry.md").read_text()
    for kind in KINDS:
        keys = ", ".join(f"`{key}`" for key in kind.required)
        assert f"| `{kind.name}` | {keys} | {kind.makes} | {kind.publishes} | {kind.verified_by} |" in page


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_read_from_the_settings_of_a_stack(kind: RegistryKind[object]) -> None:
    get = {"owner": "acme", "github": "https://github.com", "monorepo": "m", "registry": SETTINGS[kind.name]}.get
    settings = Settings.from_config(get, "prod")
    managed = settings.devpi or settings.codeartifact
    assert managed is not None
    assert kind_of(managed) is kind


def test_the_required_keys_are_those_without_a_default() -> None:
    def required(settings: type) -> set[str]:
        # The stack itself gives the owner and the sandbox's folder.
        return {field.name for field in fields(settings) if field.default is MISSING} - {"owner", "folder"}

    assert {kind.name: set(kind.required) for kind in KINDS} == {
        "devpi": required(DevpiServer),
        "docker": required(DevpiServer) - {"server"},
        "codeartifact": required(CodeArtifactDomain),
    }
    assert CODEARTIFACT.is_published_by_stack is False


def test_the_table_loads_no_sdk_that_a_stack_does_not_use() -> None:
    program = "import sys, components.registry.kinds; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", program], cwd=PROJECT, text=True).split()
    assert {"pulumi_aws", "pulumi_docker", "pulumi_github"} & set(loaded) == set()

"""The provider of a built engine answers as the official one does, as far as stacks depend on it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import pulumi_github
import pytest
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from engine import Engine

SDK = Path(pulumi_github.__file__).parent
SECRET = "1b47061264138c4ac30d75fd1eb44270"
"""How Pulumi marks a secret value on the wire."""


@pytest.fixture(scope="module")
def provider(engine: Engine) -> Path:
    if engine.home is None:
        pytest.skip("the installed Pulumi brings the official provider")
    manifest = json.loads((SDK / "pulumi-plugin.json").read_text())
    return engine.home / "plugins" / f"resource-github-v{manifest['version']}" / "pulumi-resource-github"


@pytest.fixture(scope="module")
def description(provider: Path) -> dict[str, Any]:
    """What the bridge says of itself: tokens, configuration, overridden fields."""
    answer = subprocess.run([provider, "-get-provider-info"], capture_output=True, check=True)
    described: dict[str, Any] = json.loads(answer.stdout)
    return described


@pytest.fixture(scope="module")
def served(provider: Path) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    """The running provider, configured for nobody and no network."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    with subprocess.Popen(
        [provider, "127.0.0.1:1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            stub.Configure(provider_pb2.ConfigureRequest(args=struct({}), acceptSecrets=True))
            yield stub
        process.kill()


def struct(values: dict[str, Any]) -> Struct:
    made = Struct()
    made.update(values)
    return made


def test_every_resource_of_the_sdk_is_served_under_its_token(description: dict[str, Any]) -> None:
    expected = set(re.findall(r'"(github:index/[^"]+)"', (SDK / "__init__.py").read_text()))

    assert len(expected) > 80
    assert {resource["tok"] for resource in description["resources"].values()} == expected


def test_every_lookup_of_the_sdk_is_served_under_its_token(description: dict[str, Any]) -> None:
    expected = {
        token
        for module in SDK.glob("get_*.py")
        for token in re.findall(r"invoke\('(github:index/[^']+)'", module.read_text())
    }

    assert len(expected) > 70
    assert {source["tok"] for source in description["dataSources"].values()} == expected


def test_arguments_keep_the_names_they_have_in_the_sdk(description: dict[str, Any]) -> None:
    for name, resource in description["resources"].items():
        module, _, _ = resource["tok"].removeprefix("github:index/").partition(":")
        source = (SDK / f"{snake_case(module)}.py").read_text()
        properties = {
            *re.findall(r'@pulumi\.getter\(name="(\w+)"\)', source),
            *re.findall(r"def (\w+)\(self\)", source),
        }
        for field in description["provider"]["resources"][name].keys() - {"id"}:  # every resource has one
            singular = re.sub(r"_(\w)", lambda match: match[1].upper(), field)
            plural = re.sub(r"y$", "ie", singular) + "s"
            assert properties & {singular, plural, singular + "es"}, (name, field)


def snake_case(name: str) -> str:
    return re.sub(r"([A-Z])", lambda match: "_" + match[1].lower(), name)


def test_token_is_secret_and_defaults_come_from_the_environment(
    description: dict[str, Any], served: provider_pb2_grpc.ResourceProviderStub
) -> None:
    request = provider_pb2.CheckRequest(
        urn="urn:pulumi:dev::example::pulumi:providers:github::default", news=struct({"token": "ghp_x"})
    )

    checked = served.CheckConfig(request).inputs

    assert SECRET in json.dumps(list(map(str, checked.fields["token"].struct_value.fields.values())))
    assert description["config"]["token"]["default"] == {"envvars": ["GITHUB_TOKEN"]}
    assert description["config"]["base_url"]["default"] == {
        "envvars": ["GITHUB_BASE_URL"],
        "value": "https://api.github.com/",
    }


REPLACEMENTS = [
    ("repositoryDeployKey", {"title": "a", "key": "k", "repository": "r"}, {"title": "b"}),
    ("repositoryCollaborator", {"username": "a", "repository": "r"}, {"username": "b"}),
    (
        "repositoryAutolinkReference",
        {"keyPrefix": "A-", "targetUrlTemplate": "https://x/<num>", "repository": "r"},
        {"keyPrefix": "B-"},
    ),
    (
        "actionsEnvironmentSecret",
        {"secretName": "A", "environment": "e", "repository": "r", "__meta": '{"schema_version": "1"}'},
        {"environment": "f"},
    ),
]


@pytest.mark.parametrize(("kind", "inputs", "change"), REPLACEMENTS)
def test_what_can_exist_once_is_deleted_before_it_is_replaced(
    served: provider_pb2_grpc.ResourceProviderStub,
    kind: str,
    inputs: dict[str, Any],
    change: dict[str, Any],
) -> None:
    token = f"github:index/{kind}:{kind[0].upper()}{kind[1:]}"
    request = provider_pb2.DiffRequest(
        id="a",
        urn=f"urn:pulumi:dev::example::{token}::example",
        olds=struct(inputs),
        old_inputs=struct(inputs),
        news=struct(inputs | change),
    )

    answer = served.Diff(request)

    assert change.keys() <= set(answer.replaces)
    assert answer.deleteBeforeReplace


@pytest.mark.parametrize("kind", ["actions", "codespaces", "dependabot"])
def test_organization_secrets_are_marked_as_the_official_provider_marks_them(
    description: dict[str, Any], kind: str
) -> None:
    fields = description["resources"][f"github_{kind}_organization_secret"]["fields"]

    assert fields["selected_repository_ids"]["forceNew"]

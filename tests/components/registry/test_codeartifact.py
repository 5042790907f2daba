"""CodeArtifact on Pulumi's mocks: every resource and every policy. Nothing here has run on AWS."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.registry import aws_policies as policies
from components.registry.codeartifact import CodeArtifactRegistry, CodeArtifactRegistryArgs
from components.registry.contract import RegistryUsers
from components.registry.kinds import codeartifact_access
from components.registry.repository_numbers import RepositoryNumbers
from components.repository.secret_values import StackValues, values_of
from components.stack.registry_settings import CodeArtifactDomain
from components.stack.settings import Settings
from migration.desired_state import managed_files, settings_of
from migration.plan import Plan
from tests.components.conftest import RecordingEngine
from tests.conftest import Tools

CFN_LINT = "1.58.0"
"""The linter of IAM policies that AWS keeps: https://github.com/aws-cloudformation/cfn-lint"""

ACCOUNT = "111122223333"
DOMAIN = CodeArtifactDomain(region="eu-central-1", account=ACCOUNT, domain="acme", owner="acme")
USERS = RegistryUsers(
    readers=("shared", "engine"),
    publishers={"shared": ("Core_API", "core-db")},
    contexts=dict.fromkeys(("shared", "engine"), policies.reading_contexts("main", ["staging", "production"])),
)
PLAN = Plan.model_validate(
    {
        "monorepo": {"name": "platform"},
        "repositories": [
            {
                "name": "shared",
                "packages": [{"name": "core-api", "path": "core-api", "version": "0.1.0"}],
                "environments": [{"name": "production", "variables": ["REGISTRY_PUBLISHER_ROLE"]}],
            },
            {
                "name": "engine",
                "kind": "python-service",
                "consumes": ["core-api"],
                "variables": ["REGISTRY_READER_ROLE", "REGISTRY_REGION"],
            },
        ],
    }
)


@pytest.fixture
def made(recording: RecordingEngine) -> dict[str, Any]:
    """Every resource's inputs by its name, and the access under "access"."""
    return registered(recording, owner=5)


def registered(recording: RecordingEngine, owner: int | None) -> dict[str, Any]:
    """The ids of the repositories are known only after the registry was registered, as in the stack."""

    def program() -> None:
        numbers = RepositoryNumbers(owner)
        ids = {name: numbers.of(name) for name in USERS.readers} if owner else {}
        users = replace(USERS, owner_number=owner, numbers=ids)
        args = CodeArtifactRegistryArgs(domain=DOMAIN, users=users)
        assert CodeArtifactRegistry("registry", args).resources.ready.urn
        for number, name in enumerate(USERS.readers, 7):
            numbers.add(name, pulumi.Output.from_input(number))

    recording.run(program)
    access = codeartifact_access(DOMAIN, USERS)
    return {name: resource.inputs for name, resource in recording.registered.items()} | {"access": access}


def test_ours_lies_above_a_store_of_pypi_in_a_domain_with_a_key_of_its_own(made: dict[str, Any]) -> None:
    assert made["registry-key"]["enableKeyRotation"] is True
    assert made["registry-domain"]["domain"] == "acme"
    assert made["registry-store"]["externalConnections"] == {"externalConnectionName": "public:pypi"}
    assert made["registry-repository"]["upstreams"] == [{"repositoryName": "pypi-store"}]
    assert "externalConnections" not in made["registry-repository"]


def test_github_is_trusted_for_exactly_the_jobs_that_the_plan_has(made: dict[str, Any]) -> None:
    assert made["registry-github"]["url"] == "https://token.actions.githubusercontent.com"
    (reads,) = json.loads(made["registry-engine-reads"]["assumeRolePolicy"])["Statement"]
    assert reads["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": [
                "repo:acme@5/engine@8:ref:refs/heads/main",
                "repo:acme@5/engine@8:pull_request",
                "repo:acme@5/engine@8:environment:staging",
                "repo:acme@5/engine@8:environment:production",
                "repo:acme/engine:ref:refs/heads/main",
                "repo:acme/engine:pull_request",
                "repo:acme/engine:environment:staging",
                "repo:acme/engine:environment:production",
            ],
        }
    }
    (publishes,) = json.loads(made["registry-shared-publishes"]["assumeRolePolicy"])["Statement"]
    subject = publishes["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subject == ["repo:acme@5/shared@7:environment:production", "repo:acme/shared:environment:production"]


def test_jobs_of_an_enterprise_server_name_no_ids(recording: RecordingEngine) -> None:
    made = registered(recording, owner=None)
    assert "@" not in made["registry-engine-reads"]["assumeRolePolicy"]


def test_only_the_publisher_writes_and_only_its_own_packages(made: dict[str, Any]) -> None:
    assert "registry-engine-publishes" not in made
    written = json.loads(made["registry-shared-publishes-policy"]["policy"])["Statement"][-1]
    package = f"arn:aws:codeartifact:eu-central-1:{ACCOUNT}:package/acme/maestro/pypi//"
    assert written["Resource"] == [f"{package}core-api", f"{package}core-db"]
    everything = json.dumps({name: inputs for name, inputs in made.items() if name.endswith("-policy")})
    assert everything.count("PublishPackageVersion") == 1
    for action in ("Delete", "Dispose", "codeartifact:*", "Unlist"):
        assert action not in everything


def test_no_key_is_stored_and_pipelines_learn_their_roles(made: dict[str, Any]) -> None:
    settings = {name: settings_of(PLAN, name, "acme", DOMAIN.for_pipelines) for name in ("shared", "engine")}
    values = values_of(settings, StackValues(stack="prod", secrets={}, variables={}), made["access"])
    assert values["engine"].actions.variables == {
        "REGISTRY_READER_ROLE": f"arn:aws:iam::{ACCOUNT}:role/acme-engine-reads",
        "REGISTRY_REGION": "eu-central-1",
    }
    assert values["shared"].environments["production"].variables == {
        "REGISTRY_PUBLISHER_ROLE": f"arn:aws:iam::{ACCOUNT}:role/acme-shared-publishes"
    }
    assert made["access"].secrets == {}
    files = {file.path: file.content for file in managed_files(PLAN, "engine", "acme", DOMAIN.for_pipelines)}
    assert 'role-name: "acme-engine-reads"' in files[".github/dependabot.yml"]


def test_the_policies_pass_the_linter(made: dict[str, Any], tools: Tools, tmp_path: Path) -> None:
    """As the properties of a template, where cfn-lint knows which kind of policy each of them is."""
    roles = [DOMAIN.role_arn("engine", "reads"), DOMAIN.role_arn("shared", "publishes")]
    inline = {name: json.loads(inputs["policy"]) for name, inputs in made.items() if name.endswith("-policy")}
    trusts = {
        name: json.loads(inputs["assumeRolePolicy"])
        for name, inputs in made.items()
        if name.endswith(("-reads", "-publishes"))
    }
    assert (len(inline), len(trusts)) == (3, 3)
    broken = {"one": policies.reading(DOMAIN) | {"Statement": [{"Effect": "Allow", "Action": "codeartifact:Reed"}]}}
    output = lint(tools, tmp_path, ours=template(inline, trusts, roles), broken=template(broken, trusts, roles))
    assert "broken.json" in output
    assert "ours.json" not in output


def template(inline: dict[str, Any], trusts: dict[str, Any], roles: list[str]) -> dict[str, Any]:
    named = [{"PolicyName": name, "PolicyDocument": document} for name, document in inline.items()]
    resources: dict[str, Any] = {
        f"Role{number}": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": trust, "Policies": named},
        }
        for number, trust in enumerate(trusts.values())
    }
    resources["Key"] = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policies.key_access(ACCOUNT)}}
    resources["Domain"] = {
        "Type": "AWS::CodeArtifact::Domain",
        "Properties": {"DomainName": "acme", "PermissionsPolicyDocument": policies.domain_access(roles)},
    }
    resources["Repository"] = {
        "Type": "AWS::CodeArtifact::Repository",
        "Properties": {
            "RepositoryName": "maestro",
            "DomainName": {"Fn::GetAtt": ["Domain", "Name"]},
            "PermissionsPolicyDocument": policies.repository_access(roles),
        },
    }
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


def lint(tools: Tools, folder: Path, **templates: dict[str, Any]) -> str:
    """All of them at once: the linter takes nine seconds to start."""
    files = [folder / f"{name}.json" for name in templates]
    for file, content in zip(files, templates.values(), strict=True):
        file.write_text(json.dumps(content))
    command: list[str | Path] = [tools("cfn-lint", CFN_LINT), "--regions", DOMAIN.region, "--", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_a_domain_is_kept_where_the_settings_name_no_index() -> None:
    settings = {
        "owner": "acme",
        "github": "https://github.com",
        "monorepo": "../platform",
        "registry": json.dumps(
            {"kind": "codeartifact", "region": "eu-central-1", "account": ACCOUNT, "domain": "acme"}
        ),
    }
    read = Settings.from_config(settings.get, "prod")
    assert read.codeartifact == DOMAIN
    assert read.registry is not None
    assert read.registry.index_url == (
        f"https://acme-{ACCOUNT}.d.codeartifact.eu-central-1.amazonaws.com/pypi/maestro/simple/"
    )

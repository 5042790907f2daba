"""The stack that a rehearsal of one's own plan gets."""

from pathlib import Path

import pytest
import yaml

from command_line.stack import stack as stacks
from command_line.terminal.failures import CommandError
from components.stack.settings import SettingsError
from migration.errors import SplitError
from tests.conftest import PROJECT, Checkout, Repository

PLAN = """\
monorepo: {name: small}
repositories:
  - name: shared
    moves: [{from: shared}]
"""
PACKAGES = "    packages: [{name: core, path: core, version: 0.1.0}]\n"


@pytest.mark.parametrize("packages", ["", PACKAGES])
def test_a_plan_with_packages_gets_an_index_of_its_own_in_the_sandbox(
    tmp_path: Path, monorepo: Repository, monkeypatch: pytest.MonkeyPatch, packages: str
) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN + packages)
    (tmp_path / "Pulumi.dev.yaml").write_text((PROJECT / "Pulumi.dev.yaml").read_text())
    monkeypatch.setattr(stacks, "PROJECT", tmp_path)
    monkeypatch.setattr(stacks, "COPIES", tmp_path / "copies")
    stack = stacks.stack_for(str(monorepo.path), plan)
    registry = yaml.safe_load(stack.file.read_text())["config"].get("multirepo:registry")
    index = f"maestro/{stack.name}"
    assert registry == ({"kind": "devpi", "server": "sandbox", "index": index} if packages else None)
    assert stack.keeps_packages_in_sandbox is bool(packages)


@pytest.mark.parametrize("monorepo", ["", "https://x:s3cr3t@git.example/p.git", "-x@git.example:p"])
def test_a_monorepo_that_git_must_not_be_given_is_rejected_before_a_stack_is_made(monorepo: str) -> None:
    with pytest.raises(SplitError, match=r"[Tt]he (address of the )?monorepo") as caught:
        stacks.stack_for(monorepo, None)
    assert "s3cr3t" not in str(caught.value)


def test_a_stack_that_is_not_there_is_told_with_those_that_are_and_how_to_make_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    monkeypatch.setattr(stacks, "PROJECT", tmp_path)
    with pytest.raises(CommandError, match=r"no stack prod .* are there: dev\. .*pulumi stack init prod"):
        stacks.stack_named("acme/multirepo/prod")
    assert stacks.stack_named("acme/multirepo/dev").name == "dev"


def test_a_stack_file_that_is_no_yaml_is_told_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  a: b: c\n")
    monkeypatch.setattr(stacks, "PROJECT", tmp_path)
    with pytest.raises(CommandError, match=r"^Pulumi\.dev\.yaml:2: Invalid YAML: mapping values are not allowed"):
        stacks.stack_named("dev").setting("owner")


def test_a_stack_file_without_settings_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text("encryptionsalt: v1:x\n")
    monkeypatch.setattr(stacks, "PROJECT", tmp_path)
    assert stacks.stack_named("prod").setting("owner") is None


def test_a_shell_for_a_stack_that_is_still_to_be_made_has_the_engine_and_nothing_of_the_sandbox(
    checkout: Checkout,
) -> None:
    printed = checkout.run("./multirepo", "shell", "--stack", "prod", "sh", "-c", "command -v pulumi; env").stdout
    assert printed.partition("\n")[0].endswith("/pulumi")
    assert "PULUMI_STACK=prod" in printed
    assert "GITHUB_TOKEN" not in printed
    assert "PULUMI_BACKEND_URL" not in printed


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("config: {multirepo:registry: devpi, multirepo:owner: acme}\n", "registry", "devpi"),
        ("config: {multirepo:registry: 5}\n", "registry", "5"),
        ("config: {multirepo:archive: true}\n", "archive", "true"),
        ("config: {multirepo:registry: [devpi]}\n", "registry", '["devpi"]'),
    ],
)
def test_a_text_where_a_mapping_belongs_does_not_stop_the_shell_in_which_it_is_corrected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, key: str, value: str
) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text(text)
    monkeypatch.setattr(stacks, "PROJECT", tmp_path)
    stack = stacks.stack_named("prod")
    assert stack.setting(key) == value
    assert not stack.keeps_packages_in_sandbox
    assert not stack.keeps_packages_in_container


def test_the_error_about_such_a_text_has_commands_that_correct_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"registry": "devpi", "owner": "acme", "monorepo": "x", "github": "https://github.com"}
    config = {f"multirepo:{key}": value for key, value in settings.items()}
    (tmp_path / "Pulumi.prod.yaml").write_text(yaml.safe_dump({"config": config}))
    monkeypatch.setattr(stacks, "PROJECT", tmp_path)
    with pytest.raises(SettingsError, match="Run: pulumi config rm multirepo:registry && pulumi config set --path"):
        stacks.stack_named("prod").settings()


@pytest.mark.parametrize("text", ["- a\n", "text\n", "config: text\n", "config: [a]\n"])
def test_a_stack_file_of_another_shape_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text(text)
    monkeypatch.setattr(stacks, "PROJECT", tmp_path)
    with pytest.raises(CommandError, match="has to be a mapping"):
        stacks.stack_named("prod").setting("owner")

"""The stack that a rehearsal of one's own plan gets."""

from pathlib import Path

import pytest
import yaml

from command_line.stack import stack as stacks
from command_line.terminal.failures import CommandError
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

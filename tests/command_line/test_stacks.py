"""The stack that a rehearsal of one's own plan gets."""

from pathlib import Path

import pytest
import yaml

from command_line import stacks
from tests.conftest import PROJECT

PLAN = """\
monorepo: {name: small}
repositories:
  - name: shared
    moves: [{from: shared}]
"""
PACKAGES = "    packages: [{name: core, path: core, version: 0.1.0}]\n"


@pytest.mark.parametrize("packages", ["", PACKAGES])
def test_a_plan_with_packages_gets_an_index_of_its_own_in_the_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packages: str
) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN + packages)
    (tmp_path / "Pulumi.dev.yaml").write_text((PROJECT / "Pulumi.dev.yaml").read_text())
    monkeypatch.setattr(stacks, "PROJECT", tmp_path)
    stack = stacks.stack_for(str(tmp_path / "monorepo"), plan)
    registry = yaml.safe_load(stack.file.read_text())["config"].get("multirepo:registry")
    index = f"maestro/{stack.name}"
    assert registry == ({"kind": "devpi", "server": "sandbox", "index": index} if packages else None)
    assert stack.keeps_packages_in_sandbox is bool(packages)

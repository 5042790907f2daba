"""A stack of its own for a test: a copy of the project, a world of the sandbox, a small monorepo."""

import json
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml

from engine import Engine
from sandbox.daemon.administration import TenantAccess
from sandbox.daemon.process import Running
from sandbox.network.request_log import Request, read_requests
from tests.conftest import Checkout, Repository

PLAN: dict[str, Any] = {
    "monorepo": {"name": "maestro-platform"},
    "repositories": [
        {"name": "engine", "description": "Backend", "topics": ["api"], "moves": [{"from": "engine"}]},
        {"name": "site", "moves": [{"from": "site", "to": "web"}], "tags": [{"from": "*", "to": "*"}]},
    ],
}


@dataclass
class Stack:
    """`pulumi` on the stack `test`, as a person uses it."""

    checkout: Checkout
    world: TenantAccess
    server: Running
    monorepo: Repository

    def pulumi(self, *arguments: str, code: int | None = 0, **environment: str) -> "CompletedProcess[str]":
        return self.checkout.run("pulumi", *arguments, "--stack=test", "--non-interactive", code=code, **environment)

    def up(self, *arguments: str, code: int | None = 0, **environment: str) -> str:
        done = self.pulumi("up", "--yes", "--skip-preview", *arguments, code=code, **environment)
        return done.stdout + done.stderr

    def write_plan(self, plan: dict[str, Any]) -> None:
        (self.checkout.path / "plan.yaml").write_text(yaml.safe_dump(plan))

    def set_stage(self, stage: str) -> None:
        self.pulumi("config", "set", "--path", "multirepo:waves.migration", stage)

    def requests(self) -> list[Request]:
        return read_requests(self.server.root, self.world.name)

    def clone(self, name: str, folder: Path) -> Repository:
        url = self.world.clone_url(name).replace("://", f"://x-access-token:{self.world.token}@")
        self.monorepo.git("clone", "--quiet", url, str(folder))
        return Repository(folder, commits=500)

    def refs(self, name: str) -> dict[str, str]:
        url = self.world.clone_url(name).replace("://", f"://x-access-token:{self.world.token}@")
        lines = self.monorepo.git("ls-remote", "--refs", url).splitlines()
        return {ref: commit for commit, ref in (line.split("\t") for line in lines)}

    def state(self) -> str:
        return self.pulumi("stack", "export").stdout

    def resources(self) -> set[str]:
        return {resource["urn"].rsplit("::", 1)[-1] for resource in json.loads(self.state())["deployment"]["resources"]}


@pytest.fixture
def stack(checkout: Checkout, world: TenantAccess, server: Running, monorepo: Repository, engine: Engine) -> Stack:
    made = new_stack(checkout, world, server, monorepo, engine)
    made.write_plan(PLAN)
    return made


def new_stack(checkout: Checkout, world: TenantAccess, server: Running, monorepo: Repository, engine: Engine) -> Stack:
    """The stack `test` of the checkout, with nothing in it; its plan is still to be written."""
    settings = {
        "multirepo:github": world.address,
        "multirepo:owner": world.organization,
        "multirepo:monorepo": str(monorepo.path),
        "multirepo:plan": "plan.yaml",
        "multirepo:waves": {"migration": "moving"},
    }
    (checkout.path / "Pulumi.test.yaml").write_text(yaml.safe_dump({"config": settings}))
    state = checkout.path / "state"
    state.mkdir()
    path = ":".join([*map(str, engine.path_entries), checkout.environment["PATH"]])
    checkout.environment |= {
        "PATH": path,
        "PULUMI_BACKEND_URL": f"{state.as_uri()}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "GITHUB_TOKEN": world.token,
    } | ({"PULUMI_HOME": str(engine.home)} if engine.home else {})
    made = Stack(checkout, world, server, monorepo)
    made.pulumi("stack", "init")
    return made

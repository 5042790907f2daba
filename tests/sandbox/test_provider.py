"""The real GitHub provider, driven by the real engine, against the sandbox."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from engine import Engine
from sandbox.daemon.administration import TenantAccess
from sandbox.daemon.process import Running
from sandbox.network.request_log import read_requests

PROGRAM = """
import os
import pulumi
import pulumi_github as github

provider = github.Provider(
    "github", base_url=os.environ["ADDRESS"] + "/", owner="maestro", token=os.environ["TOKEN"], write_delay_ms=0
)
options = pulumi.ResourceOptions(provider=provider)
repository = github.Repository(
    "engine", name=os.environ["NAME"], description="Runs it all", visibility="private", auto_init=True,
    topics=["api", "python"], delete_branch_on_merge=True, archived=os.environ.get("ARCHIVED") == "1",
    squash_merge_commit_title="PR_TITLE", squash_merge_commit_message="PR_BODY", opts=options,
)
github.BranchDefault(
    "default", repository=repository.name, branch=os.environ["BRANCH"], rename=True, opts=options
)
"""
Pulumi = Callable[..., None]


@pytest.fixture
def pulumi(tmp_path: Path, engine: Engine, world: TenantAccess) -> Pulumi:
    """Run pulumi on a stack with one repository and its default branch."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: tiny\nruntime: python\n")
    (project / "__main__.py").write_text(PROGRAM)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "PULUMI_"))},
        "PATH": os.pathsep.join([*map(str, engine.path_entries), os.environ["PATH"]]),
        "PULUMI_BACKEND_URL": tmp_path.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PYTHONWARNINGS": "ignore",
        "ADDRESS": world.address,
        "TOKEN": world.token,
        **({"PULUMI_HOME": str(engine.home)} if engine.home else {}),
    }

    def run(*arguments: str, name: str = "engine", branch: str = "main", archived: str = "") -> None:
        settings = {"NAME": name, "BRANCH": branch, "ARCHIVED": archived}
        done = subprocess.run(
            ["pulumi", *arguments, "--stack=dev", "--non-interactive"],
            cwd=project,
            env=environment | settings,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run("stack", "init")
    return run


def test_the_provider_makes_changes_and_rereads_a_repository_without_drift(
    pulumi: Pulumi, server: Running, world: TenantAccess, api: httpx.Client
) -> None:
    def writes() -> int:
        return sum(request.is_write for request in read_requests(server.root, world.name))

    up, refresh = ("up", "--yes", "--skip-preview"), ("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    pulumi(*up)
    pulumi(*refresh)
    document = api.get("repos/maestro/engine").json()
    assert (sorted(document["topics"]), document["delete_branch_on_merge"]) == (["api", "python"], True)
    before = writes()
    pulumi(*up, "--expect-no-changes")
    assert writes() == before
    pulumi(*up, name="motor", branch="trunk")
    pulumi(*refresh)
    assert api.get("repos/maestro/motor").json()["default_branch"] == "trunk"
    pulumi(*up, name="motor", branch="trunk", archived="1")
    pulumi(*refresh)
    assert api.get("repos/maestro/motor").json()["archived"] is True
    imitated = [request.status for request in read_requests(server.root, world.name)]
    assert 501 not in imitated

"""The step of the release workflow that makes the release on GitHub, run as the runner runs it, with the real gh."""

import os
import subprocess
from pathlib import Path

import httpx
import pytest
import yaml

from migration.desired_state import managed_files
from migration.plan import Plan
from sandbox.daemon.administration import TenantAccess, imitate, open_host
from sandbox.daemon.process import Running
from tests.conftest import Repository, new_repository
from tests.sandbox.programs import github_cli

PLAN = {
    "monorepo": {"name": "mono"},
    "repositories": [
        {"name": "site", "kind": "vite-application", "dockerfile": "Dockerfile", "moves": [{"from": "site"}]}
    ],
}


@pytest.fixture
def moved(server: Running, world: TenantAccess, tmp_path: Path) -> Repository:
    """A repository with history from the monorepo, and work that people have done since."""
    headers = {"Authorization": f"Bearer {world.token}"}
    httpx.post(f"{world.api_url}/orgs/maestro/repos", headers=headers, json={"name": "site"}).raise_for_status()
    repository = new_repository(tmp_path / "site")
    repository.commit("Long ago", a="1")
    repository.git("branch", "monorepo")
    repository.commit("Speak of it\n\nAt length.", a="2")
    repository.git("checkout", "--quiet", "-b", "feature")
    repository.commit("Do it", b="1")
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "--message", "Merge it", "feature")
    repository.git("tag", "v1.0.0")
    url = world.clone_url("site").replace("://", f"://x-access-token:{world.token}@")
    repository.git("push", "--quiet", url, "main", "monorepo", "v1.0.0")
    repository.git("remote", "add", "origin", url)
    return repository


def release(tag: str, server: Running, world: TenantAccess, folder: Path) -> str:
    """Run the step for a tag; the body of the release that it made."""
    program = github_cli()
    if isinstance(program, str):
        pytest.skip(program)
    files = managed_files(Plan.model_validate(PLAN), "site", "maestro", None)
    (text,) = (file.content for file in files if file.path.endswith("release.yml"))
    (step,) = yaml.safe_load(text)["jobs"]["release"]["steps"]
    imitate(server, world.name, server_version="3.19.0")
    host = open_host(server, world.name)
    environment = {
        "PATH": os.pathsep.join([str(program.parent), os.environ["PATH"]]),
        "HOME": str(folder),
        "GH_HOST": f"127.0.0.1:{host.https}",
        "GH_ENTERPRISE_TOKEN": world.token,
        "SSL_CERT_FILE": host.authority,
        "GH_REPO": "maestro/site",
        "GITHUB_REF_NAME": tag,
        "GITHUB_SERVER_URL": "https://github.example",
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    address = f"{world.api_url}/repos/maestro/site/releases/tags/{tag}"
    return str(httpx.get(address, headers={"Authorization": f"Bearer {world.token}"}).raise_for_status().json()["body"])


def test_the_first_release_tells_what_was_done_here_and_not_the_history_of_the_monorepo(
    moved: Repository, server: Running, world: TenantAccess, tmp_path: Path
) -> None:
    speak, do = (moved.git("rev-parse", "--short=12", revision) for revision in ("main^", "main^2"))
    assert release("v1.0.0", server, world, tmp_path) == (
        f"- Speak of it ({speak})\n- Do it ({do})\n\n"
        "**Full Changelog**: https://github.example/maestro/site/compare/monorepo...v1.0.0\n"
    )


def test_the_second_release_goes_on_from_the_first(
    moved: Repository, server: Running, world: TenantAccess, tmp_path: Path
) -> None:
    release("v1.0.0", server, world, tmp_path)
    moved.git("tag", "v1.0.1")
    moved.git("push", "--quiet", "origin", "v1.0.1")
    assert release("v1.0.1", server, world, tmp_path).endswith("/compare/v1.0.0...v1.0.1")

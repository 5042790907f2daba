"""A wave from its first move to the archive and back, with a monorepo on GitHub and people at work on both sides."""

import json
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.conftest import Repository
from tests.end_to_end.conftest import Stack

NAME = "maestro-platform"


@pytest.fixture
def at_github(stack: Stack, tmp_path: Path) -> Stack:
    """The stack's monorepo is on GitHub, where its clone pushes to."""
    headers = {"Authorization": f"Bearer {stack.world.token}"}
    address = f"{stack.world.api_url}/orgs/{stack.world.organization}/repos"
    httpx.post(address, json={"name": NAME, "private": True}, headers=headers).raise_for_status()
    url = stack.world.clone_url(NAME)
    stack.monorepo.git("remote", "add", "origin", url.replace("://", f"://x-access-token:{stack.world.token}@"))
    stack.monorepo.git("push", "--quiet", "origin", "main", "v1.0.0")
    stack.pulumi("config", "set", "multirepo:monorepo", url)
    return stack


def github(stack: Stack) -> httpx.Client:
    headers = {"Authorization": f"Bearer {stack.world.token}"}
    return httpx.Client(base_url=f"{stack.world.api_url}/repos/{stack.world.organization}/", headers=headers)


def commit_to_monorepo(stack: Stack, message: str, **files: str) -> str:
    stack.monorepo.git("pull", "--quiet", "--no-rebase", "origin", "main")
    made = stack.monorepo.commit(message, **files)
    stack.monorepo.git("push", "--quiet", "origin", "main")
    return made


def test_a_wave_is_cut_over_archived_and_rolled_back_and_nobodys_work_is_lost(at_github: Stack, tmp_path: Path) -> None:
    stack = at_github
    stack.up()
    (backup,) = (ref for ref in stack.refs(f"{NAME}-backup") if "pre-migration" in ref)
    assert stack.refs(NAME)[backup] == stack.refs(f"{NAME}-backup")[backup]
    person = stack.clone("engine", tmp_path / "person")
    person.commit("People's work", notes="n\n")
    person.git("push", "--quiet", "origin", "main")
    last = commit_to_monorepo(stack, "The last before the cutover", engine__main="3\n")

    stack.set_stage("cutover")
    stack.up()
    stack.pulumi("preview", "--refresh", "--expect-no-changes")
    person.git("pull", "--quiet")
    assert (person.path / "main").read_text() == "3\n"
    stack.monorepo.git("pull", "--quiet", "origin", "main")
    assert (stack.monorepo.path / "engine.moved.md").exists()
    assert stack.monorepo.git("rev-parse", "main^") == last
    with github(stack) as client:
        rulesets = {ruleset["name"]: ruleset for ruleset in client.get(f"{NAME}/rulesets").json()}
        number = rulesets["Frozen folders"]["id"]
        (rule,) = client.get(f"{NAME}/rulesets/{number}").json()["rules"]
    assert rule["parameters"]["restricted_file_paths"] == ["engine/**/*", "site/**/*"]

    carried = stack.refs("engine")
    late = commit_to_monorepo(stack, "Too late", engine__main="4\n")
    output = stack.up()
    assert f"1 commit of the monorepo, in folders that are frozen, is not synced: {late[:12]}" in output
    assert stack.refs("engine") == carried
    drift_output = stack.checkout.run("./multirepo", "drift", "--stack", "test", code=4).stdout
    assert f"commit {late[:12]}" in drift_output
    assert "format-patch -1 --stdout --relative=engine" in drift_output

    stack.set_stage("moving")
    assert "engine is cut over, so its wave cannot be moving" in " ".join(stack.up(code=None).split())
    stack.set_stage("cutover")
    stack.pulumi("config", "set", "multirepo:archive", "true")
    stack.up()
    status = json.loads(stack.checkout.run("./multirepo", "status", "--stack", "test", "--json").stdout)
    head = stack.refs(NAME)["refs/heads/main"]
    assert status["monorepo"] == {"name": NAME, "commit": head, "archived": True, "next_step": "archived"}
    (wave,) = status["waves"]
    assert {repository["name"]: repository["late"] for repository in wave["repositories"]} == {"engine": 1, "site": 0}
    assert wave["next_step"].startswith("1 commit reached frozen folders: ./multirepo drift")
    with github(stack) as client:
        assert client.get(NAME).json()["archived"] is True
        stack.pulumi("preview", "--refresh", "--expect-no-changes")
        stack.pulumi("config", "set", "multirepo:archive", "false")
        stack.up()
        assert client.get(NAME).json()["archived"] is False

    stack.set_stage("rolled_back")
    stack.up()
    stack.pulumi("preview", "--refresh", "--expect-no-changes")
    stack.monorepo.git("pull", "--quiet", "origin", "main")
    assert (stack.monorepo.path / "engine" / "notes").read_text() == "n\n"
    assert (stack.monorepo.path / "engine" / "main").read_text() == "4\n"
    assert not (stack.monorepo.path / "engine.moved.md").exists()
    assert "frozen/" not in " ".join(stack.refs(NAME))

    stack.set_stage("moving")
    stack.up()
    engine = stack.clone("engine", tmp_path / "again")
    assert engine.git("show", "HEAD:main") == "4"
    assert engine.git("show", "HEAD:notes") == "n"


def test_the_emergency_rollback_is_a_clone_of_the_backup_and_a_checkout_of_the_tag(
    stack: Stack, tmp_path: Path
) -> None:
    stack.up()
    backup = stack.clone(f"{NAME}-backup", tmp_path / "backup")
    (tag,) = backup.git("tag", "--list", "pre-migration-*").splitlines()
    backup.git("checkout", "--quiet", tag)
    assert (backup.path / "engine" / "main").read_text() == "2\n"
    stack.monorepo.commit("Engine: another", engine__main="3\n")
    with pytest.raises(subprocess.CalledProcessError, match="push"):
        Repository(stack.monorepo.path).git("push", "--quiet", backup.git("remote", "get-url", "origin"), "main")

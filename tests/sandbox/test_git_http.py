"""Real git against the sandbox: clone, fetch, push, and who may."""

import gzip
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from sandbox.daemon.administration import TenantAccess, create_token, open_host
from sandbox.daemon.process import Running
from sandbox.network.request_log import read_requests
from tests.sandbox.conftest import Git, half_a_push

SERVICE = "git-receive-pack"


@pytest.fixture
def address(api: httpx.Client, world: TenantAccess) -> str:
    """An empty private repository."""
    api.post("orgs/maestro/repos", json={"name": "engine", "private": True})
    return world.clone_url("engine")


def test_what_is_pushed_can_be_cloned_with_its_tags(git: Git, work: str, address: str) -> None:
    git(work, "push", "--quiet", "--follow-tags", address, "main")
    git("clone", "clone", "--quiet", address, ".")
    assert git("clone", "rev-parse", "HEAD") == git(work, "rev-parse", "HEAD")
    assert git("clone", "rev-parse", "v1") == git(work, "rev-parse", "v1")
    assert git("clone", "symbolic-ref", "--short", "HEAD") == "main"


def test_the_first_branch_pushed_becomes_the_default(git: Git, work: str, address: str, api: httpx.Client) -> None:
    git(work, "push", "--quiet", address, "main:trunk")
    assert api.get("repos/maestro/engine").json()["default_branch"] == "trunk"
    git(work, "push", "--quiet", address, "main:main")
    assert api.get("repos/maestro/engine").json()["default_branch"] == "trunk"
    git("clone", "clone", "--quiet", address, ".")
    assert git("clone", "branch", "--show-current") == "trunk"


def test_the_default_branch_set_over_rest_is_what_a_clone_checks_out(
    git: Git, work: str, address: str, api: httpx.Client
) -> None:
    git(work, "push", "--quiet", address, "main", "main:next")
    assert api.patch("repos/maestro/engine", json={"default_branch": "next"}).status_code == 200
    git("clone", "clone", "--quiet", address, ".")
    assert git("clone", "branch", "--show-current") == "next"


def test_a_rewritten_branch_is_accepted_when_forced(git: Git, work: str, address: str) -> None:
    git(work, "push", "--quiet", address, "main")
    git(work, "commit", "--quiet", "--amend", "--message", "Rewritten")
    with pytest.raises(AssertionError, match="rejected"):
        git(work, "push", "--quiet", address, "main")
    git(work, "push", "--quiet", "--force", address, "main")
    assert git(work, "ls-remote", address, "main").split()[0] == git(work, "rev-parse", "main")


def test_the_default_branch_cannot_be_deleted_but_others_can(git: Git, work: str, address: str) -> None:
    git(work, "push", "--quiet", address, "main", "main:next")
    with pytest.raises(AssertionError, match="deletion of the current branch prohibited"):
        git(work, "push", "--quiet", "--delete", address, "main")
    git(work, "push", "--quiet", "--delete", address, "next")
    assert git(work, "ls-remote", "--heads", address).count("refs/heads/") == 1


def test_a_large_pack_passes_both_ways(git: Git, work: str, address: str, api: httpx.Client, tmp_path: Path) -> None:
    """Larger than git's http.postBuffer (1 MiB), so the request is chunked."""
    (tmp_path / work / "large").write_bytes(random.Random(1).randbytes(8_000_000))
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", "Large")
    git(work, "push", "--quiet", address, "main")
    git("clone", "clone", "--quiet", address, ".")
    assert git("clone", "rev-parse", "HEAD^{tree}") == git(work, "rev-parse", "HEAD^{tree}")
    assert api.get("repos/maestro/engine").json()["size"] >= 7800


def test_a_fetch_brings_what_is_new(git: Git, work: str, address: str) -> None:
    git(work, "push", "--quiet", address, "main")
    git("clone", "clone", "--quiet", address, ".")
    git(work, "commit", "--quiet", "--allow-empty", "--message", "Second")
    git(work, "push", "--quiet", address, "main")
    git("clone", "fetch", "--quiet")
    assert git("clone", "rev-parse", "origin/main") == git(work, "rev-parse", "main")


@pytest.mark.parametrize("version", ["0", "2"])
def test_both_protocols_are_spoken(git: Git, work: str, address: str, version: str) -> None:
    git(work, "push", "--quiet", address, "main")
    head = git(work, "-c", f"protocol.version={version}", "ls-remote", address, "HEAD")
    assert head.split()[0] == git(work, "rev-parse", "main")


def test_a_partial_clone_is_served(git: Git, work: str, address: str) -> None:
    git(work, "push", "--quiet", address, "main")
    git("clone", "clone", "--quiet", "--filter=blob:none", "--no-checkout", address, ".")
    assert git("clone", "rev-list", "--objects", "--missing=print", "HEAD").count("?") == 1


def test_a_compressed_request_is_understood(git: Git, work: str, address: str, world: TenantAccess) -> None:
    git(work, "push", "--quiet", address, "main")
    answer = httpx.post(
        f"{address}/git-upload-pack",
        content=gzip.compress(b"0014command=ls-refs\n00010009peel\n0000"),
        headers={
            "Content-Type": "application/x-git-upload-pack-request",
            "Content-Encoding": "gzip",
            "Git-Protocol": "version=2",
        },
        auth=("x", world.token),
    )
    assert answer.status_code == 200
    assert b"refs/heads/main" in answer.content


def test_a_damaged_object_is_refused(git: Git, work: str, address: str, tmp_path: Path) -> None:
    """As on GitHub, so that a faulty rewrite of history fails in the sandbox first."""
    (tmp_path / "commit").write_text(f"tree {git(work, 'rev-parse', 'HEAD^{tree}')}\nauthor nobody\n\nBad\n")
    bad = git(work, "hash-object", "-t", "commit", "-w", "--literally", str(tmp_path / "commit"))
    with pytest.raises(AssertionError, match="fsck error"):
        git(work, "push", "--quiet", address, f"{bad}:refs/heads/main")


def test_old_sins_of_real_histories_are_taken(git: Git, work: str, address: str, tmp_path: Path) -> None:
    tree = git(work, "rev-parse", "HEAD^{tree}")
    person = "Old <old@maestro.example> 1000000000 +051800"
    (tmp_path / "commit").write_text(f"tree {tree}\nauthor {person}\ncommitter {person}\n\nOld\n")
    old = git(work, "hash-object", "-t", "commit", "-w", "--literally", str(tmp_path / "commit"))
    git(work, "push", "--quiet", address, f"{old}:refs/heads/main")
    assert git(work, "ls-remote", address, "main").split()[0] == old


def test_several_pushes_at_once_all_arrive(git: Git, work: str, world: TenantAccess, api: httpx.Client) -> None:
    names = [f"r{number}" for number in range(6)]
    for name in names:
        api.post("orgs/maestro/repos", json={"name": name})
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda name: git(work, "push", "--quiet", world.clone_url(name), "main"), names))
    heads = {api.get(f"repos/maestro/{name}/git/ref/heads/main").json()["object"]["sha"] for name in names}
    assert heads == {git(work, "rev-parse", "main")}


def test_a_client_that_leaves_in_the_middle_of_a_push_changes_nothing(
    git: Git, work: str, address: str, server: Running, world: TenantAccess, api: httpx.Client
) -> None:
    half_a_push(server.port, address, world.token).close()
    while not [request for request in read_requests(server.root, world.name) if SERVICE in request.path]:
        time.sleep(0.01)
    [request] = [request for request in read_requests(server.root, world.name) if SERVICE in request.path]
    assert request.status == 499
    assert api.get("repos/maestro/engine/branches").json() == []
    git(work, "push", "--quiet", address, "main")


def test_a_private_repository_asks_strangers_to_sign_in(git: Git, work: str, address: str) -> None:
    for token in (None, "ghp_wrong"):
        with pytest.raises(AssertionError, match="could not read Username"):
            git(work, "ls-remote", address, token=token)
    answer = httpx.get(f"{address}/info/refs?service=git-upload-pack", auth=("x", "ghp_wrong"))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="GitHub"'
    assert "Invalid username or token" in answer.text


def test_a_public_repository_is_cloned_by_anyone_and_pushed_to_by_nobody_unknown(
    git: Git, work: str, world: TenantAccess, api: httpx.Client
) -> None:
    api.post("orgs/maestro/repos", json={"name": "open"})
    address = world.clone_url("open")
    git(work, "push", "--quiet", address, "main")
    assert git(work, "ls-remote", address, "HEAD", token=None)
    with pytest.raises(AssertionError, match="could not read Username"):
        git(work, "push", address, "main:other", token=None)
    assert httpx.post(f"{address}/{SERVICE}", content=b"0000").status_code == 401


def test_a_member_who_may_only_read_cannot_push(
    git: Git, work: str, address: str, server: Running, world: TenantAccess
) -> None:
    git(work, "push", "--quiet", address, "main")
    member = create_token(server, world.name, "mia")
    assert git(work, "ls-remote", address, "HEAD", token=member)
    with pytest.raises(AssertionError, match=r"Permission to maestro/engine.git denied to mia"):
        git(work, "push", address, "main:other", token=member)


def test_an_archived_repository_takes_no_push(git: Git, work: str, address: str, api: httpx.Client) -> None:
    git(work, "push", "--quiet", address, "main")
    api.patch("repos/maestro/engine", json={"archived": True})
    with pytest.raises(AssertionError, match="archived so it is read-only"):
        git(work, "push", address, "main:other")
    assert git(work, "ls-remote", address, "HEAD")


def test_an_unknown_repository_is_not_found(git: Git, work: str, world: TenantAccess) -> None:
    with pytest.raises(AssertionError, match="Repository not found"):
        git(work, "ls-remote", world.clone_url("nothing"))


def test_git_follows_a_renamed_repository(git: Git, work: str, address: str, api: httpx.Client) -> None:
    api.patch("repos/maestro/engine", json={"name": "motor"})
    git(work, "push", "--quiet", address, "main")
    assert api.get("repos/maestro/motor/branches").json()[0]["name"] == "main"


def test_the_address_works_without_its_suffix(git: Git, work: str, address: str) -> None:
    git(work, "push", "--quiet", address.removesuffix(".git"), "main")
    assert git(work, "ls-remote", address, "main")


def test_the_token_may_stand_in_the_place_of_the_user(git: Git, work: str, address: str, world: TenantAccess) -> None:
    git(work, "push", "--quiet", address, "main")
    for password in ("", "x-oauth-basic"):
        answer = httpx.get(f"{address}/info/refs?service=git-upload-pack", auth=(world.token, password))
        assert answer.status_code == 200
    assert httpx.get(f"{world.api_url}/user", auth=(world.token, "x-oauth-basic")).status_code == 200


def test_push_options_are_taken(git: Git, work: str, address: str) -> None:
    git(work, "push", "--quiet", "--push-option=ci.skip", address, "main")
    assert git(work, "ls-remote", address, "main")


def test_a_mirror_push_carries_all_but_the_heads_of_pull_requests(git: Git, work: str, address: str) -> None:
    """As of a mirror clone of GitHub's: https://docs.github.com/repositories/creating-and-managing-repositories"""
    git(work, "update-ref", "refs/pull/1/head", "main")
    git(work, "notes", "add", "--message", "A note")
    with pytest.raises(AssertionError, match="deny updating a hidden ref"):
        git(work, "push", "--quiet", "--mirror", address)
    assert {line.split()[1] for line in git(work, "ls-remote", address).splitlines()} == {
        "HEAD",
        "refs/heads/main",
        "refs/notes/commits",
        "refs/tags/v1",
        "refs/tags/v1^{}",
    }


def test_a_replacement_that_was_pushed_replaces_nothing_on_the_server(git: Git, work: str, address: str) -> None:
    """git filter-repo leaves such refs; here one that replaces a commit by itself, which git gives up on."""
    head = git(work, "rev-parse", "main")
    git(work, "push", "--quiet", address, "main", f"main:refs/replace/{head}")
    git(work, "commit", "--quiet", "--allow-empty", "--message", "Second")
    git(work, "push", "--quiet", address, "main")
    assert git(work, "ls-remote", address, "main").split()[0] == git(work, "rev-parse", "main")


@pytest.mark.parametrize("query", ["", "?service=git-upload-archive"])
def test_an_old_client_is_told_to_upgrade(git: Git, work: str, address: str, world: TenantAccess, query: str) -> None:
    git(work, "push", "--quiet", address, "main")
    answer = httpx.get(f"{address}/info/refs{query}", auth=("x", world.token))
    assert answer.status_code == 403
    assert "upgrade your git client" in answer.text


def test_a_push_over_tls_is_held_to_the_rules_and_let_in(
    api: httpx.Client, git: Git, work: str, repository: str, server: Running, world: TenantAccess, tmp_path: Path
) -> None:
    """The hook that asks for the rules speaks no TLS."""
    host = open_host(server, world.name)
    rules = [{"type": "non_fast_forward"}]
    conditions = {"ref_name": {"include": ["~ALL"], "exclude": []}}
    body = {"name": "guard", "enforcement": "active", "conditions": conditions, "rules": rules}
    api.post(f"{repository}/rulesets", json=body).raise_for_status()
    push = (
        "-c",
        f"http.sslCAInfo={host.authority}",
        "push",
        "--quiet",
        f"https://127.0.0.1:{host.https}/maestro/engine",
    )
    git(work, "commit", "--quiet", "--allow-empty", "--message", "More")
    git(work, *push, "main")
    git(work, "reset", "--quiet", "--hard", "HEAD~1")
    with pytest.raises(AssertionError, match="Cannot force-push to this branch"):
        git(work, *push, "--force", "main")


def test_a_redirect_stays_on_the_host_of_the_api(
    api: httpx.Client, repository: str, server: Running, world: TenantAccess
) -> None:
    """A client that is sent to another host does not send its token there."""
    api.patch(repository, json={"name": "motor"}).raise_for_status()
    proxy = f"http://127.0.0.1:{open_host(server, world.name).http}"
    headers = {"Authorization": f"Bearer {world.token}"}
    with httpx.Client(proxy=proxy, headers=headers, base_url="http://api.github.localhost") as client:
        moved = client.get(f"/{repository}")
        assert moved.headers["Location"].startswith("http://api.github.localhost/repositories/")
        followed = client.get(f"/{repository}", follow_redirects=True).json()
        assert (followed["name"], followed["url"]) == ("motor", "http://api.github.localhost/repos/maestro/motor")
        assert followed["html_url"] == "http://github.localhost/maestro/motor"
        listed = client.get("/orgs/maestro/repos", params={"per_page": 1, "page": 1})
        assert listed.status_code == 200
        client.post("/orgs/maestro/repos", json={"name": "second"}).raise_for_status()
        link = client.get("/orgs/maestro/repos", params={"per_page": 1}).headers["Link"]
        assert link.startswith("<http://api.github.localhost/orgs/maestro/repos?")

"""`pulumi preview`, `up`, `refresh` and `destroy` by hand: the real engine, provider, git and sandbox."""

import json
from pathlib import Path

import httpx

from tests.end_to_end.conftest import PLAN, Stack


def github(stack: Stack) -> httpx.Client:
    headers = {"Authorization": f"Bearer {stack.world.token}"}
    return httpx.Client(base_url=f"{stack.world.api_url}/repos/{stack.world.organization}/", headers=headers)


def test_up_makes_repositories_that_hold_folders_history_and_settings(stack: Stack, tmp_path: Path) -> None:
    stack.up()
    engine, site = stack.clone("engine", tmp_path / "engine"), stack.clone("site", tmp_path / "site")
    assert engine.git("rev-parse", "HEAD^{tree}") == stack.monorepo.git("rev-parse", "HEAD:engine")
    assert site.git("rev-parse", "HEAD:web") == stack.monorepo.git("rev-parse", "HEAD:site")
    moved = ("log", "--topo-order", "--format=%an %ae %ad %cn %ce %cd %s")
    original = stack.monorepo.git(*moved, "--full-history", "--simplify-merges", "--", "engine")
    assert sorted(engine.git(*moved).splitlines()) == sorted(original.splitlines())
    assert engine.git("rev-list", "--merges", "--count", "HEAD") == "1"
    assert engine.git("cat-file", "-t", "v1.0.0") == "tag"
    with github(stack) as client:
        settings = client.get("engine").json()
    assert (settings["description"], settings["topics"], settings["private"]) == ("Backend", ["api"], True)
    assert settings["default_branch"] == "main"


def test_preview_says_what_a_move_will_carry_and_writes_nothing(stack: Stack) -> None:
    preview_output = stack.pulumi("preview").stdout
    assert "4 commits, 1 merge, 1 tag, 2 files" in preview_output
    assert not [request for request in stack.requests() if request.is_write]


def test_a_second_up_writes_nothing_and_pushes_nothing(stack: Stack) -> None:
    stack.up()
    before = len(stack.requests())
    assert "unchanged" in stack.up()
    later = stack.requests()[before:]
    assert len(later) <= 2
    assert not [request for request in later if request.is_write]


def test_new_commits_of_the_monorepo_are_carried_and_other_repositories_left_alone(stack: Stack) -> None:
    stack.up()
    site = stack.refs("site")
    stack.monorepo.commit("Engine: another", engine__main="3\n")
    preview_output = stack.pulumi("preview", "--diff").stdout
    assert "5 commits" in preview_output
    assert "site/code" not in preview_output
    stack.up()
    assert stack.refs("engine")["refs/heads/main"] == stack.refs("engine")["refs/heads/monorepo"]
    assert stack.refs("site") == site


def test_a_reviewed_plan_is_applied_though_people_committed_to_the_monorepo_since(stack: Stack, tmp_path: Path) -> None:
    commit = stack.monorepo.git("rev-parse", "HEAD")
    pin, plan = f"multirepo:commit={commit}", str(tmp_path / "reviewed.json")
    stack.pulumi("preview", "--config", pin, "--save-plan", plan, PULUMI_EXPERIMENTAL="true")
    stack.monorepo.commit("Engine: after the review", engine__main="3\n")
    stack.up("--config", pin, "--plan", plan, PULUMI_EXPERIMENTAL="true")
    assert stack.clone("engine", tmp_path / "engine").git("show", "HEAD:main") == "2"
    other = stack.monorepo.git("commit-tree", "HEAD^{tree}", "-m", "Not on main")
    assert "is not part of main" in stack.pulumi("preview", "--config", f"multirepo:commit={other}", code=None).stdout
    stack.pulumi("config", "rm", "multirepo:commit")
    stack.up()
    assert stack.clone("engine", tmp_path / "later").git("show", "HEAD:main") == "3"


def test_a_list_of_commits_for_blame_to_ignore_is_rewritten_at_the_tip_and_kept_so(
    stack: Stack, tmp_path: Path
) -> None:
    stack.write_plan({**PLAN, "history": {"blame_ignore_revs": True}})
    stack.monorepo.commit("Ignore", **{".git-blame-ignore-revs": stack.monorepo.git("rev-parse", "HEAD") + "\n"})
    stack.up()
    carried = stack.refs("engine")
    stack.pulumi("preview", "--refresh", "--expect-no-changes")
    engine = stack.clone("engine", tmp_path / "person")
    engine.git("push", "--quiet", "--force", "origin", "HEAD^:refs/heads/monorepo")
    stack.pulumi("preview", "--refresh", "--expect-no-changes", code=7)
    stack.up("--refresh")
    assert stack.refs("engine") == carried
    ignored = engine.git("show", "HEAD:.git-blame-ignore-revs")
    assert engine.git("merge-base", ignored, "HEAD^") == ignored


def test_work_of_people_is_merged_with_the_monorepo(stack: Stack, tmp_path: Path) -> None:
    stack.up()
    person = stack.clone("engine", tmp_path / "person")
    theirs = person.commit("People's work", notes="n\n")
    person.git("push", "--quiet", "origin", "main")
    stack.monorepo.commit("Engine: another", engine__main="3\n")
    stack.up()
    person.git("pull", "--quiet")
    assert person.git("rev-parse", "HEAD^1") == theirs
    assert person.git("show", "HEAD:notes") == "n"
    assert person.git("show", "HEAD:main") == "3"


def test_a_conflict_stops_one_repository_until_its_pull_request_is_merged(stack: Stack, tmp_path: Path) -> None:
    stack.up()
    person = stack.clone("engine", tmp_path / "person")
    theirs = person.commit("People's line", main="people\n")
    person.git("push", "--quiet", "origin", "main")
    stack.monorepo.commit("Both", engine__main="monorepo\n", site__index="b\n")
    output = stack.up()
    assert "main and the monorepo changed the same lines of main" in output
    assert "/pull/1" in output
    assert "Traceback" not in output
    assert stack.refs("engine")["refs/heads/main"] == theirs
    assert stack.clone("site", tmp_path / "site").git("show", "HEAD:web/index") == "b"

    assert "/pull/1" in stack.up()
    assert "same lines" in stack.pulumi("stack", "output", "unfinished").stdout
    person.git("fetch", "--quiet")
    person.git("switch", "--quiet", "merge-monorepo")
    person.git("merge", "--quiet", "--strategy-option=ours", "--message", "Resolve", "origin/main")
    person.git("push", "--quiet", "origin", "merge-monorepo")
    with github(stack) as client:
        (pull,) = client.get("engine/pulls").json()
        assert "git merge origin/main" in pull["body"]
        client.put("engine/pulls/1/merge", json={"merge_method": "merge"}).raise_for_status()
    stack.up()
    stack.pulumi("preview", "--expect-no-changes")
    assert person.git("ls-remote", "origin", "main").split()[0] != theirs


def test_a_lost_branch_and_tag_are_put_back_and_a_tag_that_moved_is_left(stack: Stack, tmp_path: Path) -> None:
    stack.up()
    complete = stack.refs("engine")
    person = stack.clone("engine", tmp_path / "person")
    person.git("push", "--quiet", "origin", ":refs/heads/monorepo", ":refs/tags/v1.0.0")
    stack.pulumi("preview", "--refresh", "--expect-no-changes", code=7)
    stack.up("--refresh")
    assert stack.refs("engine") == complete
    person.git("push", "--quiet", "--force", "origin", "HEAD~1:refs/tags/v1.0.0")
    stack.pulumi("preview", "--refresh", "--expect-no-changes", code=7)
    assert "tags that exist with another content: v1.0.0" in stack.up("--refresh", code=1)


def test_a_repository_that_was_deleted_at_github_is_made_again(stack: Stack) -> None:
    stack.up()
    complete = stack.refs("engine")
    with github(stack) as client:
        client.delete("engine").raise_for_status()
    stack.up("--refresh")
    assert stack.refs("engine") == complete


def test_destroy_leaves_repositories_as_they_are_and_the_next_up_adopts_them(stack: Stack) -> None:
    stack.up()
    complete = stack.refs("engine")
    stack.pulumi("destroy", "--yes", "--skip-preview")
    with github(stack) as client:
        assert client.get("engine").json()["archived"] is False
        assert stack.refs("engine") == complete
        stack.up()
    assert stack.refs("engine") == complete
    stack.pulumi("preview", "--refresh", "--expect-no-changes")


def test_a_repository_that_leaves_the_plan_stays_as_it_is(stack: Stack) -> None:
    stack.up()
    complete = stack.refs("site")
    stack.write_plan(PLAN | {"repositories": PLAN["repositories"][:1]})
    stack.up()
    with github(stack) as client:
        assert client.get("site").json()["archived"] is False
    assert stack.refs("site") == complete


def test_a_wave_does_not_become_planned_again_but_is_rolled_back_and_can_move_again(stack: Stack) -> None:
    stack.up()
    complete = stack.refs("engine")
    stack.set_stage("planned")
    output = " ".join(stack.up(code=None).split())
    assert "engine: exists, and its wave migration is set to planned" in output
    assert "'multirepo:waves.migration' rolled_back" in output
    with github(stack) as client:
        assert client.get("engine").json()["archived"] is False
    stack.set_stage("rolled_back")
    stack.monorepo.commit("Engine: another", engine__main="3\n")
    stack.up()
    with github(stack) as client:
        assert client.get("engine").json()["archived"] is True
        assert stack.refs("engine") == complete
        stack.set_stage("moving")
        stack.up()
        assert client.get("engine").json()["archived"] is False
    assert stack.refs("engine")["refs/heads/main"] != complete["refs/heads/main"]


def test_a_planned_wave_does_not_exist(stack: Stack) -> None:
    stack.set_stage("planned")
    stack.up()
    assert stack.resources() == {"multirepo-test", "github"}


def test_a_repository_that_people_made_before_is_adopted(stack: Stack) -> None:
    headers = {"Authorization": f"Bearer {stack.world.token}"}
    address = f"{stack.world.api_url}/orgs/{stack.world.organization}/repos"
    httpx.post(address, headers=headers, json={"name": "engine", "private": True}).raise_for_status()
    assert "import" in stack.pulumi("preview").stdout
    stack.up()
    with github(stack) as client:
        assert client.get("engine").json()["description"] == "Backend"
        assert "refs/heads/main" in stack.refs("engine")
        stack.pulumi("destroy", "--yes", "--skip-preview")
        assert client.get("engine").json()["archived"] is False


def test_the_state_holds_no_token_and_a_code_move_no_path_or_address_of_the_monorepo(stack: Stack) -> None:
    stack.up()
    state = stack.pulumi("stack", "export", "--show-secrets").stdout
    assert stack.world.token not in state
    inputs = [
        r["inputs"] for r in json.loads(state)["deployment"]["resources"] if r["type"].endswith("/code_move:CodeMove")
    ]
    assert all(
        set(i) - {"owner", "server", "provider_version"}
        == {"__provider", "repository", "default_branch", "head", "tree", "tags", "notes", "carries"}
        for i in inputs
    )


def test_a_refresh_uses_the_token_of_the_environment_and_none_of_the_state(stack: Stack) -> None:
    stack.up()
    refused = stack.pulumi("refresh", "--yes", "--skip-preview", code=None, GITHUB_TOKEN="wrong")
    assert refused.returncode
    assert "401" in refused.stdout + refused.stderr


def test_a_conflict_in_one_repository_holds_back_no_deletion_in_another(stack: Stack, tmp_path: Path) -> None:
    engine = {"name": "engine", "moves": [{"from": "engine"}]}
    site = {"name": "site", "moves": [{"from": "site", "to": "web"}]}
    labels = {"labels": [{"name": "bug", "color": "d73a4a"}]}
    stack.write_plan(PLAN | {"repositories": [engine, site | labels]})
    stack.up()
    assert "site/settings/label/bug" in stack.resources()
    person = stack.clone("engine", tmp_path / "person")
    person.commit("People's line", main="people\n")
    person.git("push", "--quiet", "origin", "main")
    stack.monorepo.commit("Both", engine__main="monorepo\n")
    stack.write_plan(PLAN | {"repositories": [engine, site]})
    assert "same lines" in stack.up()
    assert "site/settings/label/bug" not in stack.resources()
    assert json.loads(stack.pulumi("stack", "output", "--json").stdout)["repositories"]["engine"]["unfinished"]

"""`./multirepo drift`: one world in which a thing of each kind was changed by hand, looked at, and put right."""

import hashlib
import json
import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import httpx
import pytest
import yaml

from engine import Engine
from sandbox.daemon.administration import create_tenant, read_secrets
from sandbox.daemon.process import Running
from sandbox.network.request_log import Request
from tests.conftest import new_checkout, small_monorepo
from tests.end_to_end.changes import ADOPTABLE, CHANGES, FOLLOWING, PLAN, GitHub
from tests.end_to_end.conftest import Stack, new_stack

Things = dict[tuple[str | None, str], dict[str, Any]]


@dataclass
class DriftRuns:
    """found: the drift report after the changes. before, after: the reports before them and after `up`."""

    stack: Stack
    before: dict[str, Any]
    found: Things
    after: dict[str, Any]
    requests_of_drift: list[Request]
    state_stayed: bool


def drift(stack: Stack, code: int) -> dict[str, Any]:
    output = stack.checkout.run("./multirepo", "drift", "--stack", "test", "--json", code=code)
    report: dict[str, Any] = json.loads(output.stdout)
    return report


def state_of(stack: Stack) -> str:
    """A digest of every file of the state."""
    files = sorted(path for path in (stack.checkout.path / "state").rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def applied(stack: Stack) -> None:
    stack.write_plan(PLAN)
    for name in ("TOKEN", "KEY"):
        stack.pulumi("config", "set", "--secret", "--path", f"multirepo:secrets.{name}", f"ours-{name}")
    for name in ("URL", "PLACE"):
        stack.pulumi("config", "set", "--path", f"multirepo:variables.{name}", "https://packages.example")
    stack.up()


def put_back(stack: Stack, github: GitHub, found: Things) -> None:
    """Follow the report to the letter."""
    replaced = []
    for (repository, thing), item in found.items():
        *before, up = item["put_back"]
        for step in before:
            if step.startswith("gh api"):
                as_gh_sends_it(github, step)
            elif step.startswith("pulumi"):
                stack.pulumi(*shlex.split(step)[1:])
            elif thing.startswith("tag"):
                github.send("DELETE", f"{repository}/git/refs/tags/{thing.removeprefix('tag ')}")
            else:
                commit = item["differences"][0]["was"]
                assert f"put {thing} back to {commit}" in step
                github.send("PATCH", f"{repository}/git/refs/heads/monorepo", sha=commit, force=True)
        assert up.startswith("pulumi up --refresh")
        replaced += shlex.split(up)[3:]
    stack.up("--refresh", *replaced)


def as_gh_sends_it(github: GitHub, command: str) -> None:
    """https://cli.github.com/manual/gh_api: a field is JSON where it can be; `a[][b]` begins or goes on a list."""
    words = shlex.split(command)
    method, path = words[words.index("--method") + 1 :][:2]
    body: dict[str, Any] = {}
    for field in [after for word, after in pairwise(words) if word in ("--field", "--raw-field")]:
        key, _, text = field.partition("=")
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        name, _, inner = key.partition("[")
        if inner.startswith("]["):
            entries = body.setdefault(name, [])
            if not entries or inner[2:-1] in entries[-1]:
                entries.append({})
            entries[-1][inner[2:-1]] = value
        elif inner:
            body.setdefault(name, {})[inner[:-1]] = value
        else:
            body[name] = value
    github.send(method, f"/{path}", **body)


@pytest.fixture(scope="module")
def world(server: Running, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DriftRuns]:
    folder = tmp_path_factory.mktemp("drift")
    access = create_tenant(server, "drift")
    stack = new_stack(new_checkout(folder / "checkout"), access, server, small_monorepo(folder / "monorepo"), engine)
    applied(stack)
    before = drift(stack, code=0)
    with httpx.Client(base_url=access.api_url, headers={"Authorization": f"Bearer {access.token}"}) as client:
        github = GitHub(client, access.organization)
        time.sleep(1)  # GitHub's dates are whole seconds
        for change in CHANGES.values():
            change.make(github)
        state, asked = state_of(stack), len(stack.requests())
        found = {(item["repository"], item["thing"]): item for item in drift(stack, code=4)["drift"]}
        requests, stayed = stack.requests()[asked:], state_of(stack) == state
        put_back(stack, github, found)
        yield DriftRuns(stack, before, found, drift(stack, code=0), requests, stayed)


def test_what_was_just_made_is_no_drift(world: DriftRuns) -> None:
    assert world.before["clean"] is True


@pytest.mark.parametrize("thing", CHANGES, ids=lambda thing: " ".join(filter(None, thing)))
def test_a_change_by_hand_is_reported_with_the_edit_that_adopts_it(
    world: DriftRuns, thing: tuple[str | None, str]
) -> None:
    change, item = CHANGES[thing], world.found[thing]
    lines = [
        f"{difference['property']}: {difference['was']} → {difference['now']}" for difference in item["differences"]
    ]
    if change.says is None:
        assert item["gone"]
        assert lines == []
    else:
        assert any(line.startswith(change.says) for line in lines), lines
    adopt = item["adopt"]
    assert change.adopt in adopt["edit"] + adopt["reason"]
    assert bool(adopt["edit"]) == bool(adopt["place"]) != bool(adopt["reason"])


def test_nothing_else_is_reported(world: DriftRuns) -> None:
    assert set(world.found) - set(CHANGES) == FOLLOWING


def test_up_puts_all_of_it_back(world: DriftRuns) -> None:
    assert world.after == {**world.before}
    secrets = read_secrets(world.stack.server, world.stack.world.name)
    assert {secret.value for secret in secrets} == {"ours-TOKEN", "ours-KEY"}


def test_looking_writes_nothing_to_github_and_nothing_to_the_state(world: DriftRuns) -> None:
    assert world.requests_of_drift
    assert not [request for request in world.requests_of_drift if request.is_write]
    assert world.state_stayed


def test_what_cannot_be_looked_at_is_no_drift(world: DriftRuns) -> None:
    output = world.stack.checkout.run("./multirepo", "drift", "--stack", "test", code=3, GITHUB_TOKEN="ghp_wrong")
    assert "✗ " in output.stderr
    assert "Traceback" not in output.stderr
    missing = world.stack.checkout.run("./multirepo", "drift", "--stack", "nowhere", code=2)
    assert "Pulumi.nowhere.yaml" in missing.stderr


def test_after_the_edits_that_adopt_it_up_has_nothing_to_do(world: DriftRuns) -> None:
    """The last one here, because it changes the plan of the world."""
    stack = world.stack
    plan = yaml.safe_load((stack.checkout.path / "plan.yaml").read_text())
    with httpx.Client(base_url=stack.world.api_url, headers={"Authorization": f"Bearer {stack.world.token}"}) as client:
        for thing in ADOPTABLE:
            CHANGES[thing].make(GitHub(client, stack.world.organization))
    for item in drift(stack, code=4)["drift"]:
        edit = item["adopt"]["edit"]
        if edit.startswith("pulumi"):
            stack.pulumi(*shlex.split(edit)[1:])
        else:
            plan = merged(plan, yaml.safe_load(edit))
    stack.write_plan(plan)
    before = len(stack.requests())
    stack.up("--refresh")
    assert [request.path for request in stack.requests()[before:] if request.is_write] == []


def merged(before: Any, edit: Any) -> Any:
    """As a person writes an edit into the plan: entries with a name go on, other lists are replaced."""
    if isinstance(edit, dict):
        return {**before, **{key: merged(before.get(key, {}), value) for key, value in edit.items()}}
    if isinstance(edit, list) and edit and isinstance(edit[0], dict):
        named = {entry["name"]: entry for entry in before or []}
        return list(
            {
                **named,
                **{
                    entry["name"]: {**named.get(entry["name"], {}), **merged(named.get(entry["name"], {}), entry)}
                    for entry in edit
                },
            }.values()
        )
    return edit

"""`./multirepo drift`: one world in which a thing of each kind was changed by hand, looked at, and put right."""

import hashlib
import json
import shlex
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx
import pytest
import yaml

from engine import Engine
from migration.desired_state.managed_settings import named_settings
from migration.plan.repository_settings import RepositorySettings
from sandbox.daemon.administration import create_tenant, create_token, read_secrets
from sandbox.daemon.process import Running
from sandbox.network.request_log import Request
from tests.conftest import new_checkout, small_monorepo
from tests.end_to_end.changes import ADOPTABLE, CHANGES, FOLLOWING, PLAN, GitHub
from tests.end_to_end.conftest import Stack, new_stack
from tests.end_to_end.field_changes import (
    CONNECTED,
    PERSON,
    PLACED,
    PROPERTY,
    bare_repositories,
    field_in,
    field_repositories,
)
from tests.end_to_end.managed_settings import EXEMPT, Row, fields_set_by, kind_of, page_with, settings_page
from tests.end_to_end.test_removal import without_addresses

Things = dict[tuple[str | None, str], dict[str, Any]]


@dataclass
class DriftRuns:
    """found: the drift report after the changes. before, after: the reports before them and after `up`.

    fields: class and property of everything that the stack sets. passed: fields by what a test has shown of them.
    """

    stack: Stack
    before: dict[str, Any]
    found: Things
    after: dict[str, Any]
    requests_of_drift: list[Request]
    state_stayed: bool
    fields: set[tuple[str, str]]
    passed: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))


WHOLE = PLAN | {"repositories": [*PLAN["repositories"], *field_repositories()]}


def drift(stack: Stack, code: int) -> dict[str, Any]:
    output = stack.checkout.run("./multirepo", "drift", "--stack", "test", "--json", code=code)
    report: dict[str, Any] = json.loads(output.stdout)
    return report


def state_of(stack: Stack) -> str:
    """A digest of every file of the state."""
    files = sorted(path for path in (stack.checkout.path / "state").rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def applied(stack: Stack) -> None:
    stack.write_plan(WHOLE)
    for name in ("TOKEN", "KEY", "HOOK"):
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
    for text_field in [after for word, after in pairwise(words) if word in ("--field", "--raw-field")]:
        key, _, text = text_field.partition("=")
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
    create_token(server, "drift", PERSON)
    stack = new_stack(new_checkout(folder / "checkout"), access, server, small_monorepo(folder / "monorepo"), engine)
    with api_of(stack) as github:
        schema = {"property_name": PROPERTY, "value_type": "multi_select", "allowed_values": ["gold", "silver"]}
        github.send("PATCH", f"/orgs/{access.organization}/properties/schema", properties=[schema])
    applied(stack)
    before, fields = drift(stack, code=0), fields_set_by(stack.state())
    with httpx.Client(base_url=access.api_url, headers={"Authorization": f"Bearer {access.token}"}) as client:
        github = GitHub(client, access.organization)
        time.sleep(1)  # GitHub's dates are whole seconds
        for change in CHANGES.values():
            change.make(github)
        for (repository, _), placed in PLACED.items():
            placed.make(github, repository)
        state, asked = state_of(stack), len(stack.requests())
        found = {(item["repository"], item["thing"]): item for item in drift(stack, code=4)["drift"]}
        requests, stayed = stack.requests()[asked:], state_of(stack) == state
        put_back(stack, github, found)
        yield DriftRuns(stack, before, found, drift(stack, code=0), requests, stayed, fields)


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


@pytest.mark.parametrize("place", PLACED, ids=" ".join)
def test_each_field_is_seen_by_itself_and_says_from_what_to_what(world: DriftRuns, place: tuple[str, str]) -> None:
    change, item = PLACED[place], world.found[place]
    lines = [
        f"{difference['property']}: {difference['was']} → {difference['now']}" for difference in item["differences"]
    ]
    assert item["gone"] == (not change.says)
    assert [says for says in change.says if not any(line.startswith(says) for line in lines)] == [], lines
    assert len(lines) == len(change.says), lines
    assert bool(item["adopt"]["edit"]) == change.is_adoptable != bool(item["adopt"]["reason"])
    world.passed["seen" if change.says else "gone"].add(change.field)
    world.passed["edit"] |= {change.field} if change.is_adoptable else set()


@pytest.mark.parametrize("thing", CHANGES, ids=lambda thing: " ".join(filter(None, thing)))
def test_a_thing_that_is_gone_or_changed_in_one_field_counts_for_it(
    world: DriftRuns, thing: tuple[str | None, str]
) -> None:
    kind, item = kind_of(thing[1]), world.found[thing]
    if kind and item["gone"]:
        world.passed["gone"].add((kind, ""))
    elif kind and len(item["differences"]) == 1:
        name = field_in(item["differences"][0]["property"])
        changed = (kind, {"updated_at": "value"}.get(name, name))
        world.passed["seen"].add(changed)
        world.passed["edit"] |= {changed} if item["adopt"]["edit"] else set()


def test_nothing_else_is_reported(world: DriftRuns) -> None:
    assert set(world.found) - set(CHANGES) - set(PLACED) == FOLLOWING


def test_up_puts_all_of_it_back(world: DriftRuns) -> None:
    assert world.after == {**world.before}
    world.passed["put back"] |= world.passed["seen"] | world.passed["gone"]
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
    """It and those below change the plan of the world."""
    stack = world.stack
    plan = yaml.safe_load((stack.checkout.path / "plan.yaml").read_text())
    with httpx.Client(base_url=stack.world.api_url, headers={"Authorization": f"Bearer {stack.world.token}"}) as client:
        for thing in ADOPTABLE:
            CHANGES[thing].make(GitHub(client, stack.world.organization))
        for (repository, _), placed in PLACED.items():
            if placed.is_adoptable and not placed.is_replaced:
                placed.make(GitHub(client, stack.world.organization), repository)
    adopted = set()
    for item in drift(stack, code=4)["drift"]:
        edit = item["adopt"]["edit"]
        adopted |= {(kind_of(item["thing"]), field_in(each["property"])) for each in item["differences"]}
        if edit.startswith("pulumi"):
            stack.pulumi(*shlex.split(edit)[1:])
        else:
            plan = merged(plan, yaml.safe_load(edit))
    stack.write_plan(plan)
    before = len(stack.requests())
    stack.up("--refresh")
    assert writes(stack, before) == []
    world.passed["adopted"] |= adopted | {
        change.field for change in PLACED.values() if change.is_adoptable and not change.is_replaced
    }


def test_edits_of_archived_repositories_wait_until_they_are_unarchived(world: DriftRuns) -> None:
    """At this time the plan is the one that adopted every change; the edits take those of fields back."""
    stack = world.stack
    stack.set_stage("rolled_back")
    stack.up()
    stack.write_plan(with_settings_taken_back(yaml.safe_load((stack.checkout.path / "plan.yaml").read_text())))
    before = len(stack.requests())
    stack.up()
    assert writes(stack, before) == []
    stack.pulumi("refresh", "--preview-only", "--non-interactive")
    stack.set_stage("moving")
    stack.up()
    assert drift(stack, code=0)["clean"] is True
    with api_of(stack) as github:
        for (repository, _), placed in PLACED.items():
            if placed.kind == "Repository" and placed.is_adoptable:
                assert_as_planned(github.send("GET", repository), placed.settings)
    world.passed["archived"] |= world.passed["adopted"]


def test_what_leaves_the_plan_stays(world: DriftRuns) -> None:
    stack = world.stack
    names = {name for name, _ in PLACED}
    with api_of(stack) as github:
        before = {name: everything_of(github, name) for name in names}
        # Teams stay: GitHub shows their descriptions in the rules that name them.
        plan = yaml.safe_load((stack.checkout.path / "plan.yaml").read_text())
        stack.write_plan(plan | {"repositories": [*PLAN["repositories"], *bare_repositories()]})
        stack.up()
        after = {name: everything_of(github, name) for name in names}
    changed = [
        (name, was, now) for name in names for was, now in zip(before[name], after[name], strict=True) if was != now
    ]
    assert changed == []
    world.passed["stays"] |= {change.field for change in PLACED.values()}


def test_the_page_lists_every_field_with_what_was_tested(world: DriftRuns, request: pytest.FixtureRequest) -> None:
    """The last one. `./multirepo test tests/end_to_end/test_drift.py --snapshot-update` writes the page."""
    rows = [Row(kind, name, world.passed) for kind, name in sorted(world.fields) if (kind, name) not in EXEMPT]
    assert [row.name for row in rows if not row.is_covered] == []
    page = page_with(rows)
    if request.config.getoption("--snapshot-update"):
        settings_page().write_text(page, encoding="utf-8")
    assert settings_page().read_text(encoding="utf-8") == page


def with_settings_taken_back(plan: dict[str, Any]) -> dict[str, Any]:
    """But for things of their own: GitHub refuses to create any in an archived repository."""
    names = {entry["name"]: entry for entry in field_repositories()}
    things = ("environments", *CONNECTED, "deploy_keys")
    entries = [
        {**names.get(entry["name"], entry), **{key: entry[key] for key in things if key in entry}}
        for entry in plan["repositories"]
    ]
    return plan | {"repositories": entries}


@contextmanager
def api_of(stack: Stack) -> Iterator[GitHub]:
    headers = {"Authorization": f"Bearer {stack.world.token}"}
    with httpx.Client(base_url=stack.world.api_url, headers=headers) as client:
        yield GitHub(client, stack.world.organization)


def assert_as_planned(found: dict[str, Any], settings: dict[str, Any]) -> None:
    planned = {key: value for key, value in settings.items() if key in ("description", "homepage", "topics")}
    groups = {key: value for key, value in settings.items() if key in ("features", "merging")}
    planned |= named_settings(RepositorySettings.model_validate(groups))
    assert {key: found[key] for key in planned} == planned


PLACES = (
    "",
    "/environments",
    "/environments/staging/deployment-branch-policies",
    "/actions/permissions",
    "/actions/permissions/workflow",
    "/actions/permissions/selected-actions",
    "/actions/oidc/customization/sub",
    "/labels",
    "/branches/main/protection",
    "/branches/monorepo/protection",
    "/collaborators",
    "/properties/values",
    "/hooks",
    "/keys",
    "/autolinks",
)


def everything_of(github: GitHub, repository: str) -> list[Any]:
    """What GitHub shows of the settings of a repository, and each of its rulesets."""
    rulesets = [f"/rulesets/{listed['id']}" for listed in github.send("GET", f"{repository}/rulesets")]
    answers = [github.client.get(f"/repos/{github.organization}/{repository}{path}") for path in (*PLACES, *rulesets)]
    return [(answer.status_code, without_dates(without_addresses(answer.json()))) for answer in answers]


def without_dates(value: Any) -> Any:
    return {key: inner for key, inner in value.items() if key != "pushed_at"} if isinstance(value, dict) else value


def writes(stack: Stack, since: int) -> list[str]:
    """What was written to GitHub since then; GraphQL reads by POST."""
    sent = [request for request in stack.requests()[since:] if request.is_write]
    return [f"{request.method} {request.path}" for request in sent if not request.path.endswith("/graphql")]


def merged(before: Any, edit: Any) -> Any:
    """As a person writes an edit into the plan: entries with a name go on, other lists, and what is empty, replace."""
    if isinstance(edit, dict) and edit:
        return {**before, **{key: merged(before.get(key, {}), value) for key, value in edit.items()}}
    if isinstance(edit, list) and edit and isinstance(edit[0], dict) and "name" in edit[0]:
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

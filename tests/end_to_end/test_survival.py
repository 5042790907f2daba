"""`kill -9` in the middle of an `up`, then `up`: the same end state as if nothing had happened."""

import subprocess
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.end_to_end.conftest import PLAN, Stack

# The dates and authors of the fixture's monorepo are fixed, so every run without a fault ends at these commits.
END_STATE = {
    "engine": {
        "refs/heads/main": "bcc349d9b18fa52d100bcd6f3b220971fd5f6e2e",
        "refs/heads/monorepo": "bcc349d9b18fa52d100bcd6f3b220971fd5f6e2e",
        "refs/notes/monorepo": "270db20bbee9a24e2dee2271fc43e9ff1d351fb6",
        "refs/tags/v1.0.0": "47191eab86f677de93f1774adb20825dadc907c5",
    },
    "site": {
        "refs/heads/main": "d92e5e14f57cc3d26756c9742d5cbffa261d89ad",
        "refs/heads/monorepo": "d92e5e14f57cc3d26756c9742d5cbffa261d89ad",
        "refs/notes/monorepo": "2672973355ec053e0ece3dba21e96151e42e6bff",
        "refs/tags/v1.0.0": "351164729144faab719a58c70c6a2d8b05fb21c9",
    },
}
# An `up` without a fault makes six writes for the backup, then ten for two repositories.
MOMENTS = (1, 5, 14)


PROTECTED: dict[str, Any] = PLAN | {
    "repositories": [
        PLAN["repositories"][0]
        | {
            "protection": {},
            "labels": [{"name": "bug", "color": "000000"}],
            "environments": [{"name": "production", "branches": ["main"], "tags": ["v*"], "variables": ["PLACE"]}],
            "variables": ["URL"],
        },
        PLAN["repositories"][1] | {"protection": {"as": "branch_protection"}},
    ]
}


def writes(stack: Stack) -> int:
    return sum(request.is_write for request in stack.requests())


def deletions(stack: Stack) -> list[str]:
    return [request.path for request in stack.requests() if request.method == "DELETE"]


def made_of_engine(stack: Stack) -> int:
    """Its rulesets, policies, and variables that GitHub has been sent."""
    made = [request for request in stack.requests() if request.method == "POST" and "/engine/" in request.path]
    return sum(request.path.endswith(("/rulesets", "/deployment-branch-policies", "/variables")) for request in made)


def up_killed_after(stack: Stack, moment: int, count: Callable[[Stack], int] = writes) -> None:
    """Start `up`, and kill the engine as soon as GitHub has seen so many writes."""
    running = subprocess.Popen(
        ["pulumi", "up", "--yes", "--skip-preview", "--stack=test", "--non-interactive"],
        cwd=stack.checkout.path,
        env=stack.checkout.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while count(stack) < moment and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    assert running.poll() is None, "the run ended before the moment came"
    running.kill()
    running.wait()


def repositories(stack: Stack) -> set[str]:
    listing = f"{stack.world.api_url}/orgs/{stack.world.organization}/repos"
    headers = {"Authorization": f"Bearer {stack.world.token}"}
    return {repository["name"] for repository in httpx.get(listing, headers=headers).json()}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_up_is_finished_by_the_next_one(stack: Stack, moment: int) -> None:
    up_killed_after(stack, moment)
    stack.pulumi("cancel", "--yes")
    stack.up()
    assert repositories(stack) == {*END_STATE, "maestro-platform-backup"}
    assert {name: stack.refs(name) for name in END_STATE} == END_STATE
    stack.pulumi("preview", "--refresh", "--expect-no-changes")


@pytest.mark.parametrize("moment", [3, 7])
def test_what_a_killed_up_has_made_is_imported_and_nothing_is_deleted(stack: Stack, moment: int) -> None:
    """Also what its state holds: the outputs of a run that never ended do not say that there is one."""
    stack.write_plan(PROTECTED)
    for name in ("URL", "PLACE"):
        stack.pulumi("config", "set", "--path", f"multirepo:variables.{name}", "https://packages.example")
    up_killed_after(stack, moment, made_of_engine)
    default_labels = deletions(stack)
    assert [path.rpartition("/")[2] for path in default_labels] == ["bug"]
    stack.pulumi("cancel", "--yes")
    stack.up()
    assert deletions(stack) == default_labels
    stack.pulumi("preview", "--refresh", "--expect-no-changes")


def test_an_undisturbed_up_ends_in_the_state_that_the_others_are_held_against(stack: Stack) -> None:
    stack.up()
    assert {name: stack.refs(name) for name in END_STATE} == END_STATE
    assert writes(stack) == 16

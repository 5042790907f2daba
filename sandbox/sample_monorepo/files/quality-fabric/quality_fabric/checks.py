"""What each suite looks at. A check returns normally, skips, or fails with a sentence."""

import re
import time
from collections.abc import Callable

from quality_fabric.client import TargetClient

Check = Callable[[TargetClient], None]
SUITE_CHECKS: dict[str, list[Check]] = {"api": [], "frontend": [], "e2e": []}
PATIENCE_SECONDS = 30


class Skipped(Exception):
    """The target does not offer what the check looks at."""


def check(suite: str) -> Callable[[Check], Check]:
    """Make a function one of the checks of a suite."""

    def register(function: Check) -> Check:
        SUITE_CHECKS[suite].append(function)
        return function

    return register


@check("api")
def the_target_answers(client: TargetClient) -> None:
    """Anything but an error of the server will do: not every application has a health route."""
    status = client.get("").status_code
    assert status < 500, f"{client.target.api_base} answers {status}"


@check("api")
def the_target_is_well(client: TargetClient) -> None:
    """A target with a health route must say that it is well."""
    reply = client.health()
    if reply.status_code == 404:
        raise Skipped("no health route")
    assert reply.status_code == 200, f"health answers {reply.status_code}"


@check("frontend")
def the_page_and_its_scripts_load(client: TargetClient) -> None:
    """The page, and every script that it names with a path of its own."""
    if not client.target.frontend_url:
        raise Skipped("no frontend_url")
    page = client.page()
    assert page.status_code == 200, f"the page answers {page.status_code}"
    for script in re.findall(r'<script[^>]+src="(/[^"]+)"', page.text):
        assert client.page(script).status_code == 200, f"{script} does not load"


@check("e2e")
def a_workflow_runs_to_its_end(client: TargetClient) -> None:
    """Created, then followed until it has succeeded."""
    created = client.post("/api/workflows", {"name": "quality-fabric"})
    if created.status_code in (404, 405):
        raise Skipped("no workflows")
    assert created.status_code == 201, f"creating a workflow answers {created.status_code}"
    address = f"/api/workflows/{created.json()['id']}"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while client.get(address).json()["status"] != "succeeded":
        assert time.monotonic() < deadline, f"{address} has not succeeded after {PATIENCE_SECONDS} s"
        time.sleep(0.2)

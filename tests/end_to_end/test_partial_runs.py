"""What a part of a run that is left out, or fails, means for the others."""

import httpx

from sandbox.daemon.administration import add_fault
from sandbox.network.faults import Fault
from tests.end_to_end.conftest import Stack

PLAN = {
    "monorepo": {"name": "maestro-platform"},
    "repositories": [{"name": name, "description": "Ours"} for name in ("docs", "notes", "tests")],
}


def test_no_repository_is_made_while_the_backup_is_excluded_and_the_state_stays_whole(stack: Stack) -> None:
    output = stack.up("--exclude", "**backup**", code=1)
    assert "The backup of the monorepo does not exist: this run excludes it" in output
    assert "Traceback" not in output
    headers = {"Authorization": f"Bearer {stack.world.token}"}
    with httpx.Client(base_url=stack.world.api_url, headers=headers) as client:
        assert client.get(f"/orgs/{stack.world.organization}/repos").json() == []
    stack.pulumi("preview")


def test_what_github_refuses_of_one_repository_stops_no_other_and_is_named_again(stack: Stack) -> None:
    stack.write_plan(PLAN)
    stack.up()
    stack.set_stage("rolled_back")
    path = f"/api/v3/repos/{stack.world.organization}/docs"
    for _ in range(2):
        add_fault(stack.server, stack.world.name, Fault(kind="status", method="PATCH", path=path, status=422))
        output = stack.up(code=None, PULUMI_CONTINUE_ON_ERROR="true")
        assert "docs/repository" in output
        assert "422" in output
    headers = {"Authorization": f"Bearer {stack.world.token}"}
    with httpx.Client(base_url=stack.world.api_url, headers=headers) as client:
        repositories = client.get(f"/orgs/{stack.world.organization}/repos").json()
    archived = {entry["name"] for entry in repositories if entry["archived"]}
    assert archived == {"notes", "tests"}
    stack.up()

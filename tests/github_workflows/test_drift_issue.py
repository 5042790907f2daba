"""The issue about drift, kept at the local GitHub as the nightly workflow keeps it at the real one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from command_line.reports.drift_report import as_markdown
from components.drift.adoption import Adoption
from components.drift.drift import REPOSITORY, Drift, RefreshedResource
from sandbox.daemon.administration import TenantAccess

PROGRAM = Path(__file__).parents[2] / ".github" / "drift_issue.py"
PROJECT = "maestro/migration"


def drift_of(thing: str) -> str:
    urn = f"urn:pulumi:prod::multirepo::{REPOSITORY}::it"
    resource = RefreshedResource(urn=urn, op="delete", parent="", inputs={}, was={}, now={})
    item = Drift(area="settings", repository="engine", thing=thing, resource=resource, is_gone=True)
    return as_markdown("prod", [(item, Adoption(reason="Take it out of the plan."))])


CLEAN = as_markdown("prod", [])


@pytest.fixture
def api(world: TenantAccess) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {world.token}"}
    with httpx.Client(base_url=world.api_url, headers=headers) as client:
        client.post("/orgs/maestro/repos", json={"name": "migration"}).raise_for_status()
        yield client


def keep(world: TenantAccess, folder: Path, report: str, code: int) -> "subprocess.CompletedProcess[str]":
    file = folder / "drift.md"
    file.write_text(f"{report}\n")
    environment = {
        "PATH": os.environ["PATH"],
        "GITHUB_TOKEN": world.token,
        "GITHUB_REPOSITORY": PROJECT,
        "GITHUB_API_URL": world.api_url,
    }
    command: list[str | Path] = [sys.executable, PROGRAM, file, str(code)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def issues(api: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/repos/{PROJECT}/issues", params={"state": "all"}).json()
    return found


def test_one_issue_is_opened_brought_up_to_date_and_closed(
    world: TenantAccess, api: httpx.Client, tmp_path: Path
) -> None:
    assert keep(world, tmp_path, drift_of("label bug"), 4).stdout == "Opened issue 1.\n"
    assert keep(world, tmp_path, drift_of("label bug"), 4).stdout == "Issue 1 is up to date.\n"
    assert keep(world, tmp_path, drift_of("secret TOKEN"), 4).stdout == "Updated issue 1.\n"
    (issue,) = issues(api)
    assert "secret TOKEN" in issue["body"]
    assert "label bug" not in issue["body"]
    assert keep(world, tmp_path, CLEAN, 0).stdout == "Closed issue 1.\n"
    (issue,) = issues(api)
    assert (issue["state"], issue["comments"]) == ("closed", 1)
    assert keep(world, tmp_path, CLEAN, 0).stdout == "No drift and no open issue.\n"
    assert keep(world, tmp_path, drift_of("label bug"), 4).stdout == "Opened issue 2.\n"


def test_an_issue_of_people_is_left_alone(world: TenantAccess, api: httpx.Client, tmp_path: Path) -> None:
    theirs = {"title": "Drift?", "body": "Look at this", "labels": ["drift"]}
    api.post(f"/repos/{PROJECT}/labels", json={"name": "drift", "color": "ffffff"})
    api.post(f"/repos/{PROJECT}/issues", json=theirs).raise_for_status()
    assert keep(world, tmp_path, CLEAN, 0).stdout == "No drift and no open issue.\n"
    assert issues(api)[0]["state"] == "open"


@pytest.mark.parametrize(("report", "code"), [("", 1), (CLEAN, 1), ("", 0)])
def test_a_look_that_failed_changes_nothing(
    world: TenantAccess, api: httpx.Client, tmp_path: Path, report: str, code: int
) -> None:
    keep(world, tmp_path, drift_of("label bug"), 4)
    failed = keep(world, tmp_path, report, code)
    assert failed.returncode == 1
    assert "The issue is unchanged" in failed.stderr
    assert issues(api)[0]["state"] == "open"

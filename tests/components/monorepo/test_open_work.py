"""Whether people's open work in the monorepo forbids to archive it: asked of the sandbox."""

from collections.abc import Iterator

import httpx
import pytest

from components.monorepo.open_work import check_open_work
from components.stack.settings import Settings
from migration.errors import PreflightError
from migration.plan import Monorepo
from migration.preflight import UnclaimedFile
from sandbox.daemon.administration import TenantAccess


@pytest.fixture
def api(world: TenantAccess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{world.api_url}/", headers={"Authorization": f"Bearer {world.token}"}) as client:
        client.post("orgs/maestro/repos", json={"name": "mono", "private": True, "auto_init": True}).raise_for_status()
        yield client


@pytest.fixture
def settings(world: TenantAccess, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("GITHUB_TOKEN", world.token)
    values = {
        "owner": world.organization,
        "github": world.address,
        "monorepo": world.clone_url("mono"),
        "waves": "{}",
        "archive": "true",
    }
    return Settings.from_config(values.get, "test")


def test_a_monorepo_without_open_work_is_archived(api: httpx.Client, settings: Settings) -> None:
    check_open_work(settings, Monorepo(name="mono"), ())


def test_open_work_is_counted_and_refused_until_the_plan_confirms_it(api: httpx.Client, settings: Settings) -> None:
    for title in ("One", "Two"):
        api.post("repos/maestro/mono/issues", json={"title": title}).raise_for_status()
    head = api.get("repos/maestro/mono/git/ref/heads/main").json()["object"]["sha"]
    api.post("repos/maestro/mono/git/refs", json={"ref": "refs/heads/topic", "sha": head}).raise_for_status()
    with pytest.raises(PreflightError, match="It has 2 open issues, 1 other branch, which become read-only"):
        check_open_work(settings, Monorepo(name="mono"), ())
    check_open_work(settings, Monorepo(name="mono", archive_open_work=True), ())
    api.patch("repos/maestro/mono", json={"archived": True}).raise_for_status()
    check_open_work(settings, Monorepo(name="mono"), ())


def test_folders_that_no_repository_takes_are_counted_and_named(api: httpx.Client, settings: Settings) -> None:
    leftovers = [
        UnclaimedFile(folder="", whole=False, files=1, lines=1),
        UnclaimedFile(folder="tools", whole=True, files=2, lines=9),
    ]
    with pytest.raises(PreflightError, match=r"It has 1 folder that no repository takes \(tools\), which become"):
        check_open_work(settings, Monorepo(name="mono"), leftovers)
    check_open_work(settings, Monorepo(name="mono", archive_open_work=True), leftovers)

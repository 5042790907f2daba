"""Stars, watchers, forks and open issues: counted, and lost when a public repository becomes private."""

from collections.abc import Callable

import httpx

Users = Callable[..., httpx.Client]


def starred(api: httpx.Client, user: httpx.Client) -> None:
    api.post("orgs/maestro/repos", json={"name": "engine", "auto_init": True}).raise_for_status()
    user.put("user/starred/maestro/engine").raise_for_status()
    user.put("repos/maestro/engine/subscription", json={"subscribed": True}).raise_for_status()


def test_a_star_is_given_counted_listed_and_taken_back(api: httpx.Client, as_user: Users) -> None:
    zoe = as_user("zoe")
    starred(api, zoe)
    assert zoe.get("user/starred/maestro/engine").status_code == 204
    assert api.get("user/starred/maestro/engine").status_code == 404
    assert [user["login"] for user in api.get("repos/maestro/engine/stargazers").json()] == ["zoe"]
    assert [user["login"] for user in api.get("repos/maestro/engine/subscribers").json()] == ["zoe"]
    assert [found["name"] for found in zoe.get("user/starred").json()] == ["engine"]
    document = api.get("repos/maestro/engine").json()
    assert [document[name] for name in ("stargazers_count", "watchers_count", "subscribers_count")] == [1, 1, 1]
    assert zoe.delete("user/starred/maestro/engine").status_code == 204
    assert zoe.delete("repos/maestro/engine/subscription").status_code == 204
    assert zoe.get("repos/maestro/engine/subscription").status_code == 404
    assert api.get("repos/maestro/engine").json()["stargazers_count"] == 0


def test_a_public_repository_that_becomes_private_loses_stars_watchers_and_forks(
    api: httpx.Client, as_user: Users
) -> None:
    zoe = as_user("zoe")
    starred(api, zoe)
    zoe.post("repos/maestro/engine/forks").raise_for_status()
    assert api.get("repos/maestro/engine").json()["forks_count"] == 1
    changed = api.patch("repos/maestro/engine", json={"visibility": "private"}).json()
    assert [changed[name] for name in ("stargazers_count", "subscribers_count", "forks_count")] == [0, 0, 0]
    assert zoe.get("repos/zoe/engine").json()["fork"] is False
    api.patch("repos/maestro/engine", json={"visibility": "public"})
    assert api.get("repos/maestro/engine").json()["stargazers_count"] == 0


def test_a_change_of_anything_else_keeps_the_stars(api: httpx.Client, as_user: Users) -> None:
    starred(api, as_user("zoe"))
    for change in ({"name": "motor"}, {"archived": True}, {"archived": False}, {"has_wiki": False}):
        api.patch("repositories/{id}".format(**api.get("orgs/maestro/repos").json()[0]), json=change)
    assert api.get("repos/maestro/motor").json()["stargazers_count"] == 1


def test_open_issues_and_pull_requests_are_counted(api: httpx.Client, repository: str) -> None:
    for title in ("One", "Two"):
        api.post(f"{repository}/issues", json={"title": title}).raise_for_status()
    api.patch(f"{repository}/issues/1", json={"state": "closed"})
    assert api.get(repository).json()["open_issues_count"] == 1
    assert api.get("orgs/maestro/repos").json()[0]["open_issues_count"] == 1

"""Issues, comments and labels."""

from collections.abc import Callable

import httpx


def test_a_new_repository_has_githubs_labels(api: httpx.Client, repository: str) -> None:
    labels = api.get(f"{repository}/labels").json()
    assert [label["name"] for label in labels][:3] == ["bug", "documentation", "duplicate"]
    assert (len(labels), all(label["default"] for label in labels)) == (9, True)


def test_a_label_is_made_renamed_and_deleted(api: httpx.Client, repository: str) -> None:
    made = api.post(f"{repository}/labels", json={"name": "area: api", "color": "ff0000", "description": "d"})
    assert made.status_code == 201
    again = api.post(f"{repository}/labels", json={"name": "Area: API"})
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "already_exists")
    assert api.post(f"{repository}/labels", json={"name": "x", "color": "red"}).status_code == 422
    renamed = api.patch(f"{repository}/labels/area:%20api", json={"new_name": "api"}).json()
    assert (renamed["name"], renamed["color"], renamed["default"]) == ("api", "ff0000", False)
    assert api.get(f"{repository}/labels/API").json() == renamed
    assert api.delete(f"{repository}/labels/api").status_code == 204
    assert api.get(f"{repository}/labels/api").status_code == 404


def test_an_issue_is_made_changed_closed_and_found(api: httpx.Client, repository: str) -> None:
    body = {"title": "Drift found", "body": "In engine", "labels": ["drift"], "assignees": ["maestro-owner"]}
    made = api.post(f"{repository}/issues", json=body)
    assert (made.status_code, made.json()["number"]) == (201, 1)
    api.post(f"{repository}/issues", json={"title": "Other"})
    assert [each["number"] for each in api.get(f"{repository}/issues").json()] == [2, 1]
    [only] = api.get(f"{repository}/issues", params={"labels": "Drift"}).json()
    assert (only["number"], only["assignee"]["login"], only["author_association"]) == (1, "maestro-owner", "OWNER")
    found = api.get("search/issues", params={"q": 'repo:maestro/engine is:issue is:open label:drift "drift found"'})
    assert (found.json()["total_count"], found.headers["X-RateLimit-Resource"]) == (1, "search")
    closed = api.patch(f"{repository}/issues/1", json={"state": "closed"}).json()
    assert (closed["state"], closed["state_reason"], closed["closed_at"] is None) == ("closed", "completed", False)
    assert api.get("search/issues", params={"q": "repo:maestro/engine is:open drift"}).json()["total_count"] == 0
    opened = api.patch(f"{repository}/issues/1", json={"state": "open", "body": None}).json()
    assert (opened["state"], opened["closed_at"], opened["body"]) == ("open", None, None)


def test_comments_are_made_changed_and_deleted(api: httpx.Client, repository: str) -> None:
    api.post(f"{repository}/issues", json={"title": "Drift"})
    comment = api.post(f"{repository}/issues/1/comments", json={"body": "one"}).json()
    address = f"{repository}/issues/comments/{comment['id']}"
    assert api.patch(address, json={"body": "two"}).json()["body"] == "two"
    assert [each["body"] for each in api.get(f"{repository}/issues/1/comments").json()] == ["two"]
    assert api.get(f"{repository}/issues/1").json()["comments"] == 1
    assert api.get(address).json()["body"] == "two"
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_labels_of_an_issue_are_added_replaced_and_removed(api: httpx.Client, repository: str) -> None:
    api.post(f"{repository}/issues", json={"title": "Drift"})
    address = f"{repository}/issues/1/labels"
    assert [each["name"] for each in api.post(address, json={"labels": ["bug", "new"]}).json()] == ["bug", "new"]
    assert [each["name"] for each in api.put(address, json={"labels": ["question"]}).json()] == ["question"]
    assert api.delete(f"{address}/bug").json()["message"] == "Label does not exist"
    assert api.delete(f"{address}/question").json() == []
    assert api.get(address).json() == []


def test_who_may_only_read_writes_issues_but_does_not_sort_them(
    api: httpx.Client, repository: str, as_user: Callable[..., httpx.Client]
) -> None:
    reader = as_user("zoe")
    made = reader.post(f"{repository}/issues", json={"title": "x", "labels": ["bug"]}).json()
    assert made["labels"] == []
    assert reader.post(f"{repository}/issues/1/labels", json={"labels": ["bug"]}).status_code == 403
    assert reader.patch(f"{repository}/issues/1", json={"state": "closed"}).status_code == 200


def test_issues_that_are_switched_off_are_gone(api: httpx.Client, repository: str) -> None:
    api.patch(repository, json={"has_issues": False})
    assert api.post(f"{repository}/issues", json={"title": "x"}).status_code == 410


def test_issues_are_found_by_assignee(api: httpx.Client, repository: str) -> None:
    api.post(f"{repository}/issues", json={"title": "Mine", "assignees": ["maestro-owner"]})
    api.post(f"{repository}/issues", json={"title": "Nobody's"})

    def titles(assignee: str) -> list[str]:
        return [issue["title"] for issue in api.get(f"{repository}/issues", params={"assignee": assignee}).json()]

    assert [titles(asked) for asked in ("maestro-owner", "*", "none")] == [["Mine"], ["Mine"], ["Nobody's"]]
    refused = api.post(f"{repository}/issues", json={"title": "x", "assignees": ["nobody-here"]})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "invalid")


def test_the_comments_of_a_repository_are_listed(api: httpx.Client, repository: str) -> None:
    for title in ("One", "Two"):
        number = api.post(f"{repository}/issues", json={"title": title}).json()["number"]
        api.post(f"{repository}/issues/{number}/comments", json={"body": f"About {title}"})
    listed = api.get(f"{repository}/issues/comments").json()
    assert [comment["body"] for comment in listed] == ["About One", "About Two"]
    assert api.get(f"{repository}/issues/comments?since=2100-01-01T00:00:00Z").json() == []


def test_labels_of_an_issue_are_named_by_a_bare_array_too(api: httpx.Client, repository: str) -> None:
    """As go-github sends them. GitHub's description says so in words only, so a client without checks sends them."""
    api.post(f"{repository}/issues", json={"title": "One"})
    address = f"{api.base_url}{repository}/issues/1/labels"
    for method, name in (("POST", "bug"), ("PUT", "question")):
        answer = httpx.request(method, address, json=[name], headers=dict(api.headers))
        assert [label["name"] for label in answer.json()] == [name]
    assert api.post(f"{repository}/issues", json=["bug"]).status_code == 400


def test_a_renamed_label_stays_on_its_issues(api: httpx.Client, repository: str) -> None:
    api.post(f"{repository}/issues", json={"title": "x", "labels": ["bug", "question"]})
    for old, new in (("bug", "defect"), ("defect", "Defect")):
        renamed = api.patch(f"{repository}/labels/{old}", json={"new_name": new})
        assert (renamed.status_code, renamed.json()["name"]) == (200, new)
    assert [label["name"] for label in api.get(f"{repository}/issues/1").json()["labels"]] == ["Defect", "question"]
    assert api.get(f"{repository}/labels/bug").status_code == 404

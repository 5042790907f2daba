"""The pull request in which a person resolves a conflict: opened once, then updated."""

import httpx

from components.github.github_client import github_client
from components.stack.settings import Settings
from migration.delivery.conflicts import RESOLUTION_BRANCH, Conflict
from migration.errors import RemoteError


def open_pull_request(settings: Settings, conflict: Conflict) -> str:
    """Open the pull request for a conflict, or update the open one. Returns its web address.

    One that a person closed stays closed while the conflict is the same.
    https://docs.github.com/en/rest/pulls/pulls. Raises RemoteError.
    """
    try:
        with github_client(settings, f"repos/{settings.owner}/{conflict.repository}/") as client:
            return _open_or_update(client, settings.owner, conflict)
    except httpx.HTTPError as error:
        raise RemoteError(
            f"{conflict.sentence} The pull request for it could not be opened: {error}. Give the token permission "
            f"to write pull requests, or open one by hand from {RESOLUTION_BRANCH}."
        ) from None


def _open_or_update(client: httpx.Client, owner: str, conflict: Conflict) -> str:
    asked = {"state": "all", "head": f"{owner}:{RESOLUTION_BRANCH}", "base": conflict.default_branch}
    earlier = client.get("pulls", params=asked).raise_for_status().json()
    text = {"title": conflict.title, "body": conflict.body}
    for pull in earlier:
        if pull["state"] == "open":
            if pull["body"] != conflict.body:
                client.patch(f"pulls/{pull['number']}", json=text).raise_for_status()
            return str(pull["html_url"])
        if pull["merged_at"] is None and pull["head"]["sha"] == conflict.tip:
            return str(pull["html_url"])
    new = {**text, "head": RESOLUTION_BRANCH, "base": conflict.default_branch}
    return str(client.post("pulls", json=new).raise_for_status().json()["html_url"])

"""People's open work in the monorepo, which becomes read-only when the monorepo is archived."""

from typing import Any

import httpx

from components.github.github_client import GitHubUnreachableError
from components.github.github_server import ask_graphql
from components.stack.settings import Settings
from migration.errors import PreflightError
from migration.plan import Monorepo

_QUERY = """query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) {
  isArchived
  issues(first: 1, states: OPEN) { totalCount }
  pullRequests(first: 1, states: OPEN) { totalCount }
  refs(first: 1, refPrefix: "refs/heads/") { totalCount }
} }"""


def check_open_work(settings: Settings, monorepo: Monorepo) -> None:
    """Refuse to archive a monorepo on GitHub in which people have open work, unless the plan confirms it.

    Sends one request, and only when the stack archives. Raises PreflightError, GitHubUnreachableError.
    """
    if not (settings.archive and settings.monorepo_repository) or monorepo.archive_open_work:
        return
    owner, _, name = settings.monorepo_repository.partition("/")
    try:
        answer = ask_graphql(settings, _QUERY, {"owner": owner, "name": name}).json()
    except httpx.HTTPError as error:
        raise GitHubUnreachableError.of(error, settings) from None
    if errors := answer.get("errors"):
        raise PreflightError(
            f"{settings.monorepo_repository}: GitHub does not show its open work: {errors[0]['message']}. Nothing was "
            "written. Give the token access to issues, pull requests, and contents of the monorepo."
        )
    found = answer["data"]["repository"]
    if not found["isArchived"] and (work := open_work(found)):
        raise PreflightError(
            f"{settings.monorepo_repository}: It has {work}, which become read-only when it is archived. Nothing was "
            "written. Close or move them, or set `archive_open_work: true` under `monorepo` in the plan."
        )


def open_work(repository: dict[str, Any]) -> str:
    """What is open, in words; "" for nothing. repository: as GraphQL shows it."""
    counts = {
        "open issue": repository["issues"]["totalCount"],
        "open pull request": repository["pullRequests"]["totalCount"],
        "other branch": repository["refs"]["totalCount"] - 1,
    }
    plurals = {"other branch": "other branches"}
    return ", ".join(
        f"{count} {name if count == 1 else plurals.get(name, f'{name}s')}"
        for name, count in counts.items()
        if count > 0
    )

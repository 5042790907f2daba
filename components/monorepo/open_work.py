"""People's open work in the monorepo, which becomes read-only when the monorepo is archived."""

from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from components.github.github_client import GitHubUnreachableError
from components.github.github_server import ask_graphql
from components.stack.settings import Settings
from migration.errors import PreflightError
from migration.plan import Monorepo
from migration.preflight import Finding, UnclaimedFile

_QUERY = """query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) {
  isArchived
  issues(first: 1, states: OPEN) { totalCount }
  pullRequests(first: 1, states: OPEN) { totalCount }
  refs(first: 1, refPrefix: "refs/heads/") { totalCount }
} }"""


def check_open_work(settings: Settings, monorepo: Monorepo, leftovers: Sequence[UnclaimedFile]) -> None:
    """Raises PreflightError with the finding below, GitHubUnreachableError."""
    for finding in open_work_findings(settings, monorepo, leftovers):
        raise PreflightError(f"{finding.repository}: It {finding.problem}. Nothing was written. {finding.remedy}")


def open_work_findings(settings: Settings, monorepo: Monorepo, leftovers: Sequence[UnclaimedFile]) -> Iterator[Finding]:
    """Refuse to archive a monorepo on GitHub in which people have open work, unless the plan confirms it.

    leftovers: files of the monorepo that no repository takes. Sends one request, and only when the stack archives.
    Raises GitHubUnreachableError.
    """
    if not (settings.archive and settings.monorepo_repository) or monorepo.archive_open_work:
        return
    owner, _, name = settings.monorepo_repository.partition("/")
    try:
        answer = ask_graphql(settings, _QUERY, {"owner": owner, "name": name}).json()
    except httpx.HTTPError as error:
        raise GitHubUnreachableError.of(error, settings) from None
    if errors := answer.get("errors"):
        problem = f"has open work that GitHub does not show: {errors[0]['message']}"
        remedy = "Give the token access to issues, pull requests, and contents of the monorepo."
        yield Finding.refusal("open-work", settings.monorepo_repository, problem, remedy)
        return
    found = answer["data"]["repository"]
    work = ", ".join(filter(None, [open_work(found), _folders(leftovers)]))
    if work and not found["isArchived"]:
        remedy = "Close or move them, or set `archive_open_work: true` under `monorepo` in the plan."
        yield Finding.refusal(
            "open-work", settings.monorepo_repository, f"has {work}, which become read-only when it is archived", remedy
        )


def _folders(leftovers: Sequence[UnclaimedFile]) -> str:
    """Folders that no repository takes, in words; files beside folders that move are the archive's own."""
    names = [leftover.folder for leftover in leftovers if leftover.whole]
    some = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return f"{len(names)} folder{'' if len(names) == 1 else 's'} that no repository takes ({some})" if names else ""


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

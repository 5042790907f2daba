"""The connection to GitHub: Pulumi's provider for it, and what it holds already."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pulumi_github as github
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from components.settings import Settings, SettingsError, github_token

_EXISTING = """
query($owner: String!, $after: String) {
  repositoryOwner(login: $owner) {
    repositories(first: 100, after: $after) {
      nodes {
        name
        nameWithOwner
        labels(first: 100) { nodes { name } }
      }
      pageInfo { hasNextPage endCursor }
    }
    ... on Organization { teams(first: 100) { nodes { slug databaseId } } }
  }
}
"""


@dataclass(frozen=True, kw_only=True)
class ExistingRepository:
    """What one repository has. labels: their names."""

    labels: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Existing:
    """What the owner has, archived or not: repositories by name, the number of each team by slug."""

    repositories: Mapping[str, ExistingRepository]
    teams: Mapping[str, int]


def github_provider(settings: Settings) -> github.Provider:
    """The provider for the stack's owner. The token stays in the environment, so the state never holds it."""
    return github.Provider(
        "github",
        owner=settings.owner,
        base_url=settings.github.api,
        # GitHub asks for a second between writes, so that its secondary rate limits are not met:
        # https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
        write_delay_ms=0 if settings.github.is_local else 1000,
    )


def existing_at_github(settings: Settings) -> Existing:
    """Everything that a run which was killed, or people, may have made under a name of the plan.

    One request for every hundred repositories. Raises SettingsError.
    """
    repositories: dict[str, ExistingRepository] = {}
    teams: dict[str, int] = {}
    try:
        for owner in _pages(settings):
            for node in owner["repositories"]["nodes"]:
                # Those of others, to which a person was invited, are listed too.
                if node["nameWithOwner"].lower() == f"{settings.owner}/{node['name']}".lower():
                    labels = frozenset(label["name"] for label in (node["labels"] or {}).get("nodes", ()))
                    repositories[node["name"]] = ExistingRepository(labels=labels)
            teams |= {team["slug"]: team["databaseId"] for team in owner.get("teams", {}).get("nodes", ())}
    except httpx.HTTPError as error:
        raise SettingsError(_explained(error, settings)) from None
    return Existing(repositories=repositories, teams=teams)


def _pages(settings: Settings) -> Iterator[dict[str, Any]]:
    """The owner, once for each page of repositories; nothing when GitHub knows no such owner."""
    after = None
    while True:
        variables = {"owner": settings.owner, "after": after}
        owner = graphql(settings, _EXISTING, variables)["data"]["repositoryOwner"]
        if owner is None:
            return
        yield owner
        page = owner["repositories"]["pageInfo"]
        if not page["hasNextPage"]:
            return
        after = page["endCursor"]


@retry(
    retry=retry_if_exception_type(httpx.TransportError),
    stop=stop_after_attempt(3),
    wait=wait_exponential(0.2),
    reraise=True,
)
def graphql(settings: Settings, query: str, variables: Mapping[str, Any], token: str | None = None) -> dict[str, Any]:
    """GitHub's answer: "data", and "errors" where there are some. Raises httpx.HTTPError.

    token: the one of the environment, if not given.
    """
    headers = {"Authorization": f"Bearer {token or github_token()}"}
    body = {"query": query, "variables": dict(variables)}
    answer: dict[str, Any] = (
        httpx.post(settings.github.graphql, json=body, headers=headers, timeout=30).raise_for_status().json()
    )
    return answer


def _explained(error: httpx.HTTPError, settings: Settings) -> str:
    if isinstance(error, httpx.HTTPStatusError) and error.response.status_code in (401, 403):
        return (
            f"GitHub at {settings.github.address} refused the token in GITHUB_TOKEN "
            f"({error.response.status_code}: {error.response.json().get('message')}). "
            f"Give one that may create repositories for {settings.owner}; for the sandbox run ./multirepo shell."
        )
    return (
        f"GitHub at {settings.github.address} could not be asked for {settings.owner}'s repositories: {error}. "
        "Check the address (multirepo:github) and the network; for the sandbox run ./multirepo sandbox start."
    )

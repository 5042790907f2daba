"""What GitHub says of the owner's plan, of itself and of what it still answers; asked only before something is made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from components.github.github_client import GitHubUnreachableError
from components.github.github_server import ask_rest
from components.github.inventory import GitHubInventory
from components.github.organization_policies import OrganizationPolicies, Repositories, organization_policies
from components.stack.settings import Settings

_ENTERPRISE = ("enterprise", "business", "business_plus")


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """Requests of one hour. reset: when the next hour starts.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """

    limit: int
    remaining: int
    reset: datetime

    @classmethod
    def of(cls, response: Mapping[str, int]) -> "RateLimit":
        """From GitHub's object."""
        reset = datetime.fromtimestamp(response["reset"], UTC)
        return cls(limit=response["limit"], remaining=response["remaining"], reset=reset)


@dataclass(frozen=True, kw_only=True)
class ServerFacts:
    """plan: "free", "pro", "team" or "enterprise"; None when GitHub does not show it, as to others than owners.

    version: of a GitHub Enterprise Server, like (3, 19); None on github.com, which has everything.
    rest, graphql: what is left of this hour; None for a server without limits.
    """

    plan: str | None
    version: tuple[int, int] | None
    rest: RateLimit | None
    graphql: RateLimit | None
    policies: OrganizationPolicies = field(default_factory=OrganizationPolicies)


def server_facts(settings: Settings, existing: GitHubInventory, repositories: Repositories) -> ServerFacts:
    """A handful of requests, of which that for the rate limit costs nothing. Raises GitHubUnreachableError."""
    try:
        resources = _found(settings, "rate_limit").get("resources", {})
        version = existing.version
        if version is None and settings.github.api.endswith("/api/v3/"):  # neither github.com nor ghe.com
            version = _found(settings, "meta").get("installed_version")
        return ServerFacts(
            plan=_plan(settings, existing, version),
            version=_parse(version),
            rest=RateLimit.of(resources["core"]) if "core" in resources else None,
            graphql=RateLimit.of(resources["graphql"]) if "graphql" in resources else None,
            policies=organization_policies(settings, repositories, frozenset(existing.repositories))
            if existing.owner == "Organization"
            else OrganizationPolicies(),
        )
    except httpx.HTTPError as error:
        raise GitHubUnreachableError.of(error, settings) from None


def _plan(settings: Settings, existing: GitHubInventory, version: str | None) -> str | None:
    """A GitHub Enterprise Server is an enterprise's. GitHub shows a user's plan to that user alone."""
    if version:
        return "enterprise"
    mine = existing.viewer.lower() == settings.owner.lower()
    path = f"orgs/{settings.owner}" if existing.owner == "Organization" else "user" if mine else None
    name = (_found(settings, path).get("plan") or {}).get("name") if path else None
    return "enterprise" if name in _ENTERPRISE else name


def _found(settings: Settings, path: str) -> dict[str, Any]:
    """The object there; empty when there is none, as for the rate limit of a server that has none."""
    try:
        return ask_rest(settings, path)
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.NOT_FOUND:
            return {}
        raise


def _parse(version: str | None) -> tuple[int, int] | None:
    numbers = re.match(r"(\d+)\.(\d+)", version or "")
    return (int(numbers[1]), int(numbers[2])) if numbers else None

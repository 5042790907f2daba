"""The connection to GitHub: Pulumi's provider for it, and the requests that the program makes itself."""

import os
from collections.abc import Mapping
from typing import Any

import httpx
import pulumi_github as github

from components.github.github_client import WRITE_DELAY, github_client
from components.stack.settings import TOKEN_VARIABLE, Settings


def github_provider(settings: Settings) -> github.Provider:
    """The provider for the stack's owner. The token stays in the environment, so the state never holds it.

    It has two clients. The older one sends one request after the other and waits after each write, as GitHub asks for;
    for the sandbox it does neither. The newer one keeps what it has read, and asks only whether that has changed, which
    costs nothing: GITHUB_LEGACY_CLIENT=false and GITHUB_CACHE_PATH choose it for runs that only read, as
    `./multirepo drift` does. It does not pause between writes, and stops after a hundred answers with an error.
    """
    # The SDK would take the token from the environment into the state; the provider finds it there by itself.
    token = os.environ.pop(TOKEN_VARIABLE, None)
    try:
        return github.Provider(
            "github",
            owner=settings.owner,
            base_url=settings.github.api,
            parallel_requests=settings.github.is_local or None,
            write_delay_ms=0 if settings.github.is_local else int(WRITE_DELAY * 1000),
        )
    finally:
        if token is not None:
            os.environ[TOKEN_VARIABLE] = token


def graphql(settings: Settings, query: str, variables: Mapping[str, Any], token: str | None = None) -> dict[str, Any]:
    """GitHub's answer: "data", and "errors" where there are some. Raises httpx.HTTPError.

    token: the one of the environment, if not given.
    """
    answer: dict[str, Any] = ask_graphql(settings, query, variables, token).json()
    return answer


def ask_graphql(
    settings: Settings, query: str, variables: Mapping[str, Any], token: str | None = None
) -> httpx.Response:
    """GitHub's answer with its headers, otherwise as `graphql`."""
    with github_client(settings, token=token) as client:
        body = {"query": query, "variables": dict(variables)}
        return client.post(settings.github.graphql, json=body).raise_for_status()


def ask_rest(settings: Settings, path: str) -> dict[str, Any]:
    """The object at a path below the root of REST, without a slash at its start; empty for 204.

    Raises httpx.HTTPError.
    """
    with github_client(settings) as client:
        answer = client.get(path).raise_for_status()
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found

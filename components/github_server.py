"""The connection to GitHub: Pulumi's provider for it, and what it holds already."""

import httpx
import pulumi_github as github
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from components.settings import Settings, SettingsError, github_token


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


def existing_repositories(settings: Settings) -> frozenset[str]:
    """The names of the repositories that the owner has, archived ones too. Raises SettingsError.

    https://docs.github.com/en/rest/repos/repos#list-organization-repositories, and for an owner who is a person
    https://docs.github.com/en/rest/repos/repos#list-repositories-for-the-authenticated-user
    """
    headers = {"Authorization": f"Bearer {github_token()}", "Accept": "application/vnd.github+json"}
    with httpx.Client(base_url=settings.github.api, headers=headers, timeout=30) as client:
        try:
            listings = (f"orgs/{settings.owner}/repos", "user/repos?affiliation=owner")
            pages = next(filter(None, (_pages(client, listing) for listing in listings)), [])
            return frozenset(repository["name"] for page in pages for repository in page)
        except httpx.HTTPError as error:
            raise SettingsError(_explained(error, settings)) from None


def _pages(client: httpx.Client, listing: str) -> list[list[dict[str, str]]] | None:
    """Every page of a listing; None when GitHub has no such listing."""
    pages = []
    address: str | None = f"{listing}{'&' if '?' in listing else '?'}per_page=100"
    while address:
        response = _get(client, address)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        pages.append(response.raise_for_status().json())
        address = response.links.get("next", {}).get("url")
    return pages


@retry(
    retry=retry_if_exception_type(httpx.TransportError),
    stop=stop_after_attempt(3),
    wait=wait_exponential(0.2),
    reraise=True,
)
def _get(client: httpx.Client, address: str) -> httpx.Response:
    return client.get(address)


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

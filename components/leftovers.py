"""Make room at GitHub for what is about to be created, where GitHub refuses a second thing of the same name.

A run that was killed after GitHub made something, and before Pulumi wrote it down, leaves it behind. What is made next
is the same or says it better, so the leftover goes just before. A thing that the state holds is never touched: these
hooks run for creations alone, so a run that changes nothing asks nothing.
"""

from collections.abc import Callable

import httpx
import pulumi

from components.settings import Settings, github_token

Find = Callable[[httpx.Client], str | None]
"""The path at which a leftover can be deleted, below the repository; None when there is none."""


class Leftovers:
    """Leftovers in the repositories of one owner."""

    def __init__(self, settings: Settings) -> None:
        self._api, self._owner = settings.github.api, settings.owner

    def ruleset(self, name: str, repository: str, ruleset: str) -> pulumi.ResourceHookBinding:
        """The hook for the resource `name`: https://docs.github.com/en/rest/repos/rules"""

        def find(client: httpx.Client) -> str | None:
            listing = client.get("rulesets", params={"includes_parents": "false", "per_page": 100})
            named = (one for one in listing.raise_for_status().json() if one["name"] == ruleset)
            return next((f"rulesets/{one['id']}" for one in named), None)

        return self._before_creation(name, repository, find)

    def at(self, name: str, repository: str, path: str) -> pulumi.ResourceHookBinding:
        """The hook for the resource `name`, whose leftover would be at this path below the repository."""
        return self._before_creation(name, repository, lambda _: path)

    def _before_creation(self, name: str, repository: str, find: Find) -> pulumi.ResourceHookBinding:
        def remove(_: pulumi.ResourceHookArgs) -> None:
            headers = {"Authorization": f"Bearer {github_token()}"}
            address = f"{self._api}repos/{self._owner}/{repository}/"
            with httpx.Client(base_url=address, headers=headers, timeout=30) as client:
                path = find(client)
                if path and client.delete(path).status_code not in (httpx.codes.NO_CONTENT, httpx.codes.NOT_FOUND):
                    pulumi.log.warn(f"{repository}: what an interrupted run left at {path} could not be removed")

        return pulumi.ResourceHookBinding(before_create=[pulumi.ResourceHook(f"{name}-leftover", remove)])

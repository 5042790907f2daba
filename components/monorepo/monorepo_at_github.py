"""The monorepo's repository on GitHub, if it is there: rules that keep frozen folders and tags, and the archive."""

from collections.abc import Mapping
from types import TracebackType

import httpx

from components.github.github_client import github_client
from components.stack.settings import Settings

FOLDERS, TAGS = "Frozen folders", "Tags of the migration"
_ADMINS = [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}]
"""Who administers the monorepo, the migration's account among them."""


class MonorepoAtGitHub:
    """repository: "owner/name"; "" for a monorepo that is elsewhere, of which nothing is asked."""

    def __init__(self, settings: Settings, repository: str) -> None:
        self._client = github_client(settings, "repos/")
        self._repository = repository

    def __enter__(self) -> "MonorepoAtGitHub":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._client.close()

    def is_archived(self) -> bool:
        """https://docs.github.com/en/rest/repos/repos#get-a-repository"""
        return bool(self._client.get(self._repository).raise_for_status().json()["archived"])

    def archive(self, archived: bool) -> None:
        """Archive it, or take it out of the archive: https://docs.github.com/en/rest/repos/repos#update-a-repository"""
        if self._repository and self.is_archived() != archived:
            self._client.patch(self._repository, json={"archived": archived}).raise_for_status()

    def protect(self, paths: list[str]) -> str:
        """Let nobody but administrators push changes of these paths, or touch the migration's tags.

        paths: patterns as GitHub's; none takes the rule away. Why GitHub cannot do it, or "".
        https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets#restrict-file-paths
        """
        if not self._repository or self.is_archived():
            return ""
        rule = {"type": "file_path_restriction", "parameters": {"restricted_file_paths": paths}}
        tags = ["refs/tags/frozen/*", "refs/tags/pre-migration-*", "refs/tags/archived-*", "refs/tags/rolled-back/**/*"]
        tag_rules = {
            "target": "tag",
            "conditions": {"ref_name": {"include": tags, "exclude": []}},
            "rules": [{"type": "update"}, {"type": "deletion"}],
        }
        refusals = [
            self._ruleset(FOLDERS, {"target": "push", "rules": [rule]} if paths else None),
            self._ruleset(TAGS, tag_rules),
        ]
        return " ".join(filter(None, refusals))

    def _ruleset(self, name: str, rules: Mapping[str, object] | None) -> str:
        """Owners on small plans, public repositories and old servers have no rulesets, or none for pushes."""
        rulesets = f"{self._repository}/rulesets"
        listing = self._client.get(rulesets, params={"includes_parents": "false", "per_page": 100})
        if listing.status_code in (httpx.codes.NOT_FOUND, httpx.codes.FORBIDDEN):
            return f"GitHub has no rulesets for {self._repository}." if rules else ""
        existing_id = next((entry["id"] for entry in listing.raise_for_status().json() if entry["name"] == name), None)
        if rules is None:
            if existing_id:
                self._client.delete(f"{rulesets}/{existing_id}").raise_for_status()
            return ""
        body = {"name": name, "enforcement": "active", "bypass_actors": _ADMINS, **rules}
        address = f"{rulesets}/{existing_id}" if existing_id else rulesets
        answer = self._client.request("PUT" if existing_id else "POST", address, json=body)
        if answer.status_code in (httpx.codes.UNPROCESSABLE_ENTITY, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND):
            return f"GitHub did not take the ruleset {name!r}: {answer.json().get('message')}."
        answer.raise_for_status()
        return ""

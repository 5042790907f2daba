"""What GitHub holds already where the stack is about to create something.

A preview reports it and the changes that its adoption makes.

In an `up` it makes room where GitHub refuses a second thing of the same name: a run that was killed leaves one behind
when GitHub had made it and Pulumi had not written it down.

A thing that the state holds is never touched: these hooks run for creations alone. So a run that changes nothing asks
nothing.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
import pulumi

from components.github.github_client import github_client
from components.github.replacements import changes
from components.stack.settings import Settings

RULESET = "github:index/repositoryRuleset:RepositoryRuleset"
ALERTS = "github:index/repositoryVulnerabilityAlerts:RepositoryVulnerabilityAlerts"
TEAM_ROLE = "github:index/teamRepository:TeamRepository"
POLICY = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"
REMOVED = {
    "github:index/actionsVariable:ActionsVariable": "actions/variables/{variableName}",
    "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable": (
        "environments/{environment}/variables/{variableName}"
    ),
    "github:index/issueLabel:IssueLabel": "labels/{name}",
    "github:index/branchProtection:BranchProtection": "branches/{pattern}/protection",
}
"""Types of which GitHub refuses a second one, and where one is, below the repository; rulesets and deployment policies
besides."""
OVERWRITTEN = {
    ALERTS: "vulnerability-alerts",
    "github:index/repositoryEnvironment:RepositoryEnvironment": "environments/{environment}",
    "github:index/actionsSecret:ActionsSecret": "actions/secrets/{secretName}",
    "github:index/dependabotSecret:DependabotSecret": "dependabot/secrets/{secretName}",
    "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret": "environments/{environment}/secrets/{secretName}",
}
"""Types of which GitHub takes a second one in place of the first; roles of teams besides."""


class CreationHooks:
    """Those in one repository of the stack's owner. exists: whether the repository was there before the run."""

    def __init__(self, settings: Settings, repository: str, exists: bool) -> None:
        self._settings, self._repository = settings, repository
        options = pulumi.ResourceHookOptions(on_dry_run=exists)
        hook = pulumi.ResourceHook(f"{repository}-leftovers", self._before_creation, options)
        self._hooks = pulumi.ResourceHookBinding(before_create=[hook])

    @property
    def hooks(self) -> pulumi.ResourceHookBinding:
        """For each resource whose type is named above; one hook serves all of them."""
        return self._hooks

    def _before_creation(self, args: pulumi.ResourceHookArgs) -> None:
        with github_client(self._settings, f"repos/{self._settings.owner}/{self._repository}/") as client:
            path = self._path(client, args.type, args.name, args.new_inputs or {})
            if path and pulumi.runtime.is_dry_run():
                if args.type != POLICY:  # one of the same pattern is the same
                    self._report(client, path, args)
            elif path and (args.type in REMOVED or args.type in (RULESET, POLICY)):
                self._remove(client, path)

    def _path(self, client: httpx.Client, kind: str, name: str, inputs: Mapping[str, Any]) -> str | None:
        """Where the thing would be; None for a ruleset or a deployment policy that is not there."""
        if kind == RULESET:
            # https://docs.github.com/en/rest/repos/rules
            listing = client.get("rulesets", params={"includes_parents": "false", "per_page": 100})
            named = (entry for entry in listing.raise_for_status().json() if entry["name"] == inputs["name"])
            return next((f"rulesets/{entry['id']}" for entry in named), None)
        if kind == POLICY:
            return self._policy(client, inputs)
        if kind == TEAM_ROLE:
            owner, team = self._settings.owner, name.rpartition("/")[2]
            return f"{self._settings.github.api}orgs/{owner}/teams/{team}/repos/{owner}/{self._repository}"
        quoted = {key: quote(value, safe="") for key, value in inputs.items() if isinstance(value, str)}
        return (REMOVED | OVERWRITTEN)[kind].format_map(quoted)

    def _policy(self, client: httpx.Client, inputs: Mapping[str, Any]) -> str | None:
        """https://docs.github.com/en/rest/deployments/branch-policies: a second one of a pattern gets 303."""
        place = f"environments/{quote(inputs['environment'], safe='')}/deployment-branch-policies"
        listing = client.get(place, params={"per_page": 100})
        if listing.status_code == httpx.codes.NOT_FOUND:
            return None
        pattern = ("tag", inputs["tagPattern"]) if "tagPattern" in inputs else ("branch", inputs.get("branchPattern"))
        policies = listing.raise_for_status().json()["branch_policies"]
        same = (policy for policy in policies if (policy.get("type", "branch"), policy["name"]) == pattern)
        return next((f"{place}/{policy['id']}" for policy in same), None)

    def _report(self, client: httpx.Client, path: str, args: pulumi.ResourceHookArgs) -> None:
        # https://docs.github.com/en/rest/teams/teams#check-team-permissions-for-a-repository
        answer = client.get(path, headers={"Accept": "application/vnd.github.v3.repository+json"})
        found = answer.json() if answer.status_code == httpx.codes.OK else None
        if args.type == ALERTS:
            # https://docs.github.com/en/rest/repos/repos#check-if-vulnerability-alerts-are-enabled-for-a-repository
            found = {"enabled": answer.status_code == httpx.codes.NO_CONTENT}
        if found is not None:
            for change in changes(args.type, found, args.new_inputs or {}):
                pulumi.log.warn(f"{args.name} exists on GitHub; `up` changes: {change}")

    def _remove(self, client: httpx.Client, path: str) -> None:
        if client.delete(path).status_code not in (httpx.codes.NO_CONTENT, httpx.codes.NOT_FOUND):
            pulumi.log.warn(f"{self._repository}: what an interrupted run left at {path} could not be removed")

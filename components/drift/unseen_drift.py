"""Drift that Pulumi's provider does not see, asked of GitHub by ourselves. Only reads.

The provider follows a renamed repository without a word, fails where one is gone, keeps the reviewers of an environment
that has none any more, and knows no policy of an environment for branches and tags but those that the stack made.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from components.drift.drift import (
    ENVIRONMENT,
    MONOREPO,
    REPOSITORY,
    TEAM,
    Difference,
    Drift,
    RefreshedResource,
)
from components.github.github_server import graphql
from components.stack.settings import Settings
from migration.cutover.stragglers import Straggler

POLICY = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"

_NAMES = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Repository { id name owner { login } } } }"


def lost_repositories(settings: Settings, token: str, made: Mapping[str, RefreshedResource]) -> list[Drift]:
    """The repositories that are there no more, or under another name. made: by URN, as the last `up` left them.

    One request for every hundred repositories. Raises httpx.HTTPError.
    """
    repositories = {resource.was["nodeId"]: resource for resource in made.values() if resource.type == REPOSITORY}
    ids, names = list(repositories), dict[str, str]()
    for first in range(0, len(ids), 100):
        # What is gone is null, with an error beside the data that says the same again.
        answer = graphql(settings, _NAMES, {"ids": ids[first : first + 100]}, token)
        found = [node for node in answer["data"]["nodes"] if node and node["owner"]["login"] == settings.owner]
        names |= {node["id"]: node["name"] for node in found}
    lost = {node: repository for node, repository in repositories.items() if names.get(node) != repository.was["name"]}
    return [
        _lost(repository, str(repository.inputs["name"]), names.get(node), settings.owner)
        for node, repository in lost.items()
    ]


def _lost(repository: RefreshedResource, planned: str, name: str | None, owner: str) -> Drift:
    state_deletion = f"pulumi state delete --yes --target-dependents '{repository.parent}'"
    renamed = f"gh api --method PATCH repos/{owner}/{name} --raw-field name={planned}"
    return Drift(
        area="settings",
        repository=planned,
        thing="repository",
        resource=repository,
        is_gone=name is None,
        differences=() if name is None else (Difference(property="name", was=planned, now=name),),
        before_up=(state_deletion if name is None else renamed,),
    )


def environment_drifts(client: httpx.Client, owner: str, resources: Mapping[str, RefreshedResource]) -> Iterator[Drift]:
    """Reviewers that are gone, and policies that the stack did not make, of the environments that are there.

    client: of the REST API. One request for each repository with environments, one more for each environment that has
    policies. Raises httpx.HTTPError.
    """
    environments: dict[str, list[RefreshedResource]] = {}
    for resource in resources.values():
        if resource.type == ENVIRONMENT and resource.op != "delete":
            environments.setdefault(resource.inputs["repository"], []).append(resource)
    for repository, managed in sorted(environments.items()):
        path = f"repos/{owner}/{repository}/environments"
        found = client.get(path, params={"per_page": 100}).raise_for_status().json()["environments"]
        theirs = {entry["name"]: entry for entry in found}
        for environment in managed:
            name = environment.inputs["environment"]
            if name in theirs:
                yield from _reviewers(environment, repository, path, theirs[name], resources)
                yield from _additional_policies(
                    client, environment, repository, f"{path}/{quote(name, safe='')}", resources
                )


def _reviewers(
    environment: RefreshedResource,
    repository: str,
    path: str,
    found: Mapping[str, Any],
    resources: Mapping[str, RefreshedResource],
) -> Iterator[Drift]:
    """By name, as the plan has them. The provider does not see that all of them are gone."""
    desired = [
        (kind, int(number))
        for reviewer in environment.was.get("reviewers") or ()
        for kind, key in (("Team", "teams"), ("User", "users"))
        for number in reviewer.get(key) or ()
    ]
    entries = [each for rule in found["protection_rules"] for each in rule.get("reviewers", ())]
    now = {(each["type"], each["reviewer"]["id"]): _reviewer_name(each) for each in entries}
    if set(desired) == set(now):
        return
    slugs = {int(team.was["id"]): team.was["slug"] for team in resources.values() if team.type == TEAM and team.was}
    was = [
        now.get(pair) or (slugs.get(pair[1]) if pair[0] == "Team" else None) or f"user {pair[1]}" for pair in desired
    ]
    name = environment.inputs["environment"]
    restore = _restoration(environment, f"{path}/{quote(name, safe='')}", found, desired)
    yield Drift(
        area="settings",
        repository=repository,
        thing=f"environment {name}",
        resource=environment,
        differences=(Difference(property="reviewers", was=sorted(was) or None, now=sorted(now.values()) or None),),
        before_up=() if now else (restore,),
    )


def _reviewer_name(entry: Mapping[str, Any]) -> str:
    """The slug of a team, or "@login"."""
    reviewer = entry["reviewer"]
    return str(reviewer["slug"]) if entry["type"] == "Team" else f"@{reviewer['login']}"


def _restoration(
    environment: RefreshedResource, address: str, found: Mapping[str, Any], desired: Iterable[tuple[str, int]]
) -> str:
    policy = found["deployment_branch_policy"] or {}
    fields = [f"--field wait_timer={environment.inputs.get('waitTimer') or 0:.0f}"]
    fields += [f"--raw-field 'reviewers[][type]={kind}' --field 'reviewers[][id]={number}'" for kind, number in desired]
    fields += [f"--field 'deployment_branch_policy[{key}]={str(on).lower()}'" for key, on in policy.items()]
    return f"gh api --method PUT {address} {' '.join(fields)}"


def _additional_policies(
    client: httpx.Client,
    environment: RefreshedResource,
    repository: str,
    path: str,
    resources: Mapping[str, RefreshedResource],
) -> Iterator[Drift]:
    if not (environment.now.get("deploymentBranchPolicy") or {}).get("customBranchPolicies"):
        return
    name = environment.inputs["environment"]
    managed = [
        resource
        for resource in resources.values()
        if resource.type == POLICY
        and resource.inputs["repository"] == repository
        and resource.inputs["environment"] == name
    ]
    made = {
        ("tag", resource.inputs["tagPattern"])
        if "tagPattern" in resource.inputs
        else ("branch", resource.inputs["branchPattern"])
        for resource in managed
    }
    numbers = {resource.was.get("policyId") for resource in managed}  # a changed pattern is the provider's to report
    answer = client.get(f"{path}/deployment-branch-policies", params={"per_page": 100})
    for policy in answer.raise_for_status().json()["branch_policies"]:
        if (policy.get("type", "branch"), policy["name"]) not in made and policy["id"] not in numbers:
            yield Drift(
                area="settings",
                repository=repository,
                thing=f"environment {name}: branches and tags {policy['name']}",
                resource=environment,
                differences=(Difference(property=policy.get("type", "branch"), was=None, now=policy["name"]),),
                before_up=(f"gh api --method DELETE {path}/deployment-branch-policies/{policy['id']}",),
            )


def late_commits(found: Iterable[Straggler], made: Mapping[str, RefreshedResource]) -> Iterator[Drift]:
    """Commits in frozen folders of the monorepo, as drift of the monorepo. made: by URN."""
    monorepo = next((resource for resource in made.values() if resource.type == MONOREPO), None)
    for commit in found if monorepo else ():
        assert monorepo
        yield Drift(
            area="monorepo",
            repository=commit.repository,
            thing=f"commit {commit.commit[:12]} in the frozen {commit.folder}",
            resource=monorepo,
            differences=(Difference(property=commit.author, was=None, now=commit.subject),),
            before_up=(commit.command,),
        )

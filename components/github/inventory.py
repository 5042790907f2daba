"""What GitHub holds already of what a plan names, and what it says of who asks: all of it in one request."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from components.github.github_client import GitHubUnreachableError
from components.github.github_server import ask_graphql
from components.stack.settings import Settings
from migration.git.command import run_git
from migration.plan import VENDOR_BRANCH
from migration.split.splitting import Split

_FOUND = """fragment Found on Repository {{
  nameWithOwner viewerCanAdminister isFork isArchived visibility stargazerCount forkCount
  description homepageUrl repositoryTopics(first: 100) {{ nodes {{ topic {{ name }} }} }}
  defaultBranchRef {{ name }}
  codeowners {{ errors {{ source suggestion kind }} }}
  vendor: ref(qualifiedName: "refs/heads/{vendor}") {{ name }}
  {labels}
}}"""


@dataclass(frozen=True, kw_only=True)
class Names:
    """What to look for. repositories and labels by name, teams by slug, people by login.

    branches: repository to the default branch that the plan gives it.
    """

    repositories: tuple[str, ...]
    branches: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExistingRepository:
    """One repository. labels: those of the labels looked for that it has.

    full_name: owner and name as they are now; another name than the one asked for when it was renamed.
    moved: it has the branch of moved history, or a commit of it should somebody have deleted the branch.
    started: its default branch has a commit.
    visibility: "private", "internal" or "public". stars, forks: how many.
    default_branch: "" while it has no commit. has_branch: whether the branch that the plan names is there.
    settings: description, homepage and topics, in the words of the REST API.
    owner_errors: lines of its CODEOWNERS that GitHub ignores, each with the reason.
    """

    full_name: str
    labels: frozenset[str] = frozenset()
    administered: bool = True
    fork: bool = False
    archived: bool = False
    moved: bool = False
    started: bool = False
    visibility: str = "private"
    stars: int = 0
    forks: int = 0
    default_branch: str = ""
    has_branch: bool = False
    settings: Mapping[str, object] = field(default_factory=dict)
    owner_errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExistingTeam:
    """members: logins of the first hundred, with those of child teams. member_count: of all."""

    members: frozenset[str]
    member_count: int


@dataclass(frozen=True, kw_only=True)
class GitHubInventory:
    """What the owner has, archived or not: repositories by name, numbers of teams by slug and of people by login.

    renamed: name to the repository that had it before. owner: "Organization", "User", or "" when there is none.
    scopes: those of a classic token; None when GitHub does not show them, as for fine-grained tokens and of apps.
    refused: GitHub's errors for what this token may not read.
    version: of a GitHub Enterprise Server that says it; None elsewhere. owner_id: the owner's number; None there.
    owned: whether who asks is an owner of the organization. team_members: by slug.
    members: logins of those people who belong to the organization; None if that was not asked.
    """

    repositories: Mapping[str, ExistingRepository]
    renamed: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, int] = field(default_factory=dict)
    people: Mapping[str, int] = field(default_factory=dict)
    owner: str = "Organization"
    viewer: str = ""
    creates: bool = True
    scopes: frozenset[str] | None = None
    refused: tuple[str, ...] = ()
    version: str | None = None
    owner_id: int | None = None
    owned: bool = False
    team_members: Mapping[str, ExistingTeam] = field(default_factory=dict)
    members: frozenset[str] | None = None


def existing_at_github(settings: Settings, names: Names) -> GitHubInventory:
    """Everything that a run which was killed, or people, may have made under a name of the plan.

    Raises GitHubUnreachableError when GitHub cannot be asked.
    """
    try:
        answer = ask_graphql(settings, query_for(settings.owner, names), {})
    except httpx.HTTPError as error:
        raise GitHubUnreachableError.of(error, settings) from None
    document = answer.json()
    refused = [error["message"] for error in document.get("errors", ()) if error.get("type") != "NOT_FOUND"]
    return _parse(settings, names, document.get("data") or {}, tuple(dict.fromkeys(refused)), answer.headers)


def recognised(settings: Settings, existing: GitHubInventory, split: Split) -> GitHubInventory:
    """The same, with those repositories as moved that lost the branch and still hold the history's first commit.

    Asks once more, and only where a repository has commits and no such branch. Raises GitHubUnreachableError.
    """
    heads = {name: history.head for name, history in split.histories.items() if history.head}
    suspects = [
        name
        for name, repository in existing.repositories.items()
        if repository.started and not repository.moved and name in heads
    ]
    if not suspects:
        return existing
    asked = []
    for number, name in enumerate(suspects):
        roots = run_git("rev-list", "--max-parents=0", heads[name], directory=split.git_dir).decode().split()
        objects = " ".join(_aliased("c", roots, "object(oid: {}) {{ oid }}"))
        named = f"owner: {json.dumps(settings.owner)}, name: {json.dumps(name)}"
        asked.append(f"n{number}: repository({named}) {{ {objects} }}")
    try:
        found = ask_graphql(settings, f"query {{ {' '.join(asked)} }}", {}).json()["data"]
    except httpx.HTTPError as error:
        raise GitHubUnreachableError.of(error, settings) from None
    recognised_names = {name for number, name in enumerate(suspects) if any((found[f"n{number}"] or {}).values())}
    repositories = {
        name: replace(repository, moved=True) if name in recognised_names else repository
        for name, repository in existing.repositories.items()
    }
    return replace(existing, repositories=repositories)


def query_for(owner: str, names: Names) -> str:
    """The whole question, each name under an alias: n0 for the first repository, then t0, u0 and l0.

    By name, because an owner may have thousands of repositories and hundreds of teams.
    https://docs.github.com/en/graphql/reference/interfaces#repositoryowner
    """
    members = "members(first: 100) {{ totalCount nodes {{ login }} }}"
    teams = " ".join(_aliased("t", names.teams, f"team(slug: {{}}) {{{{ databaseId {members} }}}}"))
    # GraphQL refuses a fragment that nothing uses.
    labels = " ".join(_aliased("l", names.labels, "label(name: {}) {{ name }}"))
    fragment = _FOUND.format(vendor=VENDOR_BRANCH, labels=labels)
    # Like teams, it needs the scope read:org.
    belongs = f"organization(login: {json.dumps(owner)}) {{{{ login }}}}" if names.teams else ""
    return f"""
query {{
  viewer {{ login }}
  repositoryOwner(login: {json.dumps(owner)}) {{
    __typename
    ... on Organization {{ databaseId viewerCanAdminister viewerCanCreateRepositories {teams} }}
    ... on User {{ databaseId }}
    {" ".join(_repositories(names))}
  }}
  {" ".join(_aliased("u", names.people, f"user(login: {{}}) {{{{ databaseId {belongs} }}}}"))}
}}
{fragment if names.repositories else ""}"""


def _repositories(names: Names) -> Iterator[str]:
    for number, name in enumerate(names.repositories):
        branch = json.dumps(f"refs/heads/{names.branches[name]}") if name in names.branches else None
        asked = f"branch: ref(qualifiedName: {branch}) {{ name }}" if branch else ""
        yield f"n{number}: repository(name: {json.dumps(name)}) {{ ...Found {asked} }}"


def _aliased(letter: str, values: Iterable[str], asked: str) -> Iterator[str]:
    for number, value in enumerate(values):
        yield f"{letter}{number}: {asked.format(json.dumps(value, ensure_ascii=False))}"


def _parse(
    settings: Settings, names: Names, data: Mapping[str, Any], refused: tuple[str, ...], headers: Mapping[str, str]
) -> GitHubInventory:
    owner = data.get("repositoryOwner") or {}
    found = {
        name: _repository(node, names.labels)
        for number, name in enumerate(names.repositories)
        if (node := owner.get(f"n{number}"))
    }
    unmoved = {
        name: entry for name, entry in found.items() if entry.full_name.lower() == f"{settings.owner}/{name}".lower()
    }
    scopes, version = headers.get("x-oauth-scopes"), headers.get("x-github-enterprise-version")
    return GitHubInventory(
        repositories=unmoved,
        renamed={name: entry.full_name for name, entry in found.items() if name not in unmoved},
        teams=_numbers(owner, "t", names.teams),
        people=_numbers(data, "u", names.people),
        owner=owner.get("__typename", ""),
        viewer=(data.get("viewer") or {}).get("login", ""),
        creates=owner.get("viewerCanCreateRepositories", True),
        scopes=None if scopes is None else frozenset(filter(None, scopes.replace(" ", "").split(","))),
        refused=refused,
        version=version,
        owner_id=None if version else owner.get("databaseId"),
        owned=bool(owner.get("viewerCanAdminister")),
        team_members=dict(_teams(owner, names.teams)),
        members=_members(data, names.people) if names.teams else None,
    )


def _repository(node: Mapping[str, Any], labels: Iterable[str]) -> ExistingRepository:
    return ExistingRepository(
        full_name=node["nameWithOwner"],
        labels=frozenset(label for number, label in enumerate(labels) if node[f"l{number}"]),
        administered=node["viewerCanAdminister"],
        fork=node["isFork"],
        archived=node["isArchived"],
        moved=bool(node["vendor"]),
        started=bool(node["defaultBranchRef"]),
        visibility=node["visibility"].lower(),
        stars=node["stargazerCount"],
        forks=node["forkCount"],
        default_branch=(node["defaultBranchRef"] or {}).get("name", ""),
        has_branch=bool(node.get("branch")),
        settings={
            "description": node["description"] or "",
            "homepage": node["homepageUrl"] or "",
            "topics": tuple(sorted(topic["topic"]["name"] for topic in node["repositoryTopics"]["nodes"])),
        },
        owner_errors=tuple(
            (error["source"], error["suggestion"] or error["kind"])
            for error in (node.get("codeowners") or {}).get("errors", ())
        ),
    )


def _teams(owner: Mapping[str, Any], slugs: Iterable[str]) -> Iterator[tuple[str, ExistingTeam]]:
    for number, slug in enumerate(slugs):
        if node := owner.get(f"t{number}"):
            found = node["members"]
            logins = frozenset(member["login"] for member in found["nodes"])
            yield slug, ExistingTeam(members=logins, member_count=found["totalCount"])


def _members(data: Mapping[str, Any], people: Iterable[str]) -> frozenset[str]:
    found = ((login, data.get(f"u{number}")) for number, login in enumerate(people))
    return frozenset(login for login, node in found if node and node.get("organization"))


def _numbers(nodes: Mapping[str, Any], letter: str, names: Iterable[str]) -> dict[str, int]:
    """Name to number, of those that are there."""
    found = ((name, nodes.get(f"{letter}{number}")) for number, name in enumerate(names))
    return {name: int(node["databaseId"]) for name, node in found if node}

"""How many requests an `up` makes of GitHub, how long they take, and whether this hour's limit allows them. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from components.github.github_client import WRITE_DELAY
from components.github.inventory import GitHubInventory
from components.github.organization_policies import security_features
from components.github.requirements import GitHubRequirements
from components.github.server_facts import RateLimit, ServerFacts
from migration.desired_state import DesiredRepository, DesiredSettings

REPLY = 0.25
"""Seconds that an answer of github.com takes, about."""
WRITES_PER_HOUR = 500
"""Requests that make content, above which GitHub may slow a client down; it does not say which ones count.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
"""


@dataclass(frozen=True)
class Calls:
    """Requests: reads and writes of REST, queries and mutations of GraphQL. What git does is limited by nothing.

    unpaced: those of the queries that the program makes itself. The provider takes its own for writes.
    """

    reads: int = 0
    writes: int = 0
    queries: int = 0
    mutations: int = 0
    unpaced: int = 0

    def __add__(self, other: "Calls") -> "Calls":
        return Calls(*(a + b for a, b in zip(self.all, other.all, strict=True)))

    def __mul__(self, times: int) -> "Calls":
        return Calls(*(times * count for count in self.all))

    @property
    def all(self) -> tuple[int, int, int, int, int]:
        """The figures in their order."""
        return (self.reads, self.writes, self.queries, self.mutations, self.unpaced)

    @property
    def rest(self) -> int:
        """What counts against the limit of REST."""
        return self.reads + self.writes

    @property
    def graphql(self) -> int:
        """What counts against the limit of GraphQL, at one point each."""
        return self.queries + self.mutations

    @property
    def seconds(self) -> float:
        """How long they take on github.com, one after the other and with the pauses after writes.

        The provider counts everything it sends to GraphQL as a write.
        """
        return (self.rest + self.graphql) * REPLY + (self.writes + self.graphql - self.unpaced) * WRITE_DELAY


@dataclass(frozen=True)
class Cost:
    """Requests for one resource: when it is made, and when a refresh looks at it."""

    made: Calls
    refreshed: Calls


_READ = Calls(reads=1)
# Measured against the sandbox; tests/end_to_end holds every line. A label is deleted first where it is a default one.
COSTS: Mapping[str, Cost] = {
    "Team": Cost(Calls(reads=1, writes=2), _READ),
    "Repository": Cost(Calls(reads=2, writes=3), Calls(reads=2)),
    "topics": Cost(Calls(writes=2), Calls()),
    "BranchDefault": Cost(_READ, _READ),
    "CodeMove": Cost(Calls(), Calls()),
    "ManagedFiles": Cost(Calls(queries=1, mutations=1, unpaced=1), Calls(queries=1)),
    "first commit": Cost(Calls(writes=1, queries=1, unpaced=1), Calls()),
    "RepositoryRuleset": Cost(Calls(reads=1, writes=1), _READ),
    "BranchProtection": Cost(Calls(queries=2, mutations=1), Calls(queries=1)),
    "TeamRepository": Cost(Calls(reads=1, writes=1), _READ),
    "RepositoryEnvironment": Cost(Calls(reads=1, writes=1), _READ),
    "RepositoryEnvironmentDeploymentPolicy": Cost(Calls(reads=1, writes=1), _READ),
    "ActionsSecret": Cost(Calls(reads=3, writes=1), _READ),
    "DependabotSecret": Cost(Calls(reads=3, writes=1), _READ),
    "ActionsEnvironmentSecret": Cost(Calls(reads=3, writes=1), _READ),
    "ActionsVariable": Cost(Calls(reads=2, writes=1), _READ),
    "ActionsEnvironmentVariable": Cost(Calls(reads=2, writes=1), _READ),
    "IssueLabel": Cost(Calls(writes=2), _READ),
    "ActionsRepositoryPermissions": Cost(Calls(reads=1, writes=1), _READ),
    "selected actions": Cost(Calls(reads=1, writes=1), _READ),
    "WorkflowRepositoryPermissions": Cost(Calls(reads=1, writes=1), _READ),
    "ActionsRepositoryOidcSubjectClaimCustomizationTemplate": Cost(Calls(reads=1, writes=1), _READ),
    "RepositoryVulnerabilityAlerts": Cost(Calls(reads=1, writes=1), _READ),
    "RepositoryDependabotSecurityUpdates": Cost(Calls(reads=1, writes=1), _READ),
    "RepositoryCollaborator": Cost(Calls(reads=3, writes=1), Calls(reads=2)),
    "RepositoryWebhook": Cost(Calls(reads=2, writes=1), _READ),
    "RepositoryDeployKey": Cost(Calls(reads=2, writes=1), _READ),
    "RepositoryAutolinkReference": Cost(Calls(reads=2, writes=1), _READ),
    "RepositoryCustomProperty": Cost(Calls(reads=2, writes=1), _READ),
}
"""Kind of resource to what it costs; those in small letters are what a part of a resource costs besides."""
FACTS = Calls(reads=3)
"""What `server_facts` asks before the first repository is made; the query of the rate limit is free.

Where the plan names settings that a security configuration may decide, it asks for those of the organization too, and
for that of each such repository that exists.
"""
RUN = Calls(reads=1, queries=1)
"""What every run costs, whatever it changes: the provider looks for the owner, the program for what exists."""


def kinds_of(desired: DesiredRepository, settings: DesiredSettings) -> Counter[str]:
    """How many resources of each kind one repository is."""
    environments = settings.environments
    files = bool(settings.files or settings.initial_files) and not desired.archived
    protection = settings.protection
    return +Counter(
        {
            "Repository": 1,
            "topics": int(bool(desired.topics)),
            "CodeMove": int(desired.code is not None),
            "BranchDefault": int(desired.code is not None),
            "ManagedFiles": int(files),
            "first commit": int(files and desired.code is None),
            "RepositoryRuleset": len(protection.rulesets) if protection else 0,
            "BranchProtection": len(protection.branches) if protection else 0,
            "TeamRepository": len(settings.teams),
            "RepositoryEnvironment": len(environments),
            "RepositoryEnvironmentDeploymentPolicy": sum(
                len(environment.branches) + len(environment.tags) for environment in environments
            ),
            "ActionsSecret": len(settings.secrets),
            "DependabotSecret": len(settings.dependabot_secrets),
            "ActionsEnvironmentSecret": sum(len(environment.secrets) for environment in environments),
            "ActionsVariable": len(settings.variables),
            "ActionsEnvironmentVariable": sum(len(environment.variables) for environment in environments),
            "IssueLabel": len(settings.labels),
            "ActionsRepositoryPermissions": int(settings.actions is not None),
            "selected actions": int(settings.actions is not None and settings.actions.allowed == "selected"),
            "WorkflowRepositoryPermissions": int(settings.actions is not None),
            "ActionsRepositoryOidcSubjectClaimCustomizationTemplate": int(
                bool(settings.actions and settings.actions.oidc_subject)
            ),
            "RepositoryVulnerabilityAlerts": int(settings.vulnerability_alerts is not None),
            "RepositoryDependabotSecurityUpdates": int(settings.security_updates is not None),
            "RepositoryCollaborator": len(settings.collaborators),
            "RepositoryWebhook": len(settings.webhooks),
            "RepositoryDeployKey": len(settings.deploy_keys),
            "RepositoryAutolinkReference": len(settings.autolinks),
            "RepositoryCustomProperty": len(settings.properties),
        }
    )


@dataclass(frozen=True)
class Budget:
    """Requests of an `up` from nothing, of the next one as things are, of one that changes nothing, of a refresh."""

    first: Calls
    next: Calls
    again: Calls
    refresh: Calls


def budget_of(requirements: GitHubRequirements, existing: GitHubInventory) -> Budget:
    """The requests of one run; `pulumi up` with its own preview makes `again` once more.

    What was begun and not finished counts as done: the figures are those of whole repositories.
    """
    backup = Counter({"Repository": 1, "RepositoryRuleset": 2} if requirements.backup else {})
    first = Counter({"Team": len(requirements.teams)}) + backup
    coming = Counter({"Team": len(set(requirements.teams) - set(existing.teams))})
    if requirements.backup not in existing.repositories:
        coming += backup
    for name, (desired, settings) in requirements.repositories.items():
        kinds = kinds_of(desired, settings)
        first += kinds
        if name not in existing.repositories:
            coming += kinds
    return Budget(
        first=RUN + _facts(requirements, ()) + _sum(COSTS[kind].made * count for kind, count in first.items()),
        next=RUN
        + (_facts(requirements, existing.repositories) if requirements.is_new_to(existing) else Calls())
        + _sum(COSTS[kind].made * count for kind, count in coming.items()),
        again=RUN,
        refresh=RUN + _sum(COSTS[kind].refreshed * count for kind, count in first.items()),
    )


def _facts(requirements: GitHubRequirements, existing: Collection[str]) -> Calls:
    named = [name for name, planned in requirements.repositories.items() if security_features(*planned)]
    return FACTS + Calls(reads=bool(named) + len([name for name in named if name in existing]))


def beyond_the_limit(calls: Calls, server: ServerFacts) -> str | None:
    """What to know before an `up` for which this hour's limit may not do; None when it does."""
    for name, needed, limit in (("REST", calls.rest, server.rest), ("GraphQL", calls.graphql, server.graphql)):
        if limit and needed > limit.remaining:
            return (
                f"This makes about {needed:,} requests of GitHub's {name} API, and {limit.remaining:,} of "
                f"{limit.limit:,} are left until {limit.reset:%H:%M} UTC. The provider waits for the next hour and "
                f"goes on: {hours(duration(calls, limit))} in all. Or set fewer waves to `moving` at once."
            )
    return None


def duration(calls: Calls, limit: RateLimit | None) -> float:
    """Seconds that they take on github.com; the hours of the rate limit that must pass are part of it."""
    if limit is None or calls.rest <= limit.remaining:
        return calls.seconds
    return max(calls.seconds, 3600.0 * ceil((calls.rest - limit.remaining) / limit.limit))


def hours(seconds: float) -> str:
    """As people say it: "50 s", "12 min", "3.4 h"."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _sum(calls: Iterable[Calls]) -> Calls:
    return sum(calls, Calls())

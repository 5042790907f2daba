"""What `./multirepo preflight` asks GitHub and the registry: refusals, and how many requests an `up` makes."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from command_line.stack.sandbox_stack import sandbox_access
from command_line.stack.stack import Stack
from command_line.terminal.failures import CommandError
from components.github.github_client import WRITE_DELAY
from components.github.inventory import GitHubInventory, existing_at_github, recognised
from components.github.request_budget import WRITES_PER_HOUR, Budget, beyond_the_limit, budget_of, duration, hours
from components.github.requirements import GitHubRequirements, unmet
from components.github.server_facts import ServerFacts, server_facts
from components.monorepo.open_work import open_work_findings
from components.packages.registry import RegistryArgs
from components.registry.contract import users_of
from components.registry.devpi_exposure import exposures
from components.repository.secret_values import missing_values
from components.stack.locations import remote_of
from components.stack.registry_settings import SANDBOX
from components.stack.settings import TOKEN_VARIABLE, Settings
from migration.delivery.lag import standing_of
from migration.delivery.push import VENDOR_REF, other_history
from migration.desired_state import DesiredSettings, desired_state, settings_of_all, teams_of
from migration.git.pipeline_files import project_files
from migration.plan import Plan
from migration.preflight import Finding, Severity, UnclaimedFile
from migration.split.splitting import Split
from migration.toolchains.project_files import ProjectFiles

RUNS = {
    "next": "this `up`",
    "first": "the same from nothing",
    "again": "an `up` that changes nothing",
    "refresh": "`up --refresh`, changing nothing",
}


@dataclass(frozen=True)
class GitHubPreflight:
    """What GitHub and the registry said. missing_values: a sentence for each value that the stack lacks."""

    findings: tuple[Finding, ...]
    budget: Budget
    server: ServerFacts
    missing_values: tuple[str, ...] = ()

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """Those that would stop an `up`."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.REFUSAL)

    def table(self) -> Table:
        """Requests of each kind of run."""
        table = Table("run", box=None, pad_edge=False)
        for name in ("REST reads", "writes", "GraphQL", "on github.com"):
            table.add_column(name, justify="right")
        for field, title in RUNS.items():
            calls = getattr(self.budget, field)
            cells = (f"{calls.reads:,}", f"{calls.writes:,}", f"{calls.graphql:,}")
            table.add_row(title, *cells, hours(duration(calls, self.server.rest)))
        return table

    def limits(self) -> str:
        """What is left of this hour, the pace, and what else GitHub may do."""
        calls, rest = self.budget.next, self.server.rest
        left = f"{rest.remaining:,} of {rest.limit:,} left until {rest.reset:%H:%M} UTC. " if rest else "No limit. "
        pace = f"On github.com one write each {WRITE_DELAY:.0f} s"
        writes = calls.writes + calls.mutations
        slow = f"; should GitHub take no more than {WRITES_PER_HOUR} an hour, {hours(writes / WRITES_PER_HOUR * 3600)}"
        beyond = beyond_the_limit(calls, self.server)
        return left + pace + (slow if writes > WRITES_PER_HOUR else "") + "." + (f"\n! {beyond}" if beyond else "")

    def as_object(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "findings": [asdict(finding) for finding in self.findings],
            "missing_values": self.missing_values,
            "requests": {name: asdict(getattr(self.budget, name)) for name in RUNS},
            "remaining": self.server.rest and self.server.rest.remaining,
            "seconds": round(duration(self.budget.next, self.server.rest)),
        }


def check_github(stack: Stack, plan: Plan, split: Split, leftovers: Sequence[UnclaimedFile]) -> GitHubPreflight:
    """Ask, in a handful of requests of the API and two of Git for each repository, and write nothing.

    Raises SettingsError, CommandError, RemoteError.
    """
    if not stack.file.exists():
        raise CommandError(f"There is no {stack.file.name}. Run: pulumi stack init {stack.name}")
    if stack.in_sandbox:
        os.environ[TOKEN_VARIABLE] = sandbox_access(stack).token  # where the requests below look for it
    settings = stack.settings()
    state = desired_state(plan, settings.stages)
    settings_by_name = settings_of_all(plan, state, settings.owner, settings.registry, _project_files(plan, split))
    requirements = GitHubRequirements.of(
        settings.owner, state, settings_by_name, teams_of(plan, settings_by_name.values())
    )
    existing = recognised(settings, existing_at_github(settings, requirements.names), split)
    server = server_facts(settings, existing, requirements.repositories)
    missing = () if stack.in_sandbox else _missing_values(stack, settings, plan, settings_by_name)
    registry = exposures(settings.devpi) if settings.devpi and settings.devpi.server != SANDBOX else ()
    findings = (*unmet(requirements, existing, server), *_other_histories(settings, existing, plan, split), *registry)
    findings += tuple(open_work_findings(settings, plan.monorepo, leftovers))
    return GitHubPreflight(findings, budget_of(requirements, existing), server, missing)


def _other_histories(settings: Settings, existing: GitHubInventory, plan: Plan, split: Split) -> Iterator[Finding]:
    """Repositories whose pushed history the split does not continue, as after an edit of `moves`."""
    for repository in plan.repositories:
        history = split.histories.get(repository.name)
        found = existing.repositories.get(repository.name)
        if history is None or history.head is None or found is None or not found.moved:
            continue
        remote = remote_of(settings, repository.name)
        if standing_of(split.git_dir, remote, repository.default_branch, history.head).behind is None:
            vendor = remote.refs()[VENDOR_REF]
            problem, _, remedy = other_history(repository.name, vendor, history.head).partition(" Choose:\n")
            yield Finding(
                severity=Severity.REFUSAL,
                check="other-history",
                repository=repository.name,
                path="",
                problem=problem.partition(": ")[2],
                remedy=remedy.replace("\n", "\n    "),
            )


def _project_files(plan: Plan, split: Split) -> dict[str, ProjectFiles]:
    """As the split has them, with the files that the plan adds."""
    added = {repository.name: repository.transforms.add_files for repository in plan.repositories}
    heads = {name: history.head for name, history in split.histories.items() if history.head}
    return {name: project_files(split.git_dir, head).over(added[name]) for name, head in heads.items()}


def _missing_values(
    stack: Stack, settings: Settings, plan: Plan, settings_by_name: Mapping[str, DesiredSettings]
) -> tuple[str, ...]:
    registry = RegistryArgs.of(settings, users_of(plan, settings_by_name))
    return missing_values(settings_by_name, stack.name, stack.setting, registry.access if registry else None)

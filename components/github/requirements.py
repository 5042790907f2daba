"""What a plan needs of GitHub, held against what GitHub says: the token, the owner's plan, names, people, features.

Pure. Nothing here asks; `components.github.existing` and `components.github.server_facts` did.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from components.github.inventory import GitHubInventory, Names
from components.github.organization_policies import policy_findings
from components.github.repository_changes import existing_repository_findings, visibility_of
from components.github.reviewers import reviewer_findings
from components.github.server_facts import ServerFacts
from migration.desired_state import DesiredRepository, DesiredSettings, DesiredState
from migration.preflight import Finding, Severity

WORKFLOWS = ".github/workflows/"
INCLUDED = {
    "read:org": ("read:org", "write:org", "admin:org"),
    "write:org": ("write:org", "admin:org"),
    "public_repo": ("public_repo", "repo"),
}
"""Scopes of which each includes the one before the colon."""
PERMISSIONS = (
    "Give it, for all repositories of {owner}: administration, contents, workflows, issues, environments, secrets, "
    "Dependabot secrets, variables and actions (read and write); and for the organization: members (read and write)."
)
SINCE: dict[str, tuple[tuple[int, int], str]] = {
    "rulesets": ((3, 11), "Set `protection: {as: branch_protection, release_tags: []}`"),
    "pinning of actions by commit": ((3, 19), "Set `actions: {sha_pinning: false}`"),
}
"""Feature to the first GitHub Enterprise Server that has it, and the way round.

https://docs.github.com/en/enterprise-server/admin/release-notes
"""


@dataclass(frozen=True, kw_only=True)
class GitHubRequirements:
    """What a stack makes: its owner, each repository with how it is kept, slug to description of the teams.

    planned: name to wave of the repositories that it does not make yet. backup: that of the monorepo; "" for none.
    """

    owner: str
    repositories: Mapping[str, tuple[DesiredRepository, DesiredSettings]]
    teams: Mapping[str, str]
    planned: Mapping[str, str]
    backup: str = ""

    @classmethod
    def of(
        cls, owner: str, state: DesiredState, settings_by_name: Mapping[str, DesiredSettings], teams: Mapping[str, str]
    ) -> "GitHubRequirements":
        """From what the stages computed."""
        repositories = {
            repository.name: (repository, settings_by_name[repository.name]) for repository in state.repositories
        }
        return cls(owner=owner, repositories=repositories, teams=teams, planned=state.planned, backup=state.backup)

    @property
    def names(self) -> Names:
        """What to look for on GitHub."""
        all_settings = [settings for _, settings in self.repositories.values()]
        return Names(
            repositories=(*self.repositories, *self.planned, *filter(None, [self.backup])),
            branches={name: desired.default_branch for name, (desired, _) in self.repositories.items()},
            labels=tuple(dict.fromkeys(label.name for settings in all_settings for label in settings.labels)),
            teams=tuple(self.teams),
            people=tuple(dict.fromkeys(person for settings in all_settings for person in settings.people)),
        )

    def is_new_to(self, existing: GitHubInventory) -> bool:
        """Whether something that comes first is still to be made; a run that changes nothing has none of it."""
        moved = {name for name, repository in existing.repositories.items() if repository.moved}
        return (
            bool({name for name, (desired, _) in self.repositories.items() if desired.code} - moved)
            or bool(set(self.repositories) - set(existing.repositories))
            or bool(set(self.teams) - set(existing.teams))
        )


def unmet(
    requirements: GitHubRequirements, existing: GitHubInventory, server: ServerFacts | None
) -> tuple[Finding, ...]:
    """Everything that would stop an `up`, and what to do about it. server: None when nothing is to be made."""
    if not existing.owner and not existing.refused:
        return (
            Finding.refusal(
                "owner", requirements.owner, "there is no such organization or user", "Set multirepo:owner."
            ),
        )
    findings = [*_token(requirements, existing), *_names(requirements, existing), *_people(requirements, existing)]
    findings += _stages(requirements, existing)
    findings += existing_repository_findings(requirements.repositories, existing, requirements.owner)
    findings += reviewer_findings(requirements.repositories, existing)
    if server:
        findings += [*_plan(requirements, existing, server), *_version(requirements, server)]
        findings += policy_findings(requirements.owner, requirements.repositories, existing, server.policies)
        if existing.scopes is None:
            findings.append(_unknown_permissions(requirements))
    return tuple(findings)


def _token(requirements: GitHubRequirements, existing: GitHubInventory) -> Iterator[Finding]:
    remedy = "Make a token that has them at https://github.com/settings/tokens, and export it as GITHUB_TOKEN."
    for scope, why in _missing_scopes(requirements, existing):
        yield Finding.refusal("token-scope", requirements.owner, f"the token lacks the scope {scope}, to {why}", remedy)
    if existing.refused and not any(_missing_scopes(requirements, existing)):
        for message in existing.refused:
            remedy = (
                "Authorize the token for the organization, or " + PERMISSIONS.format(owner=requirements.owner).lower()
            )
            yield Finding.refusal("token", requirements.owner, f"GitHub refuses: {message}", remedy)
    lacking = set(requirements.repositories) - set(existing.repositories)
    if lacking and not existing.creates:
        problem = f"{existing.viewer} may not create repositories there, and {_some(lacking)} are missing"
        remedy = "Let an owner allow it in the organization's member privileges, or create them (empty), to be adopted."
        yield Finding.refusal("token", requirements.owner, problem, remedy)


def _missing_scopes(requirements: GitHubRequirements, existing: GitHubInventory) -> Iterator[tuple[str, str]]:
    """Scope, and what it is needed for: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps"""
    if existing.scopes is None:
        return
    private = any(visibility_of(desired, existing) != "public" for desired, _ in requirements.repositories.values())
    needed = {"repo" if private else "public_repo": "create repositories and keep them"}
    if any(
        file.path.startswith(WORKFLOWS) for _, settings in requirements.repositories.values() for file in settings.files
    ):
        needed["workflow"] = f"commit files below {WORKFLOWS}"
    if missing := set(requirements.teams) - set(existing.teams):
        needed["write:org"] = f"create the teams {_some(missing)}"
    elif requirements.teams:
        needed["read:org"] = "find teams"
    for scope, why in needed.items():
        if existing.scopes.isdisjoint(INCLUDED.get(scope, (scope,))):
            yield scope, why


def _names(requirements: GitHubRequirements, existing: GitHubInventory) -> Iterator[Finding]:
    for name, (desired, _) in requirements.repositories.items():
        if name in existing.renamed:
            yield Finding.refusal(
                "name-redirects",
                name,
                f"was the name of {existing.renamed[name]}, and GitHub still leads there from it",
                "Give the new one another name in the plan. If nobody relies on the redirect any more, create an empty "
                f"repository {requirements.owner}/{name} yourself, which ends it: the next run adopts that.",
            )
        if (found := existing.repositories.get(name)) is None:
            continue
        remedy = "Give the new one another name in the plan, or rename or delete the one that is there."
        if not found.administered:
            problem = f"exists, and {existing.viewer} does not administer it"
            yield Finding.refusal("name-taken", name, problem, f"Get the role, or: {remedy}")
        if found.fork and not found.moved:
            yield Finding.refusal("name-taken", name, "exists as a fork of another repository", remedy)
        elif desired.code and found.started and not found.moved:
            yield Finding.refusal("name-taken", name, "exists with commits that are not the monorepo's", remedy)


def _stages(requirements: GitHubRequirements, existing: GitHubInventory) -> Iterator[Finding]:
    """`planned` says that nothing exists: for what does, Pulumi would take it as leave to archive the repository."""
    for name, wave in requirements.planned.items():
        found = existing.repositories.get(name)
        if found and found.moved and not found.archived:
            key = f"pulumi config set --path 'multirepo:waves.{wave}'"
            problem = f"exists, and its wave {wave} is set to planned"
            remedy = f"Set the stage that it had: {key} moving (or cutover). To take the wave back: {key} rolled_back."
            yield Finding.refusal("stage", name, problem, remedy)


def _people(requirements: GitHubRequirements, existing: GitHubInventory) -> Iterator[Finding]:
    if existing.owner == "User" and requirements.teams:
        problem = f"is a person's account, which has no teams, and the plan names {_some(requirements.teams)}"
        yield Finding.refusal(
            "teams", requirements.owner, problem, "Move to an organization, or name no teams in the plan."
        )
    for name, (_, settings) in requirements.repositories.items():
        if missing := [f"@{person}" for person in settings.people if person not in existing.people]:
            remedy = "Correct the login in the plan's `reviewers` and `code_owners`, or invite the person."
            yield Finding.refusal("people", name, f"GitHub knows no {_some(missing)}", remedy)


def _plan(requirements: GitHubRequirements, existing: GitHubInventory, server: ServerFacts) -> Iterator[Finding]:
    """https://docs.github.com/en/get-started/learning-about-github/githubs-plans"""
    for name, (desired, settings) in requirements.repositories.items():
        if desired.visibility == "internal" and server.plan not in (None, "enterprise"):
            problem = f"`visibility: internal` needs GitHub Enterprise, and {requirements.owner} is on {server.plan}"
            yield Finding.refusal("plan-tier", name, problem, "Set `visibility` to private or public in the plan.")
        if desired.archived or visibility_of(desired, existing) == "public":
            continue
        if server.plan in ("free", "pro") and (desired.secret_scanning or desired.push_protection):
            problem = f"private repositories need GitHub Secret Protection, which the plan {server.plan} does not offer"
            remedy = "Take `secret_scanning` and `push_protection` out of the plan, or make the repository public."
            yield Finding.refusal("plan-tier", name, problem, remedy)
        if server.plan == "free" and (settings.protection or settings.environments):
            lacking = [
                *(("rulesets or branch protection",) if settings.protection else ()),
                *(("environments",) if settings.environments else ()),
            ]
            problem = (
                f"{requirements.owner} is on the free plan, without {' and '.join(lacking)} for private repositories"
            )
            remedy = "Upgrade the owner's plan, make the repository public, or name none of these in the plan."
            yield Finding.refusal("plan-tier", name, problem, remedy)
        elif server.plan in ("pro", "team"):
            waiting = [
                environment.name
                for environment in settings.environments
                if environment.reviewers or environment.wait_minutes
            ]
            if waiting:
                problem = f"reviewers and waits of private environments ({_some(waiting)}) need GitHub Enterprise"
                remedy = "Take `reviewers` and `wait_minutes` out of the plan, or make the repository public."
                yield Finding.refusal(
                    "plan-tier", name, f"{problem}, and {requirements.owner} is on {server.plan}", remedy
                )


def _version(requirements: GitHubRequirements, server: ServerFacts) -> Iterator[Finding]:
    if server.version is None:
        return
    all_settings = [settings for _, settings in requirements.repositories.values()]
    used = {
        "rulesets": any(settings.protection and settings.protection.rulesets for settings in all_settings),
        "pinning of actions by commit": any(
            settings.actions and settings.actions.sha_pinning for settings in all_settings
        ),
    }
    for feature, (since, remedy) in SINCE.items():
        if used[feature] and server.version < since:
            current, first = ".".join(map(str, server.version)), ".".join(map(str, since))
            problem = f"GitHub Enterprise Server {current} has no {feature}; {first} is the first that has"
            yield Finding.refusal(
                "server-version", requirements.owner, problem, f"{remedy} in the plan, or upgrade the server."
            )


def _unknown_permissions(requirements: GitHubRequirements) -> Finding:
    """Of fine-grained tokens and of apps."""
    return Finding(
        severity=Severity.WARNING,
        check="token",
        repository=requirements.owner,
        path="",
        problem="GitHub does not say what a token of this kind may do",
        remedy=PERMISSIONS.format(owner=requirements.owner),
    )


def _some(names: Iterable[str]) -> str:
    """The first five of them, sorted."""
    listed = sorted(names)
    return ", ".join(listed[:5]) + (f" and {len(listed) - 5} more" if len(listed) > 5 else "")

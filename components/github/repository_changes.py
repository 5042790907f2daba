"""What a plan changes of a repository that exists, and what people would lose by it. Pure."""

from collections.abc import Iterator, Mapping

from components.github.inventory import ExistingRepository, GitHubInventory
from migration.desired_state import DesiredRepository, DesiredSettings
from migration.preflight import Finding, Severity

SHOWN_WHILE_ARCHIVED = ("description", "homepage", "topics", "visibility")
"""Settings of which a change that waits is reported."""


TEAM_LEFT_AS_IT_IS = ("name", "parentTeamId", "privacy", "notificationSetting")
"""What people give a team: parent, notifications, and a display name, whose slug stays."""


def unnamed_properties(prevent_self_review: bool | None, admin_bypass: bool | None) -> list[str]:
    """The provider's properties of an environment that the plan does not name, so that they keep what GitHub has."""
    values = {"preventSelfReview": prevent_self_review, "canAdminsBypass": admin_bypass}
    return [name for name, value in values.items() if value is None]


def property_of(setting: str) -> str:
    """The provider's name of a setting of a repository, which the REST API names like has_wiki."""
    first, *others = setting.split("_")
    return "homepageUrl" if setting == "homepage" else first + "".join(map(str.capitalize, others))


def existing_repository_findings(
    repositories: Mapping[str, tuple[DesiredRepository, DesiredSettings]], existing: GitHubInventory, owner: str
) -> Iterator[Finding]:
    """Changes that need a word in the plan, that GitHub would not make, or that wait."""
    for name, (desired, _) in repositories.items():
        found = existing.repositories.get(name)
        if found is None or not found.administered:
            continue
        if desired.archived:
            yield from _waiting(name, desired, found)
        else:
            yield from _visibility(name, desired, found)
            yield from _default_branch(f"{owner}/{name}", name, desired, found)


def visibility_of(desired: DesiredRepository, existing: GitHubInventory) -> str:
    """The visibility after the next `up`."""
    found = existing.repositories.get(desired.name)
    return found.visibility if found and "visibility" in desired.unmanaged else desired.visibility


def _visibility(name: str, desired: DesiredRepository, found: ExistingRepository) -> Iterator[Finding]:
    if "visibility" in desired.unmanaged or found.visibility == desired.visibility:
        return
    problem = f"changes from {found.visibility} to {desired.visibility}: GitHub {_loss(desired, found)}"
    confirmed = desired.visibility_from == found.visibility
    yield Finding(
        severity=Severity.WARNING if confirmed else Severity.REFUSAL,
        check="visibility",
        repository=name,
        path="",
        problem=problem,
        remedy="The plan confirms it with `visibility_from`."
        if confirmed
        else f"To keep it, write `visibility: {found.visibility}` in the plan. To change it, add "
        f"`visibility_from: {found.visibility}`.",
    )


def _loss(desired: DesiredRepository, found: ExistingRepository) -> str:
    """https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/managing-repository-settings/setting-repository-visibility"""
    if desired.visibility == "public":
        return "shows its code, history, issues, and logs of Actions to everybody"
    if found.visibility != "public":
        return f"shows it to {'the enterprise' if desired.visibility == 'internal' else 'fewer people'}"
    stars = f"{found.stars} star{'' if found.stars == 1 else 's'}"
    forks = f"{found.forks} fork{'' if found.forks == 1 else 's'}"
    return f"deletes its {stars} and all watchers, detaches its {forks}, and unpublishes its Pages site if it has one"


def _default_branch(
    full_name: str, name: str, desired: DesiredRepository, found: ExistingRepository
) -> Iterator[Finding]:
    """The moved history would start another branch, and leave people's commits on one that has lost its rules."""
    if not found.started or found.has_branch or found.default_branch == desired.default_branch:
        return
    command = (
        f"gh api --method POST repos/{full_name}/branches/{found.default_branch}/rename "
        f"--raw-field new_name={desired.default_branch}"
    )
    yield Finding(
        severity=Severity.REFUSAL,
        check="default-branch",
        repository=name,
        path="",
        problem=f"its default branch is {found.default_branch}, the plan says {desired.default_branch}, and a new "
        "branch would leave people's commits, pull requests, and rules behind",
        remedy=f"Rename the branch on GitHub, which takes all of them along: {command}. Or write "
        f"`default_branch: {found.default_branch}` in the plan.",
    )


def _waiting(name: str, desired: DesiredRepository, found: ExistingRepository) -> Iterator[Finding]:
    """https://docs.github.com/en/repositories/archiving-a-github-repository/archiving-repositories"""
    now = {**found.settings, "visibility": found.visibility}
    changed = [
        setting
        for setting in SHOWN_WHILE_ARCHIVED
        if setting not in desired.unmanaged and getattr(desired, setting) != now[setting]
    ]
    if changed:
        yield Finding(
            severity=Severity.WARNING,
            check="archived",
            repository=name,
            path="",
            problem=f"is archived, so the plan's {', '.join(changed)} wait",
            remedy="They are set when its wave moves again and the repository is unarchived.",
        )

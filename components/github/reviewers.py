"""People and teams whom the plan asks for reviews, and whom GitHub would ignore. Pure.

GitHub ignores code owners without write access, so that nobody has to review:
https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from collections.abc import Iterator, Mapping

from components.github.inventory import GitHubInventory
from migration.desired_state import DesiredRepository, DesiredSettings
from migration.preflight import Finding

_WRITE = ("push", "maintain", "admin")


def reviewer_findings(
    repositories: Mapping[str, tuple[DesiredRepository, DesiredSettings]], existing: GitHubInventory
) -> Iterator[Finding]:
    """Teams without members, lines of CODEOWNERS that GitHub ignores now, people without access."""
    open_ones = {name: settings for name, (desired, settings) in repositories.items() if not desired.archived}
    yield from _empty_teams(open_ones, existing)
    for name, settings in open_ones.items():
        found = existing.repositories.get(name)
        for source, reason in found.owner_errors if found else ():
            problem = f"GitHub ignores the line `{source}` of its CODEOWNERS: {reason}"
            yield Finding.warning(
                "code-owners", name, problem, "Until that is true, no review of these files is demanded."
            )
        yield from _people_without_access(name, settings, existing)


def _empty_teams(settings_by_name: Mapping[str, DesiredSettings], existing: GitHubInventory) -> Iterator[Finding]:
    """Teams that exist: those that the stack creates are empty, too, until people join them."""
    asking: dict[str, list[str]] = {}
    for name, settings in settings_by_name.items():
        for slug in {*settings.code_owners, *settings.reviewers} & existing.team_members.keys():
            if not existing.team_members[slug].member_count:
                asking.setdefault(slug, []).append(name)
    for slug, names in sorted(asking.items()):
        problem = f"team {slug} has no members, and {', '.join(names)} ask it for reviews"
        yield Finding.warning(
            "reviewers", slug, problem, "Add people to it on GitHub: nobody else can give these reviews."
        )


def _people_without_access(name: str, settings: DesiredSettings, existing: GitHubInventory) -> Iterator[Finding]:
    if existing.members is None:
        return
    for people, roles, does in (
        (settings.code_owners, _WRITE, "code owner"),
        (settings.reviewers, (*_WRITE, "triage", "pull"), "reviewer"),
    ):
        access = _people_with(roles, settings, existing)
        for person in (each.removeprefix("@") for each in people if each.startswith("@")):
            if person.lower() not in access and not _is_known_by_github(name, person, does, existing):
                yield _without_access(name, person, does, existing)


def _people_with(roles: tuple[str, ...], settings: DesiredSettings, existing: GitHubInventory) -> set[str]:
    """Logins, in small letters, of those who get one of the roles by a team of the plan or by themselves."""
    teams = [slug for slug, role in settings.teams.items() if role in roles]
    members = [
        login for slug in teams if slug in existing.team_members for login in existing.team_members[slug].members
    ]
    return {login.lower() for login in (*members, existing.viewer)}


def _is_known_by_github(name: str, person: str, does: str, existing: GitHubInventory) -> bool:
    """Whether GitHub itself says what it makes of the code owners; then it is not guessed."""
    found = existing.repositories.get(name)
    return does == "code owner" and found is not None and found.started


def _without_access(name: str, person: str, does: str, existing: GitHubInventory) -> Finding:
    role = "write" if does == "code owner" else "read"
    where = "" if person in (existing.members or ()) else ", and is not a member of the organization"
    problem = f"@{person} is a {does}, but is in no team of the plan that may {role}{where}"
    effect = "GitHub then ignores the owner" if does == "code owner" else "GitHub then rejects the reviewer"
    remedy = f"{effect}, unless @{person} owns the organization or has access by other means. Add @{person} to a team."
    return Finding.warning("reviewers", name, problem, remedy)

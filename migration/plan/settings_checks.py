"""Checks of the repositories' settings that need the whole plan."""

from collections.abc import Iterator

from migration.plan.model import Plan
from migration.plan.problems import Location, PlanFinding, did_you_mean
from migration.plan.repository_settings import ORGANIZATION_ADMINS, REPOSITORY_ADMINS, RepositorySettings
from migration.plan.values import quoted

_KINDS_OF_ADMINS = (ORGANIZATION_ADMINS, REPOSITORY_ADMINS)


def check_settings(plan: Plan) -> Iterator[PlanFinding]:
    """Teams that are not there, names that stand twice, reviewers who could not look."""
    places: list[tuple[Location, RepositorySettings]] = [(("defaults",), plan.defaults)]
    places += [(("repositories", index), repository) for index, repository in enumerate(plan.repositories)]
    for location, settings in places:
        yield from _check_teams(plan, location, settings)
        yield from _check_repeated(location, settings)
        yield from _check_integrations(location, settings)
        if settings.security_updates and settings.vulnerability_alerts is False:
            remedy = "Set `vulnerability_alerts: true`: the updates answer to the alerts."
            yield PlanFinding((*location, "security_updates"), "there are no alerts to answer to", remedy)


def _check_integrations(location: Location, settings: RepositorySettings) -> Iterator[PlanFinding]:
    """GitHub takes each webhook's address, key's title and link's prefix once."""
    for key, name in (("webhooks", "url"), ("deploy_keys", "title"), ("autolinks", "prefix")):
        known: set[str] = set()
        for number, entry in enumerate(getattr(settings, key)):
            value = getattr(entry, name)
            if value and value in known:
                yield PlanFinding((*location, key, number, name), f"{quoted(value)} is listed twice", "Keep one.")
            known.add(value)
    if settings.push_protection and settings.secret_scanning is False:
        remedy = "Set `secret_scanning: true`: the protection rejects what the scan finds."
        yield PlanFinding((*location, "push_protection"), "nothing scans for secrets", remedy)


def _check_teams(plan: Plan, location: Location, settings: RepositorySettings) -> Iterator[PlanFinding]:
    named: list[tuple[Location, str]] = []
    if settings.protection:
        key = (*location, "protection")
        named += [((*key, "bypass", number), team) for number, team in enumerate(settings.protection.bypass)]
        if settings.protection.migration not in _KINDS_OF_ADMINS:
            named.append(((*key, "migration"), settings.protection.migration))
    for index, environment in enumerate(settings.environments):
        key = (*location, "environments", index, "reviewers")
        named += [((*key, number), team) for number, team in enumerate(environment.reviewers)]
    teams = [team.name for team in plan.teams]
    for place, team in named:
        if team and not team.startswith("@") and team not in teams and "" not in teams:
            remedy = did_you_mean(team, teams, "Add it to `teams` of the plan, which are:")
            yield PlanFinding(place, f"there is no team {quoted(team)}", remedy)


def _check_repeated(location: Location, settings: RepositorySettings) -> Iterator[PlanFinding]:
    """Names of environments, labels, secrets and variables differ on GitHub without regard to case."""
    lists: list[tuple[Location, list[str]]] = [
        ((*location, key), list(getattr(settings, key))) for key in ("secrets", "dependabot_secrets", "variables")
    ]
    lists.append(((*location, "environments"), [environment.name for environment in settings.environments]))
    lists.append(((*location, "labels"), [label.name for label in settings.labels]))
    for index, environment in enumerate(settings.environments):
        for key in ("secrets", "variables"):
            lists.append(((*location, "environments", index, key), list(getattr(environment, key))))
    for place, names in lists:
        known: set[str] = set()
        for number, name in enumerate(names):
            if name and name.casefold() in known:
                yield PlanFinding((*place, number), f"{quoted(name)} is listed twice", "Keep one.")
            known.add(name.casefold())

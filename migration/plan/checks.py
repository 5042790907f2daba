"""Checks that need the whole plan.

The plan may hold values that break their rule, and empty ones where they are missing: those are reported already.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from migration.plan.folder_checks import check_files, check_folders
from migration.plan.model import BACKUP_SUFFIX, DEFAULT_WAVE, VENDOR_BRANCH, Plan, TagRule
from migration.plan.package_checks import check_packages
from migration.plan.problems import Location, PlanFinding, did_you_mean
from migration.plan.settings_checks import check_settings
from migration.plan.values import quoted

KINDS_WITH = {
    "contract": ("python-service", "vite-application"),
    "dockerfile": ("python-service", "vite-application"),
    "test_service": ("compose-tests",),
    "python": ("python-packages", "python-service", "compose-tests"),
}
"""Keys that only the pipelines of some kinds read."""

WRITING_ROLES = ("push", "maintain", "admin")


def check(plan: Plan) -> Iterator[PlanFinding]:
    """Everything that is wrong with the plan as a whole."""
    yield from _check_names(plan)
    yield from _check_waves(plan)
    yield from check_folders(plan)
    yield from check_files(plan)
    yield from _check_tags(plan)
    yield from check_packages(plan)
    yield from _check_people(plan)
    yield from _check_pipelines(plan)
    yield from _check_preflight(plan)
    yield from check_settings(plan)


def _check_names(plan: Plan) -> Iterator[PlanFinding]:
    yield from _repeated("wave", ((("waves", index, "name"), wave.name) for index, wave in enumerate(plan.waves)))
    yield from _repeated("team", ((("teams", index, "name"), team.name) for index, team in enumerate(plan.teams)))
    # Names of repositories differ on GitHub without regard to case.
    repositories = [
        (("repositories", index, "name"), repository.name.lower()) for index, repository in enumerate(plan.repositories)
    ]
    yield from _repeated("repository", repositories)
    for location, name in repositories:
        if name and name == plan.monorepo.name.lower():
            problem = f"{quoted(name)} is the monorepo itself"
            yield PlanFinding(location, problem, "Give the new repository a name of its own.")
        if name and name == f"{plan.monorepo.name}{BACKUP_SUFFIX}".lower():
            problem = f"{quoted(name)} is the name of the monorepo's backup"
            yield PlanFinding(location, problem, "Give the new repository a name of its own.")


def _repeated(what: str, named: Iterable[tuple[Location, str]]) -> Iterator[PlanFinding]:
    known: set[str] = set()
    for location, name in named:
        if name in known and name:
            yield PlanFinding(location, f"there are two of the {what} {quoted(name)}", "Rename one, or join the two.")
        known.add(name)


def _check_waves(plan: Plan) -> Iterator[PlanFinding]:
    names = [wave.name for wave in plan.waves]
    unknown = False
    for index, repository in enumerate(plan.repositories):
        if repository.wave in ("", *names) or "" in names:
            continue
        unknown = True
        location: Location = ("repositories", index, "wave")
        if repository.wave == DEFAULT_WAVE:
            yield PlanFinding(location, "no wave is named", f"Add `wave:` with one of: {', '.join(names)}.")
        else:
            remedy = did_you_mean(repository.wave, names, "The waves are:")
            yield PlanFinding(location, f"there is no wave {quoted(repository.wave)}", remedy)
    latest = 0
    for index, wave in enumerate(plan.waves):
        if wave.week is not None and wave.week < latest:
            problem = f"week {wave.week} comes after week {latest}"
            yield PlanFinding(("waves", index, "week"), problem, "Put the waves in the order in which they move.")
        latest = max(latest, wave.week or 0)
    # A wave may be empty only because its repository has an error: that is reported above, or by its shape.
    if not unknown:
        yield from _check_empty_waves(plan)


def _check_empty_waves(plan: Plan) -> Iterator[PlanFinding]:
    used = {repository.wave for repository in plan.repositories}
    for index, wave in enumerate(plan.waves):
        if wave.name and used and not used & {"", wave.name}:
            problem = f"no repository moves in the wave {quoted(wave.name)}"
            yield PlanFinding(("waves", index, "name"), problem, "Remove the wave, or name it in a repository.")


def _check_tags(plan: Plan) -> Iterator[PlanFinding]:
    for index, repository in enumerate(plan.repositories):
        location: Location = ("repositories", index)
        if repository.default_branch == VENDOR_BRANCH:
            problem = f"{quoted(VENDOR_BRANCH)} is the branch that holds the moved history"
            yield PlanFinding((*location, "default_branch"), problem, "Name another branch, like 'main'.")
        yield from _check_tag_rules((*location, "tags"), repository.tags or ())
    yield from _check_tag_rules(("defaults", "tags"), plan.defaults.tags or ())


def _check_tag_rules(location: Location, rules: Sequence[TagRule]) -> Iterator[PlanFinding]:
    for number, rule in enumerate(rules):
        target = rule.target
        if target is not None and "*" in rule.source and "*" not in target:
            problem = f"many tags {quoted(rule.source)} would become the one tag {quoted(target)}"
            yield PlanFinding((*location, number, "to"), problem, "Put a '*' into `to`, or name one tag in `from`.")
        if target is not None and "*" in target and "*" not in rule.source:
            problem = f"{quoted(target)} has a '*' and {quoted(rule.source)} has none to fill it"
            yield PlanFinding((*location, number, "to"), problem, "Remove the '*', or put one into `from`.")
        for word in re.findall(r"\{[^}]*\}?", f"{rule.source} {target or ''}"):
            if word not in ("{name}", "{path}"):
                remedy = "Write {name} for the repository's name, or {path} for the `from` of its moves."
                yield PlanFinding((*location, number), f"there is no placeholder {quoted(word)}", remedy)
    yield from _repeated("tag rule", (((*location, number, "from"), rule.source) for number, rule in enumerate(rules)))


def _check_people(plan: Plan) -> Iterator[PlanFinding]:
    names = [team.name for team in plan.teams]
    for index, repository in enumerate(plan.repositories):
        for team in repository.teams:
            if team not in names and "" not in names:
                remedy = did_you_mean(team, names, "Add it to `teams` of the plan, which are:")
                yield PlanFinding(("repositories", index, "teams", team), f"there is no team {quoted(team)}", remedy)
        for pattern, owners in repository.code_owners.items():
            for number, owner in enumerate(owners):
                if owner and not owner.startswith("@") and repository.teams.get(owner) not in WRITING_ROLES:
                    location = ("repositories", index, "code_owners", pattern, number)
                    problem = f"the team {quoted(owner)} cannot write to the repository, so GitHub ignores it here"
                    remedy = f"Give it one of the roles {', '.join(WRITING_ROLES)} in `teams` of the repository."
                    yield PlanFinding(location, problem, remedy)


def _check_pipelines(plan: Plan) -> Iterator[PlanFinding]:
    for index, repository in enumerate(plan.repositories):
        if repository.kind == "python-packages" and not repository.packages:
            problem = "a repository of this kind publishes packages, and names none"
            remedy = "Name them under `packages`, or set `kind:` to python-service or another one."
            yield PlanFinding(("repositories", index, "kind"), problem, remedy)
        for key, kinds in KINDS_WITH.items():
            if getattr(repository, key) and repository.kind not in kinds:
                problem = f"nothing reads it in a repository of the kind {quoted(repository.kind)}"
                if repository.kind is None:
                    problem = "nothing reads it in a repository without a kind"
                remedy = f"Remove it, or set `kind:` to {' or '.join(kinds)}."
                yield PlanFinding(("repositories", index, key), problem, remedy)


def _check_preflight(plan: Plan) -> Iterator[PlanFinding]:
    names = [repository.name for repository in plan.repositories]
    fingerprints: list[tuple[Location, str]] = [
        (("history", "redact", index, "fingerprint"), each.fingerprint)
        for index, each in enumerate(plan.history.redact)
    ]
    yield from _repeated("fingerprint", fingerprints)
    named: list[tuple[Location, str]] = [
        (("preflight", "lfs_without_objects", name), name) for name in plan.preflight.lfs_without_objects
    ]
    for index, entry in enumerate(plan.preflight.allowed_secrets):
        location: Location = ("preflight", "allowed_secrets", index)
        if entry.repository is not None:
            named.append(((*location, "repository"), entry.repository))
        if entry.fingerprint is entry.path is entry.rule is None:
            remedy = "Add `fingerprint:`, `path:` or `rule:`: without one, every secret would be allowed."
            yield PlanFinding(location, "it does not say which secret is meant", remedy)
    for location, name in named:
        if name not in names and "" not in names:
            remedy = did_you_mean(name, names, "The repositories are:")
            yield PlanFinding(location, f"there is no repository {quoted(name)}", remedy)

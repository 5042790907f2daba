"""Rules of the organization that would stop a move, or that decide otherwise than the plan: rulesets of the
organization, enforced security configurations, custom properties.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

import httpx

from components.github.github_server import ask_rest
from components.github.inventory import GitHubInventory
from components.stack.settings import Settings
from migration.desired_state import DesiredRepository, DesiredSettings
from migration.plan import VENDOR_BRANCH
from migration.preflight import Finding

Repositories = Mapping[str, tuple[DesiredRepository, DesiredSettings]]
HARMLESS = ("deletion", "non_fast_forward", "copilot_code_review")
"""Rules that no move breaks. https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets"""
_FEATURES = {
    "vulnerability_alerts": "dependabot_alerts",
    "security_updates": "dependabot_security_updates",
    "secret_scanning": "secret_scanning",
    "push_protection": "secret_scanning_push_protection",
}
"""Keys of the plan to the features of a security configuration."""
_ADMIN = 5
"""Number of the role, https://docs.github.com/rest/orgs/rules#create-an-organization-repository-ruleset"""
_HIDDEN = (httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND)


@dataclass(frozen=True, kw_only=True)
class OrganizationPolicies:
    """rulesets: active ones, whole. enforced: repository to the security configuration
    that is enforced there. properties: names of custom properties. hidden: what GitHub does not show to this token.
    """

    rulesets: tuple[Mapping[str, Any], ...] = ()
    enforced: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    properties: frozenset[str] | None = None
    hidden: tuple[str, ...] = ()


def organization_policies(
    settings: Settings, repositories: Repositories, existing: frozenset[str]
) -> OrganizationPolicies:
    """Asks only for what the plan is about. existing: names of the repositories on GitHub. Raises httpx.HTTPError."""
    reader = _PolicyReader(settings)
    return OrganizationPolicies(
        rulesets=tuple(reader.rulesets()),
        enforced=dict(reader.enforced(repositories, existing)),
        properties=reader.properties() if any(named.properties for _, named in repositories.values()) else None,
        hidden=tuple(reader.hidden),
    )


class _PolicyReader:
    """hidden: fills while it reads."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self.hidden = settings, list[str]()

    def rulesets(self) -> Iterator[Mapping[str, Any]]:
        """https://docs.github.com/rest/orgs/rules: the list has no rules, so each active one is read."""
        for listed in self._list("rulesets"):
            if listed["enforcement"] == "active":
                yield ask_rest(self._settings, f"orgs/{self._settings.owner}/rulesets/{listed['id']}")

    def enforced(self, repositories: Repositories, existing: frozenset[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """https://docs.github.com/rest/code-security/configurations"""
        named = {name: planned[0] for name, planned in repositories.items() if security_features(*planned)}
        if not named:
            return
        defaults = {each["default_for_new_repos"]: each["configuration"] for each in self._list(_DEFAULTS)}
        for name, desired in named.items():
            kind = "public" if desired.visibility == "public" else "private_and_internal"
            found = self._attached(name) if name in existing else defaults.get(kind) or defaults.get("all")
            if found and found["enforcement"] == "enforced":
                yield name, found

    def _attached(self, name: str) -> Mapping[str, Any] | None:
        path = f"repos/{self._settings.owner}/{name}/code-security-configuration"
        found = self._ask(path, f"the security configuration of {name}")
        return (found or {}).get("configuration")

    def properties(self) -> frozenset[str]:
        """https://docs.github.com/rest/orgs/custom-properties"""
        return frozenset(each["property_name"] for each in self._list("properties/schema"))

    def _list(self, path: str) -> list[Any]:
        found: list[Any] | None = self._ask(f"orgs/{self._settings.owner}/{path}?per_page=100", path)
        return found or []

    def _ask(self, path: str, title: str) -> Any:
        try:
            return ask_rest(self._settings, path)
        except httpx.HTTPStatusError as error:
            if error.response.status_code not in _HIDDEN:
                raise
            if "Upgrade to" not in error.response.text:  # a plan without rulesets has none
                self.hidden.append(title)
            return None


_DEFAULTS = "code-security/configurations/defaults"


def policy_findings(
    owner: str, repositories: Repositories, existing: GitHubInventory, policies: OrganizationPolicies
) -> Iterator[Finding]:
    """Refusals for what would stop an `up` in its middle, or would never come true."""
    for title in policies.hidden:
        problem = f"GitHub does not show this token the organization's {title}"
        remedy = "Rules of the organization may stop an `up`: let an owner of the organization run the preflight."
        yield Finding.warning("organization", owner, problem, remedy)
    for name, (desired, settings) in repositories.items():
        if desired.archived:
            continue
        for ruleset in policies.rulesets:
            if not any(_lets_pass(actor, existing) for actor in ruleset.get("bypass_actors") or ()):
                yield from _ruleset(name, desired, ruleset)
        yield from _configuration(name, security_features(desired, settings), policies.enforced.get(name))
        yield from _properties(name, settings, policies.properties)


def _lets_pass(actor: Mapping[str, Any], existing: GitHubInventory) -> bool:
    """Whether who asks is this actor. Only the repository's own list says so itself, and there may be no repository.

    Who creates a repository administers it. Of an app, nothing here knows whether it is the one that asks.
    """
    kind, number = actor["actor_type"], actor["actor_id"]
    if actor["bypass_mode"] == "pull_request":
        return False
    mine = {existing.teams[slug] for slug, team in existing.team_members.items() if existing.viewer in team.members}
    return (
        (kind == "OrganizationAdmin" and existing.owned)
        or (kind == "RepositoryRole" and number == _ADMIN)
        or (kind == "Team" and number in mine)
        or (kind == "Integration" and existing.scopes is None)
    )


def _ruleset(name: str, desired: DesiredRepository, ruleset: Mapping[str, Any]) -> Iterator[Finding]:
    rules = sorted({rule["type"] for rule in ruleset.get("rules") or ()} - {*HARMLESS})
    conditions = ruleset.get("conditions") or {}
    named = conditions.get("repository_name")
    if not rules or not _is_about_refs(desired, ruleset["target"], conditions.get("ref_name")):
        return
    if named is not None and not _includes(name, named):
        return
    problem = (
        f"the organization's ruleset {ruleset['name']} demands {', '.join(rules)}, and this token cannot bypass it"
    )
    remedy = "Let an owner of the organization add who migrates to its bypass list, or exclude this repository from it."
    if named is not None:
        yield Finding.refusal("organization-ruleset", name, problem, remedy)
    else:
        yield Finding.warning("organization-ruleset", name, f"{problem}, if it applies to this repository", remedy)


def _is_about_refs(desired: DesiredRepository, target: str, refs: Mapping[str, list[str]] | None) -> bool:
    """Whether a move writes one of the refs: default and vendor branch, or any tag."""
    if refs is None or target == "push":
        return True
    if target == "tag":
        return desired.code is not None and bool(refs["include"])
    branches = [desired.default_branch, *([VENDOR_BRANCH] if desired.code else [])]
    patterns = {side: [_as_ref(pattern, desired) for pattern in refs[side]] for side in ("include", "exclude")}
    return any(_includes(f"refs/heads/{branch}", patterns) for branch in branches)


def _as_ref(pattern: str, desired: DesiredRepository) -> str:
    return f"refs/heads/{desired.default_branch}" if pattern == "~DEFAULT_BRANCH" else pattern


def _includes(value: str, patterns: Mapping[str, Any]) -> bool:
    included, excluded = (
        any(pattern == "~ALL" or fnmatch(value, pattern) for pattern in patterns.get(side) or ())
        for side in ("include", "exclude")
    )
    return included and not excluded


def security_features(desired: DesiredRepository, settings: DesiredSettings) -> dict[str, bool]:
    """Keys of the plan that a security configuration may decide, with their values."""
    named = {
        "vulnerability_alerts": settings.vulnerability_alerts,
        "security_updates": settings.security_updates,
        "secret_scanning": desired.secret_scanning,
        "push_protection": desired.push_protection,
    }
    return {key: value for key, value in named.items() if value is not None}


def _configuration(name: str, named: Mapping[str, bool], enforced: Mapping[str, Any] | None) -> Iterator[Finding]:
    """https://docs.github.com/en/enterprise-cloud@latest/code-security/reference/security-at-scale/security-configuration-enforcement"""
    for key, value in named.items() if enforced else ():
        assert enforced
        state = enforced.get(_FEATURES[key], "not_set")
        if state not in ("not_set", "enabled" if value else "disabled"):
            problem = f"the enforced security configuration {enforced['name']} has {_FEATURES[key]} {state}"
            remedy = f"GitHub would accept `{key}: {str(value).lower()}` and change nothing: take it out of the plan."
            yield Finding.refusal("security-configuration", name, problem, remedy)


def _properties(name: str, settings: DesiredSettings, known: frozenset[str] | None) -> Iterator[Finding]:
    if missing := sorted(set(settings.properties) - known) if known is not None else []:
        remedy = "Let an owner of the organization define them, or take them out of `properties`."
        yield Finding.refusal("properties", name, f"the organization has no property {', '.join(missing)}", remedy)
